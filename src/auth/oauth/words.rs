//! What a person reads about a sign-in.

use std::path::Path;

use super::answer::short;
use crate::protocol::{Failure, Kind};

/// The one line about the free tier. Source: `docs/sources.md`, wire 4.
pub const FREE_TIER: &str = "the free tier behind Qwen OAuth ended on 2026-04-15";

/// What to do to sign in.
const SIGN_IN: &str = "sign in with `qwen auth qwen-oauth`, or with `/auth` in a session";

/// Adds the ways to work without Qwen OAuth to a failure.
pub fn other_ways(failure: Failure) -> Failure {
    failure
        .hint("use an API key: `qwen auth` takes one for Qwen Cloud, the Coding Plan or OpenRouter")
        .hint("or a server on this machine: `OPENAI_BASE_URL=http://localhost:11434/v1`, no key needed")
}

/// A failure that signing in mends.
pub(in crate::auth) fn signed_out(error: impl Into<String>) -> Failure {
    other_ways(Failure::new(Kind::Auth, error).hint(SIGN_IN))
}

/// A value of the person's own, fit for a message.
pub(in crate::auth) fn shown(text: &str) -> String {
    short(text, 80)
}

/// The code ran out.
pub(super) fn expired() -> Failure {
    Failure::new(Kind::Expired, "the sign-in code ran out before it was used")
        .hint("start again; a code holds for a few minutes")
}

/// The code ran out while the server was out of reach.
pub(super) fn expired_unheard(host: &str, last: &Failure) -> Failure {
    let error = format!("the sign-in code ran out while `{host}` could not be asked: {}", last.error);
    Failure { hints: last.hints.clone(), ..Failure::new(Kind::Network, error) }.hint("then start again")
}

/// The person said no.
pub(super) fn denied() -> Failure {
    Failure::new(Kind::Auth, "the sign-in was turned down in the browser")
        .hint("start again if that was a mistake")
}

/// The person stopped it.
pub(super) fn stopped() -> Failure {
    Failure::new(Kind::Interrupted, "the sign-in was stopped")
}

/// The server does not know this program.
pub(super) fn wrong_client(host: &str, said: &str) -> Failure {
    let error = format!("`{host}` does not accept this program's client id{}", after(said));
    other_ways(Failure::new(Kind::Auth, error).hint("check `security.auth.oauth.clientId`, if you set it"))
}

/// The server does not know the device code.
pub(super) fn wrong_code(host: &str, said: &str) -> Failure {
    let error = format!("`{host}` does not know this sign-in any more{}", after(said));
    Failure::new(Kind::Auth, error).hint("start again; a code can be used once")
}

/// The server refused in another way.
pub(super) fn refused(host: &str, status: u16, said: &str) -> Failure {
    let error = format!("`{host}` refused the sign-in ({status}){}", after(said));
    other_ways(Failure::new(Kind::Auth, error).hint(FREE_TIER))
}

/// The server said yes and sent nothing.
pub(super) fn no_token(host: &str) -> Failure {
    other_ways(
        Failure::new(Kind::Provider, format!("`{host}` accepted the sign-in and sent no token"))
            .hint(FREE_TIER),
    )
}

/// Something that is not JSON: often the page of a firewall.
pub(super) fn garbled(host: &str, status: u16) -> Failure {
    Failure::new(Kind::Network, format!("`{host}` sent something else than an answer ({status})"))
        .hint("a firewall or a sign-in page of the network may stand in between; try again in a while")
}

/// The server is broken or busy for the moment.
pub(super) fn busy(host: &str, status: u16) -> Failure {
    Failure::new(Kind::Network, format!("`{host}` cannot answer just now ({status})"))
        .hint("try again in a while")
}

/// The server sends elsewhere what is meant for it alone.
pub(super) fn moved(host: &str) -> Failure {
    Failure::new(Kind::Config, format!("`{host}` sends the sign-in elsewhere, where it must not follow"))
        .hint("check `security.auth.oauth.deviceEndpoint` and `security.auth.oauth.tokenEndpoint`")
}

/// The answer lacks what a sign-in needs.
pub(super) fn incomplete(host: &str, what: &str) -> Failure {
    Failure::new(Kind::Provider, format!("`{host}` began no sign-in: its answer has no {what}"))
        .hint("check `security.auth.oauth.deviceEndpoint`, if you set it")
}

/// The tokens were given by somebody else.
pub(in crate::auth) fn foreign(path: &Path, host: &str) -> Failure {
    signed_out(format!("the sign-in in `{}` is not one of `{host}`", path.display()))
}

/// The refresh token is dead.
pub(super) fn ended(host: &str, said: &str) -> Failure {
    let error = format!("`{host}` does not renew this sign-in any more{}", after(said));
    signed_out(error).hint(FREE_TIER)
}

/// `: ` and what was said, or nothing.
fn after(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(": {said}") }
}

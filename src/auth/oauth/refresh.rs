//! Renews a sign-in: lock, read again, ask, replace, unlock.
//!
//! A refresh token works once. Whoever gets the lock second reads what the first one was given and asks for nothing.
//! A process that is killed after the server has changed the token and before the answer is on the disk loses it, and no
//! record can bring it back; that window is a write, a sync and a rename long, and the next run says what happened.

use std::sync::Arc;

use oauth2::RefreshToken;

use super::{
    answer::{self, Heard},
    client::{Carrier, client},
    file::{CredsFile, Kept},
    grant::{Grant, now_ms},
    options::Options,
    words,
};
use crate::{base::Secret, net, protocol::Failure};

/// What came of it.
pub(super) struct Outcome {
    /// It holds for a while.
    pub(super) grant: Arc<Grant>,
    /// Why it could not be kept for other processes, if it could not.
    pub(super) unkept: Option<Failure>,
}

impl Outcome {
    fn kept(grant: Arc<Grant>) -> Self {
        Self { grant, unkept: None }
    }
}

/// Gives a grant that holds for a while, whoever renewed it. `refused` is an access token that a server turned away
/// before its end: it is not given again.
///
/// Errors: kind `auth` when the person must sign in again; `network` when it may work later, then nothing is lost;
/// `config` when the file or its lock cannot be used.
pub(super) async fn renew(
    net: &net::Lazy,
    options: &Options,
    file: &CredsFile,
    refused: Option<&Secret>,
) -> Result<Outcome, Failure> {
    let _held = file.lock().await?;
    let is_refused = |grant: &Grant| refused.is_some_and(|token| token.expose() == grant.access.expose());
    let before = signed_in(options, file)?;
    if before.is_fresh(now_ms()) && !is_refused(&before) {
        return Ok(Outcome::kept(before));
    }
    let Some(token) = before.refresh.clone() else {
        if before.is_alive(now_ms()) && !is_refused(&before) {
            return Ok(Outcome::kept(before));
        }
        let shown = file.path().display();
        return Err(words::signed_out(format!(
            "the sign-in in `{shown}` has ended and has no refresh token"
        )));
    };
    // If the answer could not be kept, the token must not be spent.
    let draft = file.draft().await?;
    let failure = match ask(net, options, &token).await {
        Ok(Ok(grant)) => {
            let grant = Arc::new(grant.after(&before));
            let unkept = draft.publish(Arc::clone(&grant)).await.err().map(|e| file.unwritten(&e));
            return Ok(Outcome { grant, unkept });
        }
        Ok(Err(Heard::WrongGrant(said) | Heard::Unauthorized(said))) => {
            drop(draft);
            return gone(options, file, &token, &said, is_refused).map(Outcome::kept);
        }
        Ok(Err(heard)) => not_renewed(options.host(), heard),
        Err(failure) => failure,
    };
    // It may work later, and until then the old token may do.
    if before.is_alive(now_ms()) && !is_refused(&before) {
        return Ok(Outcome::kept(before));
    }
    Err(failure)
}

fn signed_in(options: &Options, file: &CredsFile) -> Result<Arc<Grant>, Failure> {
    let shown = file.path().display();
    match file.read() {
        Kept::SignedIn(grant) if grant.is_of(options) => Ok(grant),
        Kept::SignedIn(_) => Err(words::foreign(file.path(), options.host())),
        Kept::Nothing => Err(words::signed_out(format!("there is no sign-in in `{shown}` any more"))),
        Kept::Damaged(why) => {
            Err(words::signed_out(format!("the sign-in in `{shown}` cannot be used: {why}")))
        }
    }
}

/// The server does not know the token. A program that does not know our lock may have been faster; its tokens are
/// newer, and are used and left alone. Otherwise the dead ones are removed.
fn gone(
    options: &Options,
    file: &CredsFile,
    token: &Secret,
    said: &str,
    is_refused: impl Fn(&Grant) -> bool,
) -> Result<Arc<Grant>, Failure> {
    if let Kept::SignedIn(now) = file.read() {
        let is_same = now.refresh.as_ref().is_some_and(|other| other.expose() == token.expose());
        if !is_same && now.is_alive(now_ms()) && !is_refused(&now) {
            return Ok(now);
        }
        if is_same {
            // If it stays, the next run says the same.
            let _ = std::fs::remove_file(file.path());
        }
    }
    Err(words::ended(options.host(), said))
}

/// Asks for new tokens. Errors, the outer ones: no answer. The inner ones: an answer that is no grant.
async fn ask(net: &net::Lazy, options: &Options, token: &Secret) -> Result<Result<Grant, Heard>, Failure> {
    let reader = |status, body: &[u8]| answer::token(status, body, &[token.expose()]);
    let carrier = Carrier::new(net, options, &reader);
    let client = client(options);
    let refresh = RefreshToken::new(token.expose().to_owned());
    let response = client.exchange_refresh_token(&refresh).request_async(&carrier).await;
    let heard = carrier.heard();
    match (response, heard) {
        (Ok(response), _) => Ok(Ok(Grant::of(&response, options, now_ms()))),
        (Err(_), Some(Err(failure))) => Err(failure),
        (Err(_), Some(Ok(Heard::Granted(_))) | None) => Ok(Err(Heard::NoToken)),
        (Err(_), Some(Ok(heard))) => Ok(Err(heard)),
    }
}

fn not_renewed(host: &str, heard: Heard) -> Failure {
    match heard {
        Heard::WrongClient(said) => words::wrong_client(host, &said),
        Heard::Garbled(status) => words::garbled(host, status),
        Heard::Busy(status) => words::busy(host, status),
        Heard::SlowDown | Heard::Pending => words::busy(host, 429),
        Heard::Moved => words::moved(host),
        Heard::Refused(status, said) => words::refused(host, status, &said),
        Heard::Denied => words::refused(host, 403, ""),
        Heard::WrongGrant(said) | Heard::Unauthorized(said) => words::ended(host, &said),
        Heard::Granted(_) | Heard::NoToken | Heard::Expired => words::no_token(host),
    }
}

//! `qwen cache forget`: has the provider delete what it keeps.

use std::io::{self, Write as _};

use super::{
    super::assemble,
    place::{Place, project},
};
use crate::{
    agent::Connection,
    cache::Link,
    net,
    protocol::{Failure, bill::many},
    provider::Responses,
    session,
};

/// Deletes what the provider keeps of one session, or of all of this project. Errors: the session is not there, there is
/// no key, or something could not be deleted.
pub(super) fn run(wanted: Option<&str>) -> Result<u8, Failure> {
    let folder = project()?;
    let sessions = match wanted {
        Some(wanted) => vec![session::find(&folder, wanted)?],
        None => session::list(&folder).into_iter().map(|summary| summary.id).collect(),
    };
    let mut links = Vec::new();
    for id in &sessions {
        links.extend(session::links(&folder, id)?);
    }
    let place = Place::find(None)?;
    let all = links.len();
    links.retain(|link| link.may_be_kept(place.now));
    if links.is_empty() {
        let words =
            if all == 0 { "nothing is kept by a provider" } else { "all that was kept is gone after 7 days" };
        return Ok(say(&format!("{}: {words}\n", many(sessions.len() as u64, "session"))));
    }
    let (setup, connection) = place.setup?;
    let account = connection.limits().scope.account;
    let (ours, others): (Vec<Link>, Vec<Link>) =
        links.into_iter().partition(|link| link.scope().account == account);
    let (deleted, failed) = assemble::runtime()?.block_on(delete(&setup.net, &connection, &ours));
    if deleted > 0 {
        say(&format!(
            "deleted {} at {}\n",
            many(deleted, "kept response"),
            connection.credential.endpoint().host()
        ));
    }
    let left = (ours.len() as u64 - deleted) + others.len() as u64;
    match failed {
        Some(failure) => Err(Failure {
            error: format!("{} could not be deleted: {}", many(left, "kept response"), failure.error),
            ..failure
        }
        .hint("what is kept goes by itself after 7 days")),
        None if !others.is_empty() => {
            let error = format!("{} belong to another key or address", many(left, "kept response"));
            Err(Failure::new(crate::protocol::Kind::Auth, error).hint(
                "say `qwen cache forget` again with that key; what is kept goes by itself after 7 days",
            ))
        }
        None => Ok(0),
    }
}

/// How many were deleted, and what stopped it if something did.
async fn delete(net: &net::Lazy, connection: &Connection, links: &[Link]) -> (u64, Option<Failure>) {
    let Connection { credential, profile, provider, .. } = connection.clone();
    let responses = Responses::new(net.clone(), credential, profile, provider);
    let (mut deleted, mut failed) = (0, None);
    for link in links {
        match responses.delete(link.response()).await {
            Ok(()) => deleted += 1,
            // A server that cannot be reached is not tried for each of them.
            Err(failure) if failure.kind == crate::protocol::Kind::Network => {
                return (deleted, Some(failure));
            }
            Err(failure) => failed = Some(failure),
        }
    }
    (deleted, failed)
}

/// Prints a text. Returns the exit code: a closed pipe has read what it wanted.
fn say(text: &str) -> u8 {
    let written = io::stdout().write_all(text.as_bytes());
    u8::from(written.is_err_and(|e| e.kind() != io::ErrorKind::BrokenPipe))
}

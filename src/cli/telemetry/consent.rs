//! The inputs of consent: flags, environment, settings, account and what was said before.

use crate::{
    auth::{Found, Source},
    protocol::Failure,
    telemetry::{Account, Decision, Environment, Folder, Inputs, decide},
};

use super::super::desk::Known;

/// How the person signed in.
pub(in crate::cli) fn account(found: &Result<Found, Failure>) -> Account {
    Account::of(match found {
        Ok(found) if matches!(found.access.source(), Source::SignIn(_)) => "qwen-oauth",
        Ok(_) => "key",
        Err(_) => "none",
    })
}

/// A variable of the environment, also one that is no text.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// What is decided for a command that has no flags of its own.
pub(super) fn here(known: &Known, account: Account, is_interactive: bool) -> Decision {
    decide(&Inputs {
        is_private: false,
        is_refused: false,
        environment: Environment::read(variable),
        refused_in: known.settings.telemetry().refused_in,
        account,
        is_interactive,
        marks: Folder::of(&known.homes.qwen_home).marks(),
    })
}

//! From what was found of accounts and models to what a session talks to.

use std::sync::Arc;

use crate::{
    agent::Connection,
    auth::{Credential, Found, Source, Vault},
    catalog::{CacheSetting, Profile},
    config::Loaded,
    protocol::{Failure, Kind},
    provider,
};

/// Opens the account that was found and gathers what is known of its model, as the settings want it used.
///
/// Errors: those of [`crate::auth::Access::open`].
pub(super) fn connect(found: Found, settings: &Loaded, vault: &Vault) -> Result<Connection, Failure> {
    let endpoint = found.access.endpoint();
    let overrides = settings.overrides(found.proxy_base_url.clone());
    let profile = Profile::resolve(endpoint.host(), endpoint.base(), &found.model, &overrides);
    let credential = found.access.open(vault)?;
    let cache_mode = settings.cache().mode(&profile.cache);
    let (provider, mut notes) = (settings.provider(), found.notes);
    // Whoever set the window knows the model.
    notes.extend(profile.unlisted().filter(|_| overrides.window.is_none()));
    Ok(Connection { provider, cache_mode, notes, ..bare(credential, profile) })
}

/// With nothing from the person's settings.
pub(super) fn bare(credential: Credential, profile: Profile) -> Connection {
    Connection {
        provider: provider::Options::default(),
        cache_mode: CacheSetting::Auto.mode(&profile.cache),
        cache_reason: cache_reason(&profile),
        account: match credential.source() {
            Source::Account(name) => name.clone(),
            other => other.to_string(),
        },
        notes: Vec::new(),
        credential: Arc::new(credential),
        profile: Arc::new(profile),
    }
}

/// What a person who is there can still bring about: an account that is missing. Every other failure, and this one
/// where nobody is, ends the start.
pub(super) fn or_later<T>(
    found: Result<T, Failure>,
    is_interactive: bool,
) -> Result<Result<T, Failure>, Failure> {
    match found {
        Err(failure) if !is_interactive || failure.kind != Kind::Auth => Err(failure),
        found => Ok(found),
    }
}

/// How the cache is used and why, in one line.
pub(super) fn cache_reason(profile: &Profile) -> String {
    let (model, provider) = (&profile.model, profile.provider.name);
    if profile.cache.session {
        return format!(
            "session cache: {provider} keeps the conversation for 7 days; only what is new is sent"
        );
    }
    let why = profile.note.as_ref().map(|note| format!("; {note}")).unwrap_or_default();
    if profile.cache.explicit {
        format!("explicit cache: {provider} honours markers for {model}{why}")
    } else if profile.cache.implicit {
        format!("no markers: {provider} caches {model} by itself{why}")
    } else {
        format!(
            "no markers: {model} at {provider} is not known to honour them; the prefix stays byte-stable{why}"
        )
    }
}

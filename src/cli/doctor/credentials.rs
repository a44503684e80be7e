//! Which key goes where, what was passed over, and how the places are in which keys are kept.

use super::{report::Report, scene::Scene};
use crate::{
    auth::{self, Access, Credential, Found, Inputs, Seen, Source, State, Vault, oauth},
    base::{Moment, minutes},
    catalog::{CacheSetting, Overrides, PROVIDERS, Profile, provider_for},
};

/// What a run would use.
pub(super) struct Chosen {
    pub(super) credential: Credential,
    pub(super) model: String,
    pub(super) profile: Profile,
}

/// Looks at everything a key can come from.
pub(super) fn look(scene: &Scene, report: &mut Report) -> Option<Chosen> {
    report.section("Credentials");
    let inputs = &scene.inputs;
    let vault = Vault::new(&scene.homes.qwen_home, scene.settings.storage(), scene.env("QWEN_NO_KEYRING"));
    let chosen = match auth::find(inputs) {
        Ok(found) => open(scene, found, &vault, report),
        Err(failure) => {
            report.trouble("key", &failure);
            None
        }
    };
    passed_over(inputs, chosen.as_ref(), report);
    accounts(inputs, report);
    sign_in(inputs, scene.now, report);
    keyring(&vault, report);
    chosen
}

fn open(scene: &Scene, found: Found, vault: &Vault, report: &mut Report) -> Option<Chosen> {
    let Found { access, model, model_source, proxy_base_url, notes } = found;
    let endpoint = access.endpoint().clone();
    let is_stored = matches!(access, Access::Stored(_));
    let opened = access.open(vault);
    let overrides = if scene.broken.is_some() {
        Overrides { proxy_base_url, cache: CacheSetting::Auto, ..Overrides::default() }
    } else {
        scene.settings.overrides(proxy_base_url)
    };
    let profile = Profile::resolve(endpoint.host(), endpoint.base(), &model, &overrides);
    match &opened {
        Err(failure) => report.trouble("key", failure),
        Ok(credential) => report.fine("key", &key(credential, is_stored)),
    }
    report.fine("goes to", &format!("`{}` ({})", endpoint.base(), profile.provider.name));
    report.fine("model", &format!("`{model}`, {model_source}"));
    if let Some(told) = profile.unlisted().filter(|_| overrides.window.is_none()) {
        report.note("", &told);
    }
    for note in &notes {
        report.note("told", note);
    }
    Some(Chosen { credential: opened.ok()?, model, profile })
}

fn key(credential: &Credential, is_stored: bool) -> String {
    let source = credential.source();
    match credential.key().filter(|key| !key.is_empty()) {
        _ if credential.is_sign_in() => format!("none: {source} is used"),
        Some(key) if is_stored => format!("{}, of {source}", key.masked()),
        Some(key) => format!("{}, {source}", key.masked()),
        None => format!("none is sent; the address is from {source}"),
    }
}

/// Keys that are there and not used, and why.
fn passed_over(inputs: &Inputs, chosen: Option<&Chosen>, report: &mut Report) {
    let Some(chosen) = chosen else { return };
    let (used, host) = (chosen.credential.source(), chosen.credential.endpoint().host());
    for seen in inputs.seen().into_iter().filter(|seen| seen.source != *used) {
        let Seen { source, masked, .. } = &seen;
        report.fine("not used", &format!("{source} ({masked}): {}", why(&seen, used, host)));
    }
}

fn why(seen: &Seen, used: &Source, host: &str) -> String {
    let there = provider_for(host);
    let named = PROVIDERS.iter().find(|row| row.key_env == seen.name && row.key_env != "OPENAI_API_KEY");
    match named.filter(|row| row.id != there.id && row.key_env != there.key_env) {
        Some(row) => format!("it is for {}, and requests go to `{host}`", row.name),
        None if matches!(used, Source::SignIn(_)) => "a sign-in is used".to_owned(),
        None => format!("{used} is used"),
    }
}

fn accounts(inputs: &Inputs, report: &mut Report) {
    let accounts = &inputs.accounts;
    for account in &accounts.all {
        let place = account.key.map_or("no key", |place| match place {
            auth::Place::Keyring => "its key is in the keyring",
            auth::Place::File => "its key is in `credentials.json`",
            auth::Place::SignIn => "signed in",
        });
        let is_chosen = accounts.current().is_some_and(|current| current.name == account.name);
        let chosen = if is_chosen { ", chosen" } else { "" };
        report.fine(
            "account",
            &format!("`{}` for `{}`, {place}{chosen}", account.name, account.endpoint.base()),
        );
    }
    for note in &accounts.notes {
        report.note("accounts", note);
    }
}

fn sign_in(inputs: &Inputs, now: Moment, report: &mut Report) {
    let path = inputs.oauth.file.path().display().to_string();
    match &inputs.oauth.kept {
        oauth::Kept::Nothing => report.fine("sign-in", "none with Qwen OAuth"),
        oauth::Kept::Damaged(why) => report.note("sign-in", &format!("`{path}` cannot be used: {why}")),
        oauth::Kept::SignedIn(grant) => {
            let ends = Moment(grant.expires_at_ms());
            let is_over = ends <= now;
            let left = minutes(ends.since(now).as_secs());
            let until = match ends.timestamp() {
                _ if is_over => "the access token has ended".to_owned(),
                Some(time) => format!("signed in until {time} (for {left} more)"),
                None => "signed in".to_owned(),
            };
            if grant.is_renewable() {
                report.fine("sign-in", &format!("{until}; it is renewed when it is used"));
            } else {
                report.note("sign-in", &format!("{until}; it cannot be renewed: sign in again then"));
            }
        }
    }
}

fn keyring(vault: &Vault, report: &mut Report) {
    let state = vault.state();
    match state {
        State::Ready | State::Off(_) => report.fine("keyring", &state.to_string()),
        State::Absent(_) => report.fine("keyring", &format!("{state}: keys are kept in a file")),
        State::Locked | State::Slow => report.note("keyring", &state.to_string()),
    }
}

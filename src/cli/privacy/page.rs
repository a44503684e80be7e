//! What is told of privacy, for one account and one home.

use super::{
    super::{
        desk::Known,
        telemetry::{account, state},
    },
    disk::{self, Part},
    provider,
};
use crate::{
    agent::Connection,
    auth,
    base::{Bytes, Clean},
    catalog::Profile,
    protocol::{CacheMode, PrivacyPage, PrivacySection},
};

/// What a page is about.
pub(in crate::cli) struct Subject {
    host: String,
    profile: Profile,
    mode: CacheMode,
    is_sign_in: bool,
    is_here: bool,
}

impl Subject {
    /// What a session talks to.
    pub(in crate::cli) fn of(connection: &Connection) -> Self {
        let endpoint = connection.credential.endpoint();
        Self {
            host: endpoint.host().to_owned(),
            profile: (*connection.profile).clone(),
            mode: connection.cache_mode,
            is_sign_in: connection.credential.is_sign_in(),
            is_here: endpoint.is_loopback(),
        }
    }

    /// What a run here would talk to, without opening the place of its key. `None` without an account.
    pub(super) fn here(known: &Known) -> Option<Self> {
        let found = auth::find(&known.inputs).ok()?;
        let endpoint = found.access.endpoint();
        let overrides = known.settings.overrides(found.proxy_base_url.clone());
        let profile = Profile::resolve(endpoint.host(), endpoint.base(), &found.model, &overrides);
        Some(Self {
            host: endpoint.host().to_owned(),
            mode: known.settings.cache().mode(&profile.cache),
            is_sign_in: matches!(found.access.source(), auth::Source::SignIn(_)),
            is_here: endpoint.is_loopback(),
            profile,
        })
    }
}

/// The page. Reads sizes and ages of files; sends nothing.
pub(in crate::cli) fn page(known: &Known, subject: Option<&Subject>, is_private: bool) -> PrivacyPage {
    let sections = vec![leaving(known, subject), there(subject), counted(known), here(known, is_private)];
    PrivacyPage { sections }
}

fn section(title: &str, rows: Vec<(&str, String)>) -> PrivacySection {
    // Hosts, models and paths come from outside.
    let clean = |text: &str| Clean::line(text).into_string();
    let rows = rows.into_iter().map(|(name, text)| (name.to_owned(), clean(&text))).collect();
    PrivacySection { title: clean(title), rows }
}

fn leaving(known: &Known, subject: Option<&Subject>) -> PrivacySection {
    let rows = match subject {
        None => vec![("to", "nobody: there is no account yet".to_owned())],
        Some(subject) => {
            let way = if subject.is_sign_in { "a sign-in with Qwen OAuth" } else { "an API key" };
            vec![
                (
                    "to",
                    format!(
                        "{} (`{}`), with {way}, and nobody else",
                        subject.profile.provider.name, subject.host
                    ),
                ),
                ("model", subject.profile.model.clone()),
                (
                    "with each request",
                    "instructions, names and descriptions of tools, instruction files and map of the \
                    repository, date, system, folder, branch, your words, answers, results of tools"
                        .to_owned(),
                ),
                ("never", "account names, session ids, keys of anybody else".to_owned()),
            ]
        }
    };
    let redaction = if known.settings.redacts() {
        "on: what is found is replaced by a mark before it leaves; `privacy.redact` turns it off (docs/privacy.md)"
    } else {
        "off: `privacy.redact` is `false` in your settings"
    };
    let mut rows = rows;
    rows.push(("secrets", redaction.to_owned()));
    section("What leaves this machine", rows)
}

fn there(subject: Option<&Subject>) -> PrivacySection {
    let Some(subject) = subject else { return section("What the provider keeps", Vec::new()) };
    let mode = if subject.mode == CacheMode::Session { "session" } else { subject.mode.name() };
    let mut rows = vec![("cache mode", mode.to_owned())];
    rows.extend(provider::kept(&subject.profile, subject.mode, subject.is_here));
    section("What the provider keeps", rows)
}

fn counted(known: &Known) -> PrivacySection {
    let told = state(known, account(&auth::find(&known.inputs)));
    let rows = vec![
        ("telemetry", told),
        ("see it", "`qwen telemetry show`; off with `qwen telemetry off`".to_owned()),
    ];
    section("What is counted", rows)
}

fn here(known: &Known, is_private: bool) -> PrivacySection {
    let mut rows: Vec<(&str, String)> = Vec::new();
    if is_private {
        rows.push((
            "this session",
            "private: it is not kept, and its long outputs are removed at its end".to_owned(),
        ));
    }
    let lying = disk::look(&known.homes.qwen_home);
    for part in Part::ALL {
        let all: Vec<_> = lying.iter().filter(|one| one.part == part).collect();
        if all.is_empty() {
            continue;
        }
        let bytes = Bytes(all.iter().map(|one| one.bytes).sum()).short();
        let oldest = all.iter().filter_map(|one| one.changed).min();
        let age = oldest.map(|at| format!(", the oldest {}", disk::age(at))).unwrap_or_default();
        let files = if all.len() == 1 { "1 file".to_owned() } else { format!("{} files", all.len()) };
        rows.push((
            part.name(),
            format!("{files}, {bytes}{age}, in `{}`", part.place(&known.homes.qwen_home).display()),
        ));
    }
    if lying.is_empty() {
        rows.push(("nothing", format!("in `{}`", known.homes.qwen_home.display())));
    } else {
        rows.push((
            "remove it",
            "`qwen privacy purge`; settings, accounts and keys stay unless you name them".to_owned(),
        ));
    }
    section("What lies on this disk", rows)
}

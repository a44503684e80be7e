//! `qwen models`: the catalogue, model by model. What the cache does in detail is in `cache/models.rs`.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::{self, Write as _},
};

use serde_json::{Value, json};

use super::{
    Models, assemble,
    cache::models::{prices, tier_json},
    desk,
};
use crate::{
    auth::{
        self, Inputs, Vars,
        oauth::{DEFAULT_MODEL, Kept},
    },
    catalog::{Marking, Provider, READ, Support, nearest, servers, support},
    config,
    protocol::{Failure, Kind},
};

/// A model, and where one can have it.
struct Row {
    support: Support,
    servers: Vec<Server>,
}

/// Who serves a model, and whether a key for them is there.
struct Server {
    id: &'static str,
    name: &'static str,
    has_key: bool,
}

/// Prints the list. Errors: settings that cannot be read; kind `usage` when no name contains the filter.
pub(super) fn run(flags: &Models) -> Result<u8, Failure> {
    let rows = rows(flags.filter.as_deref())?;
    if let (Some(filter), true) = (&flags.filter, rows.is_empty()) {
        return Err(nothing(filter));
    }
    let text = if flags.json { format!("{:#}\n", to_json(&rows)) } else { to_text(&rows) };
    // A closed pipe has read what it wanted.
    let written = io::stdout().write_all(text.as_bytes());
    Ok(u8::from(written.is_err_and(|e| e.kind() != io::ErrorKind::BrokenPipe)))
}

fn rows(filter: Option<&str>) -> Result<Vec<Row>, Failure> {
    let env = Vars::from_process();
    let homes = config::homes(&env)?;
    let cwd = assemble::working_folder()?;
    let settings = super::cache::settings()?;
    let own = settings.overrides(None).prices;
    let inputs = desk::inputs(auth::Flags::default(), settings.auth(), &homes, &cwd, env);
    let keyed = keyed(&inputs);
    let wanted = filter.unwrap_or_default().to_lowercase();
    let is_signed_in = matches!(inputs.oauth.kept, Kept::SignedIn(_));
    let of = |row: &'static Provider| Server { id: row.id, name: row.name, has_key: keyed.contains(row.id) };
    let row = |support: Support| Row {
        servers: match support.model {
            DEFAULT_MODEL => vec![Server { id: "qwen-oauth", name: "Qwen OAuth", has_key: is_signed_in }],
            model => servers(model).map(of).collect(),
        },
        support,
    };
    let all = support(|model| own.get(model)).into_iter().map(row);
    Ok(all.filter(|row| row.support.model.to_lowercase().contains(&wanted)).collect())
}

/// Providers for which a key is there: under the variable named for them, or as an account's.
fn keyed(inputs: &Inputs) -> BTreeSet<&'static str> {
    let seen = inputs.seen();
    let by_name = crate::catalog::PROVIDERS
        .iter()
        .filter(|row| !row.hosts.is_empty() && seen.iter().any(|key| key.name == row.key_env));
    let accounts = inputs.accounts.all.iter().filter(|account| account.key.is_some());
    let by_account = accounts.map(|account| crate::catalog::provider_for(account.endpoint.host()));
    by_name.chain(by_account).map(|row| row.id).collect()
}

fn nothing(filter: &str) -> Failure {
    let shown = crate::base::Clean::line(filter);
    let failure = Failure::new(Kind::Usage, format!("no model of the catalogue has `{shown}` in its name"));
    let failure = match nearest(filter).as_slice() {
        [] => failure,
        like => failure.hint(format!("like it: {}", like.join(", "))),
    };
    failure.hint("a model that is not listed can be used all the same: `-m` takes any name")
}

/// Which caches a model has, in one word or two.
fn caches(row: &Support) -> String {
    let has = [
        (row.markers != Marking::None, "explicit"),
        (row.terms.implicit, "implicit"),
        (row.terms.session, "session"),
    ];
    let names: Vec<&str> = has.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
    if names.is_empty() { "-".to_owned() } else { names.join("+") }
}

fn to_text(rows: &[Row]) -> String {
    let mut out = format!(
        "{:<24} {:>6} {:>6}  {:<25} {:<35} ≈ $ in / out per million (up to)\n",
        "model", "window", "output", "cache", "served by"
    );
    for Row { support: row, servers } in rows {
        let served: Vec<String> = servers
            .iter()
            .map(|server| format!("{}{}", server.id, if server.has_key { "*" } else { "" }))
            .collect();
        let _ = writeln!(
            out,
            "{:<24} {:>6} {:>6}  {:<25} {:<35} {}",
            row.model,
            row.window.short(),
            row.max_output.short(),
            caches(row),
            served.join(", "),
            prices(&row.tiers)
        );
    }
    let _ = write!(
        out,
        "\n* a key for it is there. A plan has some of the models only. Prices are Qwen Cloud's, as read in {READ}; set \
         your own in\n`cache.prices`. Any other name works too: `-m NAME`, with careful defaults. What the cache of \
         each does: `qwen cache models`.\n"
    );
    out
}

fn to_json(rows: &[Row]) -> Value {
    let server = |of: &Server| json!({ "id": of.id, "name": of.name, "has_key": of.has_key });
    let model = |Row { support: row, servers }: &Row| {
        json!({
            "model": row.model,
            "window": row.window.0,
            "max_output": row.max_output.0,
            "cache": {
                "explicit": row.markers != Marking::None,
                "implicit": row.terms.implicit,
                "session": row.terms.session,
            },
            "prices": row.tiers.iter().map(tier_json).collect::<Vec<_>>(),
            "servers": servers.iter().map(server).collect::<Vec<_>>(),
        })
    };
    json!({ "form": 1, "read": READ, "models": rows.iter().map(model).collect::<Vec<_>>() })
}

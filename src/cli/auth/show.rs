//! Accounts as text and as JSON.

use serde_json::{Value, json};

use crate::{
    base::Clean,
    protocol::{AccountRow, Failure, FoundKey, Overview},
};

/// One account, a line for each thing to know.
pub(super) fn status_text(row: &AccountRow) -> String {
    let key = match row.masked_key.as_str() {
        "" => row.source.clone(),
        masked if row.source == row.name => masked.to_owned(),
        masked => format!("{masked}, in {}", row.source),
    };
    let lines = [
        ("account", row.name.as_str()),
        ("provider", &row.provider),
        ("server", &row.base_url),
        ("model", &row.model),
        ("key", &key),
    ];
    lines.map(|(name, text)| line(&format!("{name:<10}{text}"))).concat()
}

/// The same for programs.
pub(super) fn status_json(row: Option<&AccountRow>, notes: &[String], failure: Option<&Failure>) -> String {
    page(&json!({
        "signed_in": row.is_some(),
        "account": row.map(account),
        "notes": notes,
        "error": failure.map(|failure| json!({"message": failure.error, "hints": failure.hints})),
    }))
}

/// All accounts, one a line; the one in use is marked. Then the keys found elsewhere.
pub(super) fn list_text(overview: &Overview) -> String {
    let width = |text: fn(&AccountRow) -> &str| {
        overview.accounts.iter().map(|row| text(row).chars().count()).max().unwrap_or(0)
    };
    let (name, provider, model) = (width(|r| &r.name), width(|r| &r.provider), width(|r| &r.model));
    let mut out = String::new();
    for row in &overview.accounts {
        let mark = if row.is_current { "*" } else { " " };
        out += &line(&format!(
            "{mark} {:<name$}  {:<provider$}  {:<model$}  {}",
            row.name, row.provider, row.model, row.base_url
        ));
    }
    for found in &overview.found {
        let mark =
            if overview.current.as_ref().is_some_and(|row| row.name == found.account) { "*" } else { " " };
        out += &line(&format!("{mark} {}  {} for {}", found.source, found.masked_key, found.host));
    }
    out
}

/// The same for programs.
pub(super) fn list_json(overview: &Overview) -> String {
    page(&json!({
        "accounts": overview.accounts.iter().map(account).collect::<Vec<_>>(),
        "found": overview.found.iter().map(found).collect::<Vec<_>>(),
        "storage": overview.storage,
    }))
}

fn account(row: &AccountRow) -> Value {
    json!({
        "name": row.name,
        "provider": row.provider,
        "base_url": row.base_url,
        "model": row.model,
        "key": row.masked_key,
        "source": row.source,
        "in_use": row.is_current,
    })
}

fn found(found: &FoundKey) -> Value {
    json!({"source": found.source, "key": found.masked_key, "host": found.host})
}

fn line(text: &str) -> String {
    format!("{}\n", Clean::line(text).as_str().trim_end())
}

fn page(value: &Value) -> String {
    format!("{value:#}\n")
}

//! Refusals as servers send them, and all that becomes of each: what is done, how a run ends, what is read.
//!
//! `refusals.json` holds them. After a change on purpose, `QWEN_BLESS=1` writes it anew; read the difference.

use serde_json::{Value, json};

use super::{Asked, Context, Report};
use crate::{
    catalog::{Overrides, Profile},
    provider::fixtures::credential,
};

const FILE: &str = include_str!("refusals.json");

/// What becomes of one refusal: the class, the exit code, the words.
fn outcome(row: &Value) -> Value {
    let text = |key: &str| row[key].as_str().expect("a text").to_owned();
    let credential = credential(&text("at"), &text("key"));
    let endpoint = credential.endpoint();
    let profile = Profile::resolve(endpoint.host(), endpoint.base(), "x", &Overrides::default());
    let context =
        Context { profile: &profile, credential: &credential, path: "chat/completions", body: b"{}" };
    let status = u16::try_from(row["status"].as_u64().expect("a status")).expect("a status");
    let mut report = Report::read(status, &text("body"));
    report.status = if report.status == 0 { status } else { report.status };
    let trouble = context.trouble(&report, Asked::default());
    json!({
        "class": format!("{:?}", trouble.class),
        "exit": trouble.failure.kind.exit_code(),
        "error": trouble.failure.error,
        "hints": trouble.failure.hints,
    })
}

#[test]
fn every_refusal_is_told_as_it_was_read_last() {
    let rows: Vec<Value> = serde_json::from_str(FILE).expect("a list");
    assert!(rows.len() >= 70, "{}", rows.len());
    let mut new = Vec::new();
    for mut row in rows.clone() {
        row["told"] = outcome(&row);
        new.push(row);
    }
    if std::env::var_os("QWEN_BLESS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/provider/errors/refusals.json");
        let text = serde_json::to_string_pretty(&new).expect("JSON");
        std::fs::write(path, format!("{text}\n")).expect("written");
        return;
    }
    for (old, new) in rows.iter().zip(&new) {
        assert_eq!(old, new, "{}", old["what"]);
    }
}

#[test]
fn no_refusal_repeats_a_key_and_each_says_what_to_do_next() {
    let rows: Vec<Value> = serde_json::from_str(FILE).expect("a list");
    for row in &rows {
        let (told, key) = (outcome(row), row["key"].as_str().expect("a text"));
        assert!(key.is_empty() || !told.to_string().contains(key), "{}", row["what"]);
        let hints = told["hints"].as_array().expect("a list");
        assert!(!hints.is_empty(), "{}: {told}", row["what"]);
        let error = told["error"].as_str().expect("a text");
        assert!(!error.ends_with('.') && !error.contains('\n'), "{error}");
    }
}

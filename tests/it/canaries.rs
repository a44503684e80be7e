//! Secrets are searched for in every byte that leaves the program or stays on the disk.

use std::fs;

use qwen::sim::{ErrorShape, Fault, Planned, call, say};
use serde_json::{Value, json};

use crate::{
    Session,
    ran::{Ran, tree},
    session::KEY,
    sign_in::{expire, signed_in_at_the_simulator},
};

const PASSWORD: &str = "canary-proxy-password";

/// None of the secrets is in what the runs printed, in what they left in the home, or in the repository.
fn search(session: &Session, runs: &[Ran], secrets: &[String]) {
    for secret in secrets {
        assert!(secret.len() > 8, "a secret this short is found everywhere");
        for ran in runs {
            assert!(!ran.stdout.contains(secret.as_str()), "stdout: {}", ran.stdout);
            assert!(!ran.stderr.contains(secret.as_str()), "stderr: {}", ran.stderr);
        }
        let world = session.world();
        for (path, bytes) in [world.qwen_home(), world.repository()].iter().flat_map(|folder| tree(folder)) {
            // Where they belong.
            let name = path.file_name().unwrap_or_default();
            if ["oauth_creds.json", "credentials.json"].iter().any(|own| name == *own) {
                continue;
            }
            assert!(!String::from_utf8_lossy(&bytes).contains(secret.as_str()), "{}", path.display());
        }
    }
}

/// The tokens in the file of the sign-in.
fn tokens(session: &Session) -> Vec<String> {
    let text = fs::read(session.world().qwen_home().join("oauth_creds.json")).unwrap_or_default();
    let value: Value = serde_json::from_slice(&text).unwrap_or_default();
    ["access_token", "refresh_token"]
        .iter()
        .filter_map(|key| value[key].as_str().map(str::to_owned))
        .collect()
}

/// The server fails so, and repeats the key.
fn fault(status: u16, code: &str) -> Planned {
    let fault = Fault::Status {
        status,
        code: Some(code.to_owned()),
        message: Some(format!("your key {KEY} may not do this")),
        retry_after: Some("0".to_owned()),
        shape: ErrorShape::default(),
    };
    Planned { fault, first: Some(1) }
}

#[test]
fn a_sign_in_that_is_renewed_and_gone_on_with_leaves_no_token_anywhere() {
    let session = signed_in_at_the_simulator(|session| {
        session
            .env("HTTPS_PROXY", format!("http://me:{PASSWORD}@127.0.0.1:1"))
            .env("RUST_LOG", "trace")
            .model_says(call("read_file", json!({"file_path": "{{cwd}}/README.md"})))
            .model_says(say("Read."))
            .model_says(say("And on."))
            .model_says(say("And on."))
    });
    let mut secrets = vec![PASSWORD.to_owned()];
    secrets.extend(tokens(&session));
    let mut runs = vec![session.run("read it")];
    secrets.extend(tokens(&session));
    expire(&session);
    runs.push(session.run_with(&["-c", "-o", "stream-json", "--include-partial-messages", "-p", "go on"]));
    secrets.extend(tokens(&session));
    runs.push(session.run_with(&["-c", "-o", "json", "-p", "go on"]));
    assert_eq!(session.world().sim.oauth().refreshes, 2);
    for ran in &runs {
        ran.exit_is(0);
    }
    for words in
        [&["doctor"][..], &["doctor", "--json"], &["doctor", "--online"], &["cache", "explain", "--json"]]
    {
        runs.push(session.run_with(words));
    }
    secrets.sort();
    secrets.dedup();
    assert_eq!(secrets.len(), 7, "three grants and a password");
    search(&session, &runs, &secrets);
}

#[test]
fn a_refused_key_is_in_no_error_of_any_kind() {
    let secrets = [KEY.to_owned(), PASSWORD.to_owned()];
    for (status, code, exit) in [
        (401, "invalid_api_key", 41),
        (403, "access_denied", 41),
        (429, "limit_requests", 0),
        (500, "internal_error", 0),
        (400, "invalid_parameter_error", 1),
        (404, "model_not_found", 52),
    ] {
        for format in ["text", "json", "stream-json"] {
            let session = Session::new()
                .env("HTTPS_PROXY", format!("http://me:{PASSWORD}@127.0.0.1:1"))
                .settings(&json!({"proxy": format!("http://me:{PASSWORD}@127.0.0.1:1")}))
                .fault(fault(status, code))
                .model_says(say("Hello."));
            let ran = session.run_with(&["-o", format, "-p", "hello"]);
            ran.exit_is(exit);
            let doctor = session.run_with(&["doctor", "--online"]);
            // The settings name the password themselves; they are the person's.
            fs::remove_file(session.world().qwen_home().join("settings.json")).expect("there");
            search(&session, &[ran, doctor], &secrets);
        }
    }
}

#[test]
fn what_ends_a_run_before_it_begins_names_no_secret() {
    let secrets = [KEY.to_owned(), PASSWORD.to_owned()];
    let url = format!("http://me:{PASSWORD}@:bad");
    let cases = [
        (Session::new().env("OPENAI_BASE_URL", format!("https://{KEY}@host.test/v1")), 52),
        (Session::new().env("OPENAI_BASE_URL", format!("https://host.test/v1?key={KEY}")), 52),
        (Session::new().env("OPENAI_BASE_URL", "https://host.test/v1").flags(["--proxy", &url]), 52),
        (
            Session::new()
                .env("OPENAI_API_KEY", format!("sk-sp-{KEY}"))
                .env("OPENAI_BASE_URL", "https://api.deepseek.com"),
            41,
        ),
        (Session::new().flags(["--auth-type", "qwen-oauth"]), 41),
    ];
    for (session, exit) in cases {
        for format in ["text", "json", "stream-json"] {
            let ran = session.run_with(&["-o", format, "-p", "hello"]);
            ran.exit_is(exit);
            search(&session, &[ran], &secrets);
        }
    }
}

//! Where keys go and where they do not.

use std::thread;

use qwen::sim::{Sim, SimOptions, call, say};
use serde_json::json;

use crate::{
    Session,
    session::{KEY, simulator},
};

/// Where a key can come from.
const SOURCES: [&str; 6] =
    ["environment", "flag", "settings", "settings env", "home .qwen/.env", "home .env"];

/// A story whose only key comes from one source; with `address`, the address comes from there, too.
fn keyed(source: &str, address: bool) -> Session {
    let session = Session::new().without("OPENAI_API_KEY").without("OPENAI_BASE_URL");
    // The address is known only when the simulator runs, so files name it through the environment's own variable.
    let session = if address { session.env("OPENAI_BASE_URL", "{{sim}}") } else { session };
    let file = format!("OPENAI_API_KEY={KEY}\n");
    match source {
        "environment" => session.env("OPENAI_API_KEY", KEY),
        "flag" => session.flags(["--openai-api-key", KEY]),
        "settings" => session.settings(&json!({"security": {"auth": {"apiKey": KEY}}})),
        "settings env" => session.settings(&json!({"env": {"OPENAI_API_KEY": KEY}})),
        "home .qwen/.env" => session.home_file(".qwen/.env", file),
        _ => session.home_file(".env", file),
    }
}

fn stranger() -> Sim {
    simulator(SimOptions::default())
}

#[test]
fn an_address_from_a_project_never_gets_a_key_from_elsewhere() {
    thread::scope(|scope| {
        for source in SOURCES {
            for file in [".env", ".qwen/.env"] {
                for address in [true, false] {
                    scope.spawn(move || {
                        let stranger = stranger();
                        let ran = keyed(source, address)
                            .without("DASHSCOPE_PROXY_BASE_URL")
                            // Nothing may reach the internet, whatever is wrong.
                            .env("HTTPS_PROXY", "http://127.0.0.1:1")
                            .file(file, format!("OPENAI_BASE_URL={}\n", stranger.base_url()))
                            .model_says(say("Hello."))
                            .run("hello");
                        assert_eq!(stranger.requests().len(), 0, "{source} {file}: {}", ran.stderr);
                        if address {
                            ran.exit_is(0).asks(1);
                            let sent = ran.requests()[0].authorization.as_deref();
                            assert_eq!(sent, Some(format!("Bearer {KEY}").as_str()), "{source}");
                        } else {
                            ran.exit_is(41).stdout_is("").asks(0);
                        }
                    });
                }
            }
        }
    });
}

#[test]
fn a_project_with_its_own_key_gets_that_key_and_no_other() {
    for others in ["settings", "home .qwen/.env"] {
        let stranger = stranger();
        let own = format!("OPENAI_API_KEY=sk-of-the-project\nOPENAI_BASE_URL={}\n", stranger.base_url());
        let ran = keyed(others, false)
            .without("DASHSCOPE_PROXY_BASE_URL")
            .env("HTTPS_PROXY", "http://127.0.0.1:1")
            .file(".env", own)
            .run("hello");
        ran.exit_is(0).asks(0).stderr_has("requests go to");
        let sent: Vec<_> = stranger.requests().into_iter().map(|r| r.authorization).collect();
        assert_eq!(sent, [Some("Bearer sk-of-the-project".to_owned())], "{others}");
    }
}

#[test]
fn settings_of_a_project_do_not_say_where_requests_go() {
    let stranger = stranger();
    let base = stranger.base_url();
    let settings = json!({
        "env": {"OPENAI_BASE_URL": base, "DASHSCOPE_PROXY_BASE_URL": base},
        "security": {"auth": {"baseUrl": base}},
        "modelProviders": {"openai": [{"id": "qwen3-coder-plus", "baseUrl": base, "envKey": "OPENAI_API_KEY"}]},
        "proxy": base,
    });
    let ran = Session::new()
        .file(".qwen/settings.json", settings.to_string())
        .file(".env", format!("HTTP_PROXY={base}\nHTTPS_PROXY={base}\nALL_PROXY={base}\nQWEN_HOME=.\n"))
        .model_says(say("Hello."))
        .run("hello");
    ran.exit_is(0).asks(1);
    assert_eq!(stranger.requests().len(), 0);
}

#[test]
fn a_command_sees_no_key_wherever_it_came_from() {
    let look = "env; set; export -p; echo \"key: $OPENAI_API_KEY $DASHSCOPE_API_KEY $MY_KEY\"; cat /proc/self/environ";
    thread::scope(|scope| {
        for source in SOURCES {
            scope.spawn(move || {
                let ran = keyed(source, true)
                    .flag("-y")
                    .env("DASHSCOPE_API_KEY", format!("{KEY}-dashscope"))
                    .env("BAILIAN_CODING_PLAN_API_KEY", format!("{KEY}-plan"))
                    .env("ANTHROPIC_API_KEY", format!("{KEY}-anthropic"))
                    .env("QWEN_CUSTOM_API_KEY_X", format!("{KEY}-custom"))
                    .env("VISIBLE", "visible-in-the-child")
                    .file(".env", "OPENAI_MODEL=qwen3-coder-plus\nDASHSCOPE_API_KEY=sk-of-the-project\n")
                    .model_says(call("run_shell_command", json!({"command": look, "description": "look"})))
                    .model_says(say("Looked."))
                    .run("look");
                ran.exit_is(0).stdout_is("Looked.\n").asks(2);
                let result = &ran.results()[0];
                assert!(result.contains("visible-in-the-child"), "the commands ran: {result}");
                assert!(result.contains("key:  "), "{result}");
                assert!(!result.contains(KEY) && !result.contains("sk-of-the-project"), "{source}: {result}");
            });
        }
    });
}

#[test]
fn a_key_in_an_error_of_the_server_is_not_printed() {
    let told = qwen::sim::Fault::Status {
        status: 400,
        code: Some("invalid_parameter_error".to_owned()),
        message: Some(format!("your key {KEY} may not do this")),
        retry_after: None,
        shape: qwen::sim::ErrorShape::default(),
    };
    // `Ran` looks for the key on stdout, on stderr and in the transcript.
    Session::new().fault(told.clone()).run("hello").exit_is(1);
    Session::new().fault(told).run_with(&["-o", "json", "-p", "hello"]).exit_is(1);
}

#[test]
fn without_any_key_nothing_is_sent_and_every_place_is_named() {
    let ran = Session::new()
        .without("OPENAI_API_KEY")
        .without("OPENAI_BASE_URL")
        .without("DASHSCOPE_PROXY_BASE_URL")
        .run("hello");
    ran.exit_is(41).stdout_is("").asks(0).stderr_is(
        "\
error: no API key was found
  hint: tried, in this order: --openai-api-key, the environment, `.qwen/.env` and `.env` from here upwards (none), `.env` in your Qwen and home folders (none), your accounts, with keys in the keyring or a file (none), `security.auth` and `env` in your settings, a sign-in with Qwen OAuth (none)
  hint: sign in or add a key: `qwen auth login`, or `/auth` in a session
  hint: for Qwen Cloud: `export DASHSCOPE_API_KEY=…`
  hint: for any other server: set OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL
  hint: for a server on this machine: `OPENAI_BASE_URL=http://localhost:11434/v1`, no key needed
  hint: to see how it works without an account: `qwen demo`
",
    );
}

#[test]
fn a_local_server_needs_no_key() {
    let ran = Session::new().without("OPENAI_API_KEY").model_says(say("Hello.")).run("hello");
    ran.exit_is(0).stdout_is("Hello.\n").asks(1);
    assert_eq!(ran.requests()[0].authorization, None);
}

/// A story whose only key is an account's. `place` is where the list says that it is.
fn signed_in(at: &Sim, place: &str) -> Session {
    let base = at.base_url();
    let entry = |name: &str, base: &str| json!({"name": name, "preset": "custom", "baseUrl": base, "model": "m", "key": place, "created": 1});
    let entries = [entry("home", "https://home.invalid/v1"), entry("work", &base)];
    let keys =
        json!({"keys": [{"endpoint": base, "account": "work", "key": "sk-of-the-account-0123456789"}]});
    Session::new()
        .without("OPENAI_API_KEY")
        .without("OPENAI_BASE_URL")
        .without("OPENAI_MODEL")
        .home_file(".qwen/accounts.json", json!({"accounts": entries, "current": "work"}).to_string())
        .home_file(".qwen/credentials.json", keys.to_string())
}

#[test]
fn the_chosen_account_is_asked_with_its_own_key() {
    let work = stranger();
    signed_in(&work, "file").run("hello").exit_is(0).asks(0);
    let sent: Vec<_> = work.requests().into_iter().map(|request| request.authorization).collect();
    assert_eq!(sent, [Some("Bearer sk-of-the-account-0123456789".to_owned())]);
}

#[test]
fn a_key_in_a_keyring_that_is_not_to_be_touched_ends_the_run_and_says_so() {
    let work = stranger();
    signed_in(&work, "keyring").run("hello").exit_is(41).stdout_is("").stderr_has(
        "the key of the account `work` could not be read: the keyring is not used (QWEN_NO_KEYRING is set)",
    );
    assert_eq!(work.requests().len(), 0);
}

//! `qwen doctor`: what it says, how it ends, and what it never shows.

use std::thread;

use qwen::sim::{Sim, SimOptions};
use serde_json::{Value, json};

use crate::{
    Session,
    ran::Ran,
    schema,
    session::{KEY, simulator},
};

fn doctor(session: &Session, words: &[&str]) -> (Ran, Value) {
    let text = session.run_with(&[&["doctor"], words].concat());
    let page = session.run_with(&[&["doctor", "--json"], words].concat());
    let value = page.json();
    schema::check("doctor", &value);
    (text, value)
}

/// The rows of a section: name, state, text.
fn rows(page: &Value, title: &str) -> Vec<(String, String, String)> {
    let sections = page["sections"].as_array().expect("a list");
    let section = sections.iter().find(|section| section["title"] == title);
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let rows = section.and_then(|section| section["rows"].as_array()).cloned().unwrap_or_default();
    rows.iter().map(|row| (text(row, "name"), text(row, "state"), text(row, "text"))).collect()
}

fn row(page: &Value, title: &str, name: &str) -> String {
    let all = rows(page, title);
    let found = all.iter().find(|row| row.0 == name);
    found.map_or_else(|| panic!("no {title} {name}: {page:#}"), |row| row.2.clone())
}

#[test]
fn a_machine_that_works_is_said_to_and_nobody_is_asked() {
    let session = Session::new()
        .env("DEEPSEEK_API_KEY", "sk-canary-deep-1234")
        .env("LANG", "C.UTF-8")
        .env("TERM", "xterm-256color")
        .env("TMUX", "/tmp/tmux-0/default,1,0");
    let (text, page) = doctor(&session, &[]);
    text.exit_is(0).stderr_is("").asks(0);
    assert!(text.stdout.ends_with("\nWhat a run needs is there.\n"), "{}", text.stdout);
    assert_eq!(row(&page, "Credentials", "key"), "sk-…8c2a, OPENAI_API_KEY from the environment");
    let base = session.world().sim.base_url();
    assert_eq!(row(&page, "Credentials", "goes to"), format!("`{base}` (Qwen Cloud)"));
    assert_eq!(
        row(&page, "Credentials", "not used"),
        "DEEPSEEK_API_KEY from the environment (sk-…1234): it is for DeepSeek, and requests go to `127.0.0.1`"
    );
    assert_eq!(row(&page, "Credentials", "keyring"), "the keyring is not used (QWEN_NO_KEYRING is set)");
    assert_eq!(row(&page, "Files", "home"), "`~/.qwen` (QWEN_HOME)");
    assert_eq!(row(&page, "Terminal", "terminal"), "none of the three streams; TERM is xterm-256color");
    assert_eq!(row(&page, "Terminal", "colours"), "256");
    assert_eq!(row(&page, "Terminal", "inside"), "tmux");
    assert_eq!(row(&page, "Terminal", "locale"), "C.UTF-8 (LANG)");
    assert!(row(&page, "Commands", "sandbox").starts_with("none of the operating system"));
    assert!(row(&page, "Cache", "mode").starts_with("explicit cache: Qwen Cloud honours markers"));
    assert_eq!((&page["usable"], &page["exit_code"]), (&json!(true), &json!(0)));
    assert!(rows(&page, "Server").is_empty(), "nobody was asked");
}

#[test]
fn it_ends_as_a_run_would_end() {
    let none = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "DASHSCOPE_PROXY_BASE_URL"]
        .into_iter()
        .fold(Session::new(), Session::without);
    let (text, page) = doctor(&none, &["--online"]);
    text.exit_is(41).asks(0);
    assert_eq!(page["usable"], false);
    assert!(text.stdout.contains("\n✗ key          no API key was found\n"), "{}", text.stdout);
    assert!(
        text.stdout.contains("→ tried, in this order: --openai-api-key, the environment"),
        "{}",
        text.stdout
    );
    assert_eq!(row(&page, "Server", "not asked"), "there is no credential to ask with");

    let (text, page) = doctor(&Session::new().home_file(".qwen/settings.json", "{ broken"), &[]);
    text.exit_is(52);
    let told = row(&page, "Settings", "settings");
    assert!(told.starts_with("`~/.qwen/settings.json` is not valid JSON"), "{told}");
    // What can still be said is said.
    assert!(row(&page, "Credentials", "key").starts_with("sk-…8c2a"));

    let (text, page) = doctor(&Session::new().env("QWEN_CA_CERTIFICATE", "/no/such.pem"), &[]);
    text.exit_is(52);
    assert!(
        row(&page, "Network", "client").starts_with("the certificate file `/no/such.pem` cannot be read")
    );
}

#[test]
fn the_server_is_asked_on_request_only_and_what_it_says_is_told() {
    let (text, page) = doctor(&Session::new(), &["--online"]);
    text.exit_is(0);
    let asked = row(&page, "Server", "asked");
    assert!(asked.starts_with("`127.0.0.1` works (200, ") && asked.ends_with(" models)"), "{asked}");

    let (text, page) =
        doctor(&Session::new().sim(|sim| sim.key = Some("sk-another".to_owned())), &["--online"]);
    text.exit_is(41);
    let asked = row(&page, "Server", "asked");
    assert!(asked.starts_with("`127.0.0.1` refuses the key"), "{asked}");
    assert!(!text.stdout.contains(KEY) && !asked.contains(KEY));

    let gone = {
        let sim = simulator(SimOptions::default());
        sim.base_url()
    };
    let (text, page) = doctor(&Session::new().env("OPENAI_BASE_URL", gone), &["--online"]);
    text.exit_is(57);
    assert_eq!(
        row(&page, "Server", "asked"),
        "`127.0.0.1` cannot be reached: `127.0.0.1` refused the connection"
    );
}

/// A person with secrets in every place there is.
fn full_of_secrets(sim: &Sim) -> Session {
    let base = sim.base_url();
    let accounts = json!({"current": "work", "accounts": [
        {"name": "work", "baseUrl": base, "model": "m", "key": "file", "created": 1},
        {"name": "ring", "baseUrl": "https://ring.invalid/v1", "model": "m", "key": "keyring", "created": 1},
    ]});
    let keys = json!({"keys": [{"endpoint": base, "account": "work", "key": "sk-canary-secret-account"}]});
    let grant = json!({"access_token": "canary-secret-access", "refresh_token": "canary-secret-refresh",
        "token_type": "Bearer", "expiry_date": 4_102_444_800_000_u64, "resource_url": "portal.qwen.ai"});
    let settings = json!({"proxy": "http://me:canary-secret-proxy@127.0.0.1:1",
        "security": {"auth": {"apiKey": "sk-canary-secret-settings"}}, "env": {"XAI_API_KEY": "sk-canary-secret-env"}});
    Session::new()
        .home_file(".qwen/accounts.json", accounts.to_string())
        .home_file(".qwen/credentials.json", keys.to_string())
        .home_file(".qwen/oauth_creds.json", grant.to_string())
        .settings(&settings)
        .home_file(".env", "MISTRAL_API_KEY=sk-canary-secret-home\n")
        .file(".env", "OPENAI_API_KEY=sk-canary-secret-project\n")
        .env("HTTPS_PROXY", "http://me:canary-secret-variable@127.0.0.1:1")
        .env("DASHSCOPE_API_KEY", "sk-canary-secret-cloud")
        .env("OPENAI_API_KEY", "sk-canary-secret-environment")
        .env("USER", "ada")
}

#[test]
fn the_page_holds_no_secret_and_no_name() {
    thread::scope(|scope| {
        for without in [&[][..], &["OPENAI_API_KEY", "DASHSCOPE_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"]]
        {
            for words in [&[][..], &["--online"]] {
                scope.spawn(move || {
                    let sim = simulator(SimOptions::default());
                    let session =
                        without.iter().fold(full_of_secrets(&sim), |session, name| session.without(name));
                    let (text, page) = doctor(&session, words);
                    for shown in [&text.stdout, &text.stderr, &page.to_string()] {
                        assert!(!shown.contains("canary-secret"), "{shown}");
                        assert!(!shown.contains(&session.world().qwen_home().display().to_string()), "{shown}");
                    }
                    assert_eq!(
                        row(&page, "Network", "proxy"),
                        "http://…@127.0.0.1:1 (user settings `~/.qwen/settings.json`), except for this machine"
                    );
                    assert!(row(&page, "Credentials", "sign-in").starts_with("signed in until 2100-01-01T00:00:00Z"));
                });
            }
        }
    });
}

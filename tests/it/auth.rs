//! `qwen auth`: keys and sign-ins from the command line, and what a run then uses.

use std::fs;

use qwen::sim::{Api, Approval, OAuth, OAuthFault, Recorded, say};
use serde_json::{Value, json};

use crate::{
    Session,
    ran::Ran,
    session::{KEY, Running},
};

/// A key that the simulator refuses, and that may stand in no output.
const WRONG: &str = "sk-canary-wrong-77e1";

/// Somebody without any key; the simulator takes [`KEY`] only.
fn nobody() -> Session {
    ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "DASHSCOPE_PROXY_BASE_URL"]
        .into_iter()
        .fold(Session::new(), Session::without)
        .sim(|sim| sim.key = Some(KEY.to_owned()))
        .model_says(say("Hello."))
}

/// Somebody whose sign-in is the simulator's.
fn signing_in(oauth: OAuth) -> Session {
    // The first answer is the one of the test.
    let session = nobody().model_says(say("Hello.")).sim(|sim| (sim.key, sim.oauth) = (None, oauth));
    let issuer = session.world().sim.issuer();
    let ends = json!({
        "deviceEndpoint": format!("{issuer}/api/v1/oauth2/device/code"),
        "tokenEndpoint": format!("{issuer}/api/v1/oauth2/token"),
    });
    let settings = json!({"security": {"auth": {"oauth": ends}}});
    fs::write(session.world().qwen_home().join("settings.json"), settings.to_string()).expect("written");
    session
}

fn quick() -> OAuth {
    OAuth { interval: Some(1), approval: Approval::AfterPolls(0), ..OAuth::default() }
}

/// Adds the simulator as an account of this name.
fn login(session: &Session, name: &str, key: &str) -> Ran {
    let base = session.world().sim.base_url();
    let words = ["auth", "login", "custom", "-u", &base, "--key-stdin", "-m", "qwen3-coder-plus", "-n", name];
    session.clone().stdin(format!("{key}\n")).run_with(&words)
}

/// An output with what differs between runs named.
fn shown(session: &Session, text: &str) -> String {
    let home = fs::canonicalize(session.world().qwen_home()).expect("there");
    let text = text
        .replace(&session.world().sim.base_url(), "[SIM]")
        .replace(&session.world().qwen_home().display().to_string(), "[HOME]")
        .replace(&home.display().to_string(), "[HOME]");
    without_times(&text)
}

/// `12 ms` becomes `[MS]`.
fn without_times(text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for at in 1..words.len() {
        if words[at].starts_with("ms") && words[at - 1].parse::<u64>().is_ok() {
            "[N]".clone_into(&mut words[at - 1]);
        }
    }
    words.join(" ")
}

/// Nothing secret is in an output; stdout and stderr of every run are checked for [`KEY`] anyway.
fn keeps_still(ran: &Ran) {
    for text in [&ran.stdout, &ran.stderr] {
        assert!(
            !text.contains(WRONG) && !text.contains("sim-access") && !text.contains("sim-refresh"),
            "{text}"
        );
    }
}

#[test]
fn a_key_comes_over_stdin_is_tested_kept_and_used() {
    let session = nobody();
    let ran = login(&session, "work", KEY);
    ran.exit_is(0).stdout_is("");
    assert_eq!(
        shown(&session, &ran.stderr),
        "\
`127.0.0.1` works (200, [N] ms, 11 models)
note: the key is in `[HOME]/credentials.json`, which only you can read: the keyring is not used (QWEN_NO_KEYRING is set)
signed in as `work`; the model is `qwen3-coder-plus`
"
    );
    let list = fs::read_to_string(session.world().qwen_home().join("accounts.json")).expect("kept");
    assert!(!list.contains(KEY), "{list}");
    session.run("hello").exit_is(0).stdout_is("Hello.\n");
}

#[test]
fn a_wrong_key_is_refused_and_kept_only_on_demand() {
    let session = nobody();
    let ran = login(&session, "work", WRONG);
    ran.exit_is(41).stdout_is("").stderr_has("refuses the key (401").stderr_has("sk-…77e1");
    keeps_still(&ran);
    assert!(!session.world().qwen_home().join("accounts.json").exists());
    session.run_with(&["auth", "status"]).exit_is(41).stdout_is("");
    let base = session.world().sim.base_url();
    let words = ["auth", "login", "custom", "-u", &base, "-m", "m", "--key-stdin", "--keep-untested"];
    let kept = session.clone().stdin(WRONG).run_with(&words);
    kept.exit_is(0).stderr_has("signed in as `127.0.0.1`");
    keeps_still(&kept);
    let tested = session.run_with(&["auth", "test"]);
    tested.exit_is(41).stderr_has("refused the key (401)");
    assert!(tested.stdout.starts_with("`127.0.0.1` refuses the key (401, "), "{}", tested.stdout);
    keeps_still(&tested);
}

#[test]
fn accounts_are_listed_used_tested_and_forgotten() {
    let session = nobody();
    login(&session, "one", KEY).exit_is(0);
    login(&session, "two", KEY).exit_is(0);
    let list = session.run_with(&["auth", "list"]);
    assert_eq!(
        shown(&session, &list.exit_is(0).stdout),
        "* two  a server on this machine  qwen3-coder-plus  [SIM]\n  \
         one  a server on this machine  qwen3-coder-plus  [SIM]\n"
    );
    let used = session.run_with(&["auth", "use", "one"]);
    used.exit_is(0).stdout_is("").stderr_is("in use now: one with `qwen3-coder-plus`\n");
    let status = session.run_with(&["auth", "status"]);
    status.exit_is(0).stderr_is("");
    assert_eq!(
        shown(&session, &status.stdout),
        "\
account   one
provider  a server on this machine
server    [SIM]
model     qwen3-coder-plus
key       sk-…8c2a, in `[HOME]/credentials.json`
"
    );
    let tested = session.run_with(&["auth", "test", "two"]);
    assert_eq!(shown(&session, &tested.exit_is(0).stdout), "`127.0.0.1` works (200, [N] ms, 11 models)\n");
    session
        .run_with(&["auth", "use", "three"])
        .exit_is(42)
        .stderr_is("error: there is no account `three`\n  hint: there are `two`, `one`\n");
    session
        .run_with(&["auth", "logout"])
        .exit_is(0)
        .stdout_is("")
        .stderr_is("the account `one` and its key are gone from this machine\n");
    session.run_with(&["auth", "logout"]).exit_is(41).stderr_has("no account is chosen");
    session.run_with(&["auth", "logout", "two"]).exit_is(0);
    let kept = fs::read_to_string(session.world().qwen_home().join("credentials.json")).expect("there");
    assert!(!kept.contains(KEY), "{kept}");
}

#[test]
fn the_json_is_whole_and_says_who_is_signed_in() {
    let session = nobody();
    let none = session.run_with(&["auth", "status", "--json"]);
    let value: Value = none.exit_is(41).stderr_is("").json();
    assert_eq!((&value["signed_in"], &value["account"]), (&json!(false), &Value::Null));
    assert_eq!(value["error"]["message"], "no API key was found");
    login(&session, "one", KEY).exit_is(0);
    let base = session.world().sim.base_url();
    let file = session.world().qwen_home().join("credentials.json");
    let account = json!({
        "name": "one", "provider": "a server on this machine", "base_url": base, "model": "qwen3-coder-plus",
        "key": "sk-…8c2a", "source": format!("`{}`", file.display()), "in_use": true,
    });
    let status = session.run_with(&["auth", "status", "--json"]);
    let expected = json!({"signed_in": true, "account": account, "notes": [], "error": null});
    assert_eq!(status.exit_is(0).json(), expected);
    let list = session.clone().env("DEEPSEEK_API_KEY", WRONG).run_with(&["auth", "list", "--json"]);
    let mut other = account;
    other["in_use"] = json!(false);
    assert_eq!(
        list.exit_is(0).json(),
        json!({
            "accounts": [other],
            "found": [{"source": "DEEPSEEK_API_KEY from the environment", "key": "sk-…77e1", "host": "api.deepseek.com"}],
            "storage": format!("`{}`, which only you can read", file.display()),
        })
    );
    keeps_still(&list);
}

#[test]
fn a_key_in_the_environment_stands_above_an_account_and_how_to_undo_that_is_said() {
    let session = nobody();
    login(&session, "one", KEY).exit_is(0);
    let with_key = session
        .clone()
        .env("OPENAI_API_KEY", WRONG)
        .env("OPENAI_BASE_URL", "{{sim}}")
        .env("OPENAI_MODEL", "m");
    let used = with_key.run_with(&["auth", "use", "one"]);
    used.exit_is(0).stderr_is(
        "note: new sessions here use OPENAI_API_KEY from the environment, which stands above the account `one`; \
         to use the account there, `unset OPENAI_API_KEY`\nin use now: one with `qwen3-coder-plus`\n",
    );
    with_key.run_with(&["auth", "status"]).exit_is(0).stderr_has("to use it, `unset OPENAI_API_KEY`");
    with_key.run("hello").exit_is(41);
    session.run("hello").exit_is(0).stdout_is("Hello.\n");
}

#[test]
fn a_key_goes_to_no_host_it_is_not_for() {
    let session = nobody().env("HTTPS_PROXY", "http://127.0.0.1:1");
    let ran = session.clone().stdin("sk-sp-canary-plan-0001").run_with(&[
        "auth",
        "login",
        "qwen-cloud",
        "--key-stdin",
    ]);
    ran.exit_is(41).stdout_is("").stderr_is(
        "nothing was sent\n\
         error: this is a key for Coding Plan, which `dashscope.aliyuncs.com` does not take\n  \
         hint: choose Coding Plan instead\n  \
         hint: or use a key that was made for this address\n  \
         hint: it may belong to Coding Plan, China: --base-url https://coding.dashscope.aliyuncs.com/v1\n",
    );
    let ran = session.run_with(&["auth", "coding-plan", "--region", "global", "-k", WRONG]);
    ran.exit_is(41)
        .stderr_has("can be seen by others")
        .stderr_has("nothing was sent")
        .stderr_has("coding-intl");
    keeps_still(&ran);
}

#[test]
fn without_a_terminal_nothing_is_asked_and_nothing_hangs() {
    let session = nobody();
    let table: [(&[&str], &str); 5] = [
        (&["auth", "login"], "nothing says what to sign in to"),
        (&["auth", "login", "deepseek"], "`deepseek` needs a key, and nobody can be asked here"),
        (&["auth", "deepseek"], "`deepseek` needs a key, and nobody can be asked here"),
        (&["auth", "login", "custom"], "`custom` needs an address"),
        (&["auth", "login", "qwen-cloud", "--region", "mars"], "`qwen-cloud` has no such region"),
    ];
    for (words, error) in table {
        let ran = session.run_with(words);
        ran.exit_is(42).stdout_is("").asks(0);
        assert!(ran.stderr.starts_with(&format!("error: {error}")), "{}", ran.stderr);
    }
    let pasted = session.run_with(&["auth", WRONG]);
    keeps_still(pasted.exit_is(42));
    session.run_with(&["auth"]).exit_is(41).stdout_is("").stderr_has("`qwen auth login` signs in");
}

/// Waits until the code is on the screen.
fn shows_code(running: Running) -> Running {
    running.says("and approve; the code holds for 15 min")
}

#[test]
fn who_approves_the_code_is_signed_in_and_works() {
    let session = signing_in(OAuth { approval: Approval::ByHand, ..quick() });
    let running = shows_code(session.spawn(&["auth", "qwen-oauth"]));
    assert_eq!(session.world().sim.approve(), 1);
    let ran = running.wait();
    ran.exit_is(0).stdout_is("");
    keeps_still(&ran);
    assert!(ran.stderr.ends_with("signed in; the model is `coder-model`\n"), "{}", ran.stderr);
    let (approved, done) = (ran.stderr.find("making one real request"), ran.stderr.find("signed in; "));
    assert!(approved.is_some() && approved < done, "{}", ran.stderr);
    let sent = |request: &&Recorded| request.api == Api::Chat;
    assert_eq!(ran.requests().iter().filter(sent).count(), 1, "one real request");
    session.run_with(&["auth", "list"]).exit_is(0).stdout_is(&format!(
        "* qwen-oauth  a server on this machine  coder-model  {}\n",
        session.world().sim.base_url().replace("/compatible-mode", "")
    ));
    session.run("hello").exit_is(0).stdout_is("Hello.\n");
    session.run_with(&["auth", "logout"]).exit_is(0).stderr_has("its tokens are gone");
    assert!(!session.world().qwen_home().join("oauth_creds.json").exists());
    session.run("hello").exit_is(41);
}

#[test]
fn a_sign_in_is_chosen_over_lower_places_and_passed_over_for_higher_ones() {
    let session = signing_in(quick());
    let settings = session.world().qwen_home().join("settings.json");
    let mut value: Value = serde_json::from_slice(&fs::read(&settings).expect("there")).expect("JSON");
    value["env"] = json!({"DEEPSEEK_API_KEY": WRONG});
    fs::write(&settings, value.to_string()).expect("written");
    session.run_with(&["auth", "qwen-oauth"]).exit_is(0);
    session.run_with(&["auth", "status"]).exit_is(0).stderr_is("");
    let list = session.run_with(&["auth", "list"]);
    assert!(list.stdout.starts_with("* qwen-oauth"), "{}", list.stdout);
    let above = session.clone().env("DASHSCOPE_API_KEY", WRONG).run_with(&["auth", "status"]);
    above
        .exit_is(0)
        .stderr_has("the account `qwen-oauth` is not used: DASHSCOPE_API_KEY from the environment");
    assert!(above.stdout.starts_with("account   DASHSCOPE_API_KEY"), "{}", above.stdout);
}

#[test]
fn each_end_of_a_sign_in_has_its_own_words_and_code() {
    let table = [
        (OAuthFault::Denied, 41, "error: the sign-in was turned down in the browser\n"),
        (OAuthFault::Expired, 43, "error: the sign-in code ran out before it was used\n"),
        (OAuthFault::Expired401, 43, "error: the sign-in code ran out before it was used\n"),
        (OAuthFault::InvalidClient, 41, "does not accept this program's client id"),
        (OAuthFault::NullToken, 1, "accepted the sign-in and sent no token"),
    ];
    std::thread::scope(|scope| {
        for (fault, code, words) in table {
            scope.spawn(move || {
                let ran =
                    signing_in(OAuth { fault: Some(fault), ..quick() }).run_with(&["auth", "qwen-oauth"]);
                ran.exit_is(code).stdout_is("").stderr_has(words);
                keeps_still(&ran);
            });
        }
    });
}

#[test]
fn a_server_that_asks_for_patience_and_a_lost_connection_are_waited_out() {
    let twice = |fault| OAuth { fault: Some(fault), fault_first: Some(1), ..quick() };
    let ran = signing_in(twice(OAuthFault::SlowDown429)).run_with(&["auth", "qwen-oauth"]);
    ran.exit_is(0).stderr_has("less often").stderr_has("signed in; ");
    let ran = signing_in(twice(OAuthFault::Drop)).run_with(&["auth", "qwen-oauth"]);
    ran.exit_is(0).stderr_has("signed in; ");
    assert!(ran.stderr.contains("again"), "{}", ran.stderr);
}

#[test]
fn the_end_of_the_free_tier_is_said_and_no_success_is_announced() {
    let ran = signing_in(OAuth { quota_over: true, ..quick() }).run_with(&["auth", "qwen-oauth"]);
    ran.exit_is(56).stdout_is("").stderr_has("the free tier behind Qwen OAuth ended on 2026-04-15");
    ran.stderr_has("use an API key").stderr_has("a server on this machine");
    assert!(!ran.stderr.contains("signed in;"), "{}", ran.stderr);
    keeps_still(&ran);
}

#[test]
fn a_sign_in_is_stopped_with_its_own_code() {
    let session = signing_in(OAuth { approval: Approval::ByHand, ..quick() });
    let ran = shows_code(session.spawn(&["auth", "login", "qwen-oauth"])).signal("INT").wait();
    ran.exit_is(130).stdout_is("").stderr_has("error: the sign-in was stopped");
    assert!(!session.world().qwen_home().join("oauth_creds.json").exists());
}

//! `qwen models`, and names that are not on its list.

use qwen::sim::say;
use serde_json::{Value, json};

use crate::{Session, session::KEY};

#[test]
fn the_catalogue_fits_its_schema_and_knows_for_whom_a_key_is_there() {
    let session = Session::new().env("DEEPSEEK_API_KEY", KEY);
    let ran = session.run_with(&["models", "--json"]);
    ran.exit_is(0).stderr_is("").asks(0);
    let page = ran.json();
    crate::schema::check("models", &page);
    let all = page["models"].as_array().expect("a list");
    let row = |name: &str| all.iter().find(|row| row["model"] == name).expect("a row").clone();
    let coder = row("qwen3-coder-plus");
    assert_eq!((&coder["window"], &coder["max_output"]), (&json!(1_000_000), &json!(65_536)));
    assert_eq!(coder["cache"], json!({"explicit": true, "implicit": true, "session": true}));
    assert_eq!(
        coder["prices"][0],
        json!({"up_to": 32_768, "input_usd_per_million": 1.0, "output_usd_per_million": 5.0})
    );
    let has_key = |name: &str| -> Vec<(String, bool)> {
        let servers = row(name)["servers"].as_array().expect("a list").clone();
        let one = |server: &Value| {
            (server["id"].as_str().unwrap_or_default().to_owned(), server["has_key"] == true)
        };
        servers.iter().map(one).collect()
    };
    let named = |all: &[(&str, bool)]| all.iter().map(|(id, is)| ((*id).to_owned(), *is)).collect::<Vec<_>>();
    assert_eq!(has_key("deepseek-v3.2"), named(&[("qwen-cloud", false), ("deepseek", true)]));
    assert_eq!(has_key("coder-model"), named(&[("qwen-oauth", false)]));
}

#[test]
fn a_filter_shortens_the_list_and_a_name_that_is_nowhere_is_met_with_its_like() {
    let session = Session::new();
    let ran = session.run_with(&["models", "CODER-PLUS"]);
    ran.exit_is(0).asks(0);
    let rows: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("qwen3")).collect();
    assert!(rows.len() == 1 && rows[0].starts_with("qwen3-coder-plus "), "{}", ran.stdout);
    session.run_with(&["models", "codr-plus"]).exit_is(42).stdout_is("").stderr_is(
        "error: no model of the catalogue has `codr-plus` in its name\n  hint: like it: qwen3-coder-plus, \
         coder-model\n  hint: a model that is not listed can be used all the same: `-m` takes any name\n",
    );
}

#[test]
fn a_model_nobody_knows_is_used_with_careful_defaults_and_a_notice() {
    let session = Session::new().model_says(say("Hello.")).model_says(say("Hello."));
    let ran = session.run_with(&["-m", "qwen3-codr-plus", "-p", "hello"]);
    ran.exit_is(0)
        .stdout_is("Hello.\n")
        .asks(1)
        .stderr_has("`qwen3-codr-plus` is not in the catalogue: a window of 262,144 tokens is assumed");
    ran.stderr_has("names like it: qwen3-coder-plus");
    let body: Value = serde_json::from_slice(&ran.requests()[0].body).expect("JSON");
    assert_eq!(body["model"], "qwen3-codr-plus");
    let settings = json!({"model": {"generationConfig": {"contextWindowSize": 32_000}}});
    let known = Session::new().settings(&settings).model_says(say("Hello."));
    let ran = known.run_with(&["-m", "qwen3-codr-plus", "-p", "hello"]);
    assert!(!ran.exit_is(0).stderr.contains("not in the catalogue"), "{}", ran.stderr);
}

//! Answers in a form: `--json-schema`.

use qwen::sim::{Turn, call, say};
use serde_json::{Value, json};

use crate::{Session, ran::Ran};

const SCHEMA: &str = r#"{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}"#;

fn gives(answer: Value) -> Turn {
    call("structured_output", answer)
}

fn result(ran: &Ran) -> Value {
    ran.json().as_array().and_then(|all| all.last().cloned()).expect("a result")
}

fn asked(turns: impl IntoIterator<Item = Turn>) -> Session {
    turns.into_iter().fold(Session::new().flags(["--json-schema", SCHEMA]), Session::model_says)
}

#[test]
fn the_first_answer_that_fits_ends_the_run_and_is_all_of_stdout() {
    let ran = asked([gives(json!({"n": 7}))]).run("count");
    ran.exit_is(0).stdout_is("{\"n\":7}\n").stderr_is("").asks(1);
    let offered = ran.requests()[0].json["tools"].as_array().cloned().unwrap_or_default();
    let tool = offered.iter().find(|tool| tool["function"]["name"] == "structured_output").expect("offered");
    assert_eq!(tool["function"]["parameters"], serde_json::from_str::<Value>(SCHEMA).expect("JSON"));
    let ran = asked([gives(json!({"n": 7}))]).run_with(&["-o", "json", "-p", "count"]);
    let told = result(ran.exit_is(0));
    assert_eq!((&told["result"], &told["structured_result"]), (&json!("{\"n\":7}"), &json!({"n": 7})));
}

#[test]
fn what_does_not_fit_is_handed_back_with_the_reason() {
    let ran = asked([say("Seven."), gives(json!({"n": "7"})), gives(json!({"n": 7}))]).run("count");
    ran.exit_is(0).stdout_is("{\"n\":7}\n").asks(3);
    assert!(
        ran.results()[0].contains("at '/n'") && ran.results()[0].contains("want integer"),
        "{:?}",
        ran.results()
    );
    let second = String::from_utf8_lossy(&ran.requests()[1].body).into_owned();
    assert!(second.contains("takes its answer only as a call of the tool `structured_output`"), "{second}");
}

#[test]
fn a_model_that_never_finds_the_form_fails_with_a_code_of_its_own() {
    let session = Session::new()
        .flags(["--json-schema", SCHEMA])
        .sim(|options| options.script = qwen::sim::Script::by(|_| say("Seven.")));
    let ran = session.run_with(&["-o", "json", "-p", "count"]);
    ran.exit_is(59).asks(5);
    let told = result(&ran);
    assert_eq!(told["subtype"], "error_max_structured_output_retries");
    assert_eq!((&told["error"]["type"], &told["termination_reason"]), (&json!("output"), &json!("output")));
    session.run("count").exit_is(59).stdout_is("");
}

#[test]
fn the_schema_may_be_in_a_file_and_the_answer_needs_no_other_tool() {
    let session = Session::new()
        .file("form.json", SCHEMA)
        .flags(["--json-schema", "@form.json", "--core-tools", ""])
        .model_says(gives(json!({"n": 1})));
    let ran = session.run("count");
    ran.exit_is(0).stdout_is("{\"n\":1}\n");
    assert_eq!(ran.requests()[0].json["tools"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_schema_that_cannot_be_used_is_refused_before_anything_is_sent() {
    let cases = [
        ("{", "it is not JSON"),
        ("@nowhere.json", "`nowhere.json` cannot be read"),
        ("[]", "it is no object"),
        (r#"{"type":"string"}"#, "the root must take objects"),
        (r##"{"$ref":"#/$defs/a","$defs":{"a":{}}}"##, "its root is a `$ref`"),
        (r#"{"properties":{"a":{"$ref":"file:///etc/passwd"}}}"#, "lies outside the schema"),
        (r#"{"type":"object","properties":7}"#, "`--json-schema` cannot be used"),
    ];
    for (schema, told) in cases {
        let ran = Session::new().run_with(&["--json-schema", schema, "-p", "x"]);
        ran.exit_is(42).stdout_is("").asks(0).stderr_has(told);
    }
    Session::new().run_with(&["--json-schema", "{}", "-i", "x"]).exit_is(42);
}

//! Lines a client writes, and what is read in them.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{
    incoming::{Incoming, Wrong, read},
    request::Request,
};
use crate::protocol::Mode;

fn request(payload: Value) -> Result<Incoming, Wrong> {
    let mut line = json!({"type": "control_request", "request_id": "r1"});
    line["request"] = payload;
    read(&line.to_string())
}

fn said(content: &Value) -> Result<Incoming, Wrong> {
    read(
        &json!({"type": "user", "session_id": "s", "message": {"role": "user", "content": content}})
            .to_string(),
    )
}

fn wrong(id: &str, error: &str) -> Result<Incoming, Wrong> {
    Err(Wrong { request_id: id.to_owned(), error: error.to_owned() })
}

#[test]
fn words_are_a_text_or_blocks_of_text() {
    assert_eq!(said(&json!("fix it")), Ok(Incoming::Say("fix it".into())));
    let blocks = json!([{"type": "text", "text": "fix"}, {"type": "text", "text": "it"}]);
    assert_eq!(said(&blocks), Ok(Incoming::Say("fix\nit".into())));
    assert_eq!(
        said(&json!([{"type": "image", "source": {}}])),
        wrong("", "blocks of type `image` cannot be said")
    );
    assert_eq!(said(&json!(" ")), wrong("", "the `user` message has no words"));
    assert_eq!(
        said(&Value::Null),
        wrong("", "a `user` message needs `message.content`, a text or a list of blocks")
    );
}

#[test]
fn each_request_is_read_and_an_unknown_one_is_named() {
    let ok = |request| Ok(Incoming::Request("r1".into(), request));
    let empty = json!({"subtype": "initialize", "hooks": null, "timeout": {"canUseTool": 700_000}});
    assert_eq!(request(empty), ok(Request::Initialize { patience: None }));
    assert_eq!(
        request(json!({"subtype": "initialize", "timeout": {"canUseTool": 1_500}})),
        ok(Request::Initialize { patience: Some(Duration::from_millis(1_500)) })
    );
    assert_eq!(request(json!({"subtype": "interrupt"})), ok(Request::Interrupt));
    assert_eq!(request(json!({"subtype": "set_model", "model": " m "})), ok(Request::SetModel("m".into())));
    assert_eq!(
        request(json!({"subtype": "set_permission_mode", "mode": "auto-edit"})),
        ok(Request::SetMode(Mode::AutoEdit))
    );
    assert_eq!(request(json!({"subtype": "supported_commands"})), ok(Request::Commands));
    assert_eq!(request(json!({"subtype": "mcp_server_status"})), ok(Request::Servers));
    assert_eq!(
        request(json!({"subtype": "get_context_usage", "show_details": true})),
        ok(Request::ContextUsage)
    );
    assert_eq!(request(json!({"subtype": "get_available_models"})), ok(Request::Models));
    for (payload, error) in [
        (json!({"subtype": "set_effort"}), "`set_effort` is not supported by this program"),
        (json!({"subtype": "fly"}), "`fly` is no request that is known"),
        (json!({}), "the request has no `subtype`"),
        (json!("x"), "a `control_request` needs `request`, an object"),
        (json!({"subtype": "set_model"}), "`set_model` needs `model`, a name"),
        (
            json!({"subtype": "set_permission_mode", "mode": "auto"}),
            "unknown approval mode `auto`; use plan, default, auto-edit or yolo",
        ),
        (
            json!({"subtype": "initialize", "mcpServers": {"a": {}}}),
            "`mcpServers` of `initialize` is not supported by this program",
        ),
    ] {
        assert_eq!(request(payload), wrong("r1", error));
    }
}

#[test]
fn an_answer_belongs_to_a_question_and_may_be_an_error() {
    let line = |response: Value| read(&json!({"type": "control_response", "response": response}).to_string());
    let payload = Map::from_iter([("behavior".to_owned(), json!("allow"))]);
    let success = json!({"subtype": "success", "request_id": "q", "response": {"behavior": "allow"}});
    assert_eq!(line(success), Ok(Incoming::Answer("q".into(), Ok(payload))));
    for error in [json!("no"), json!({"message": "no"})] {
        let failed = json!({"subtype": "error", "request_id": "q", "error": error});
        assert_eq!(line(failed), Ok(Incoming::Answer("q".into(), Err("no".into()))));
    }
    assert_eq!(line(json!({})), wrong("", "a `control_response` needs `response.request_id`"));
}

#[test]
fn other_lines_are_refused_with_what_is_wrong_in_them() {
    assert_eq!(read("  "), Ok(Incoming::Blank));
    assert_eq!(read("{\"type\":\"control_cancel_request\"}"), Ok(Incoming::Cancel(None)));
    assert_eq!(read("[1]"), wrong("", "the line is no object with a `type`"));
    assert_eq!(read("{\"type\":\"x\"}"), wrong("", "messages of type `x` are not understood"));
    assert_eq!(
        read("{\"type\":\"control_request\",\"request\":{\"subtype\":\"interrupt\"}}"),
        wrong("", "a `control_request` needs a `request_id`")
    );
    let Err(Wrong { error, .. }) = read("{\"type\":") else { panic!("half a line is read") };
    assert!(error.starts_with("the line is not JSON: "), "{error}");
}

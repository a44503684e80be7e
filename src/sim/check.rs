//! What a strict server refuses before a model sees it.

use serde_json::{Map, Value};

use super::refusal::Refusal;

/// How strict the simulator is beyond what every server asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strictness {
    /// Refuses content arrays, as some parsers and chat templates do.
    pub strings_only: bool,
    /// Refuses arrays as the content of tool messages.
    pub no_tool_arrays: bool,
    /// Refuses `cache_control` anywhere, as providers do that do not know it.
    pub no_cache_control: bool,
    /// In which words.
    pub words: FieldRefusal,
    /// Models that know Chat Completions alone; the Responses API refuses them.
    pub chat_only: Vec<String>,
    /// Refuses these top-level fields.
    pub no_fields: Vec<String>,
}

/// The words in which `cache_control` is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldRefusal {
    /// `…cache_control: Extra inputs are not permitted`, as strict readers of Z.AI and others say.
    #[default]
    ExtraInputs,
    /// `Unknown parameter: '…cache_control'.` with `param`, as OpenAI says.
    UnknownParameter,
}

pub(super) type Check = Result<(), Refusal>;

/// Checks a request body.
///
/// Errors: the refusal a server would send, with the place in the message.
pub(super) fn check(request: &Value, strict: &Strictness) -> Check {
    let Some(fields) = request.as_object() else {
        return refuse("the body must be a JSON object");
    };
    if let Some(name) = fields.keys().find(|name| strict.no_fields.contains(name)) {
        return refuse(format!("Unrecognized request argument supplied: {name}"));
    }
    if request["model"].as_str().is_none_or(str::is_empty) {
        return refuse("you must provide a model parameter");
    }
    let Some(messages) = request["messages"].as_array().filter(|messages| !messages.is_empty()) else {
        return refuse("[] is too short - 'messages'");
    };
    switches(request)?;
    tools(&request["tools"])?;
    for (at, message) in messages.iter().enumerate() {
        let Some(fields) = message.as_object() else {
            return refuse(format!("messages[{at}] must be an object"));
        };
        role(at, fields)?;
        content(at, fields, strict)?;
        calls(at, fields)?;
    }
    markers(request, strict)?;
    pairs(messages)
}

/// Refuses the first marker, where markers are refused.
pub(super) fn markers(request: &Value, strict: &Strictness) -> Check {
    let Some(place) = marker(request, "").filter(|_| strict.no_cache_control) else { return Ok(()) };
    match strict.words {
        FieldRefusal::ExtraInputs => refuse(format!("{place}: Extra inputs are not permitted")),
        FieldRefusal::UnknownParameter => {
            let refusal = Refusal::new(400, "unknown_parameter", format!("Unknown parameter: '{place}'."));
            Err(refusal.open_ai(Some(&place)))
        }
    }
}

/// Where the first `cache_control` is, as `messages[0].content[1].cache_control`.
fn marker(value: &Value, place: &str) -> Option<String> {
    match value {
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let dot = if place.is_empty() { "" } else { "." };
            let place = format!("{place}{dot}{name}");
            if name == "cache_control" { Some(place) } else { marker(value, &place) }
        }),
        Value::Array(all) => {
            all.iter().enumerate().find_map(|(at, value)| marker(value, &format!("{place}[{at}]")))
        }
        _ => None,
    }
}

pub(super) fn refuse(message: impl Into<String>) -> Check {
    Err(Refusal::invalid(message))
}

fn switches(request: &Value) -> Check {
    let streams = request["stream"] == true;
    let thinks = request["enable_thinking"] == true;
    let choice = &request["tool_choice"];
    if !streams && !request["stream_options"].is_null() {
        return refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.");
    }
    if !streams && thinks {
        return refuse("parameter.enable_thinking must be set to false for non-streaming calls");
    }
    if thinks && (choice == "required" || choice.is_object()) {
        return refuse(
            "The tool_choice parameter does not support being set to required or object in thinking mode",
        );
    }
    Ok(())
}

/// Whether a tool may have this name.
pub(super) fn named(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn tools(tools: &Value) -> Check {
    let all = match tools {
        Value::Null => return Ok(()),
        Value::Array(all) if !all.is_empty() => all,
        _ => return refuse("[] is too short - 'tools'"),
    };
    let mut seen = Vec::new();
    for (at, tool) in all.iter().enumerate() {
        let function = &tool["function"];
        let name = function["name"].as_str().unwrap_or_default();
        if tool["type"] != "function" || !named(name) {
            return refuse(format!(
                "tools[{at}]: a function with a name of 1 to 64 of [a-zA-Z0-9_-] is required"
            ));
        }
        // A function that takes nothing may leave them out.
        let parameters = &function["parameters"];
        if !parameters.is_null() && parameters["type"] != "object" {
            return refuse(format!("tools[{at}].function.parameters: a schema of type object is required"));
        }
        if seen.contains(&name) {
            return refuse(format!("tools[{at}]: the name `{name}` is given twice"));
        }
        seen.push(name);
    }
    Ok(())
}

fn role(at: usize, message: &Map<String, Value>) -> Check {
    match message.get("role").and_then(Value::as_str) {
        Some("system" | "user" | "assistant" | "tool") => Ok(()),
        other => refuse(format!(
            "{} is not one of ['system', 'assistant', 'user', 'tool'] - 'messages.[{at}].role'",
            other.unwrap_or("null")
        )),
    }
}

fn content(at: usize, message: &Map<String, Value>, strict: &Strictness) -> Check {
    let has_calls = message.get("tool_calls").is_some_and(|calls| !calls.is_null());
    match message.get("content") {
        Some(Value::String(_)) => Ok(()),
        None | Some(Value::Null) if has_calls => Ok(()),
        Some(Value::Array(_)) if strict.strings_only => {
            refuse(format!("messages[{at}].content: invalid type: sequence, expected a string"))
        }
        Some(Value::Array(_)) if strict.no_tool_arrays && message["role"] == "tool" => refuse(format!(
            "Failed to deserialize the JSON body into the target type: messages[{at}].content: invalid type: \
             sequence, expected a string"
        )),
        Some(Value::Array(elements)) if !elements.is_empty() => {
            elements.iter().try_for_each(|element| part(at, element))
        }
        _ => refuse(format!("messages[{at}].content: a string or a list that is not empty is required")),
    }
}

fn part(at: usize, element: &Value) -> Check {
    let good = match element["type"].as_str() {
        Some("text") => element["text"].is_string(),
        Some(kind @ ("image_url" | "video_url" | "input_audio")) => !element[kind].is_null(),
        _ => false,
    };
    let marker = &element["cache_control"];
    if !good {
        return refuse(format!(
            "messages[{at}].content: an element of a known type with its value is required"
        ));
    }
    if !marker.is_null() && marker["type"] != "ephemeral" {
        return refuse(format!("messages[{at}].content: cache_control.type must be 'ephemeral'"));
    }
    Ok(())
}

fn calls(at: usize, message: &Map<String, Value>) -> Check {
    let all = match message.get("tool_calls") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Array(all)) if !all.is_empty() && message["role"] == "assistant" => all,
        Some(_) => return refuse(format!("messages[{at}].tool_calls: a list that is not empty is required")),
    };
    for call in all {
        let named = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
        if !named(&call["id"]) || call["type"] != "function" || !named(&call["function"]["name"]) {
            return refuse(format!(
                "messages[{at}].tool_calls: a function with an id and a name is required"
            ));
        }
        let arguments = call["function"]["arguments"].as_str().map(serde_json::from_str::<Value>);
        if !matches!(arguments, Some(Ok(Value::Object(_)))) {
            return refuse(
                "<400> InternalError.Algo.InvalidParameter: The \"function.arguments\" parameter of the code model \
                 must be in JSON format.",
            );
        }
    }
    Ok(())
}

/// Each call has one answer directly after its message, and each answer has its call.
fn pairs(messages: &[Value]) -> Check {
    let mut open: Vec<&str> = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        if message["role"] == "tool" {
            let id = message["tool_call_id"].as_str().unwrap_or_default();
            let Some(place) = open.iter().position(|waiting| *waiting == id) else {
                return refuse(format!(
                    "<400> InternalError.Algo.InvalidParameter: messages with role \"tool\" must be a response to a \
                     preceding message with \"tool_calls\": messages[{at}]"
                ));
            };
            open.remove(place);
            continue;
        }
        if !open.is_empty() {
            return unanswered(at, &open);
        }
        let calls = message["tool_calls"].as_array().map_or(&[][..], Vec::as_slice);
        for id in calls.iter().filter_map(|call| call["id"].as_str()) {
            if open.contains(&id) {
                return refuse(format!("messages[{at}].tool_calls: the id `{id}` is given twice"));
            }
            open.push(id);
        }
    }
    if open.is_empty() { Ok(()) } else { unanswered(messages.len(), &open) }
}

fn unanswered(at: usize, open: &[&str]) -> Check {
    refuse(format!(
        "<400> InternalError.Algo.InvalidParameter: An assistant message with \"tool_calls\" must be followed by tool \
         messages responding to each \"tool_call_id\". The following tool_call_ids did not have response messages: \
         {} (before messages[{at}])",
        open.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict(messages: &Value, strict: &Strictness) -> Option<String> {
        let request = json!({"model": "qwen3-coder-plus", "messages": messages});
        check(&request, strict).err().map(|refusal| refusal.message)
    }

    fn refused(messages: &Value) -> String {
        verdict(messages, &Strictness::default()).expect("a refusal")
    }

    fn asks(ids: &[&str], arguments: &str) -> Value {
        let call = |id: &&str| json!({"id": id, "type": "function", "function": {"name": "f", "arguments": arguments}});
        json!({"role": "assistant", "content": "", "tool_calls": ids.iter().map(call).collect::<Vec<_>>()})
    }

    fn answers(id: &str) -> Value {
        json!({"role": "tool", "tool_call_id": id, "content": "x"})
    }

    fn user() -> Value {
        json!({"role": "user", "content": "x"})
    }

    #[test]
    fn a_whole_conversation_is_accepted_in_any_order_of_answers() {
        let messages = json!([
            {"role": "system", "content": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}]},
            user(), asks(&["a", "b"], "{}"), answers("b"), answers("a"), user(),
        ]);
        assert_eq!(verdict(&messages, &Strictness::default()), None);
    }

    #[test]
    fn a_call_without_answer_is_refused_at_the_end_and_in_the_middle() {
        assert!(refused(&json!([user(), asks(&["a"], "{}")])).contains("did not have response messages: a"));
        let interrupted = json!([user(), asks(&["a", "b"], "{}"), answers("a"), user(), answers("b")]);
        assert!(refused(&interrupted).contains("did not have response messages: b"));
    }

    #[test]
    fn an_answer_without_call_is_refused() {
        for messages in [
            json!([user(), answers("a")]),
            json!([user(), asks(&["a"], "{}"), answers("a"), answers("a")]),
            json!([answers("a"), asks(&["a"], "{}")]),
        ] {
            assert!(refused(&messages).contains("must be a response to a preceding message"));
        }
    }

    #[test]
    fn arguments_that_are_no_json_object_are_refused() {
        for arguments in ["{\"a\":", "", "3"] {
            let messages = json!([user(), asks(&["a"], arguments), answers("a")]);
            assert!(refused(&messages).contains("must be in JSON format"));
        }
    }

    #[test]
    fn unknown_roles_and_odd_contents_are_refused() {
        assert!(refused(&json!([{"role": "developer", "content": "x"}])).contains("developer is not one of"));
        for content in [json!(null), json!([]), json!([{"type": "text"}]), json!(3)] {
            assert!(refused(&json!([{"role": "user", "content": content}])).contains("messages[0].content"));
        }
    }

    #[test]
    fn a_strict_server_refuses_arrays_markers_and_named_fields() {
        let marked = json!([{"role": "user", "content": [
            {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}]}]);
        let strict = Strictness { strings_only: true, ..Strictness::default() };
        assert!(verdict(&marked, &strict).is_some_and(|message| message.contains("expected a string")));
        let strict = Strictness { no_cache_control: true, ..Strictness::default() };
        assert!(verdict(&marked, &strict).is_some_and(|message| message.contains("Extra inputs")));
        assert_eq!(verdict(&json!([user()]), &strict), None);
        let unknown = Strictness { words: FieldRefusal::UnknownParameter, ..strict.clone() };
        assert_eq!(
            verdict(&marked, &unknown).as_deref(),
            Some("Unknown parameter: 'messages[0].content[0].cache_control'.")
        );
        assert_eq!(verdict(&json!([user()]), &unknown), None);
        let strict = Strictness { no_fields: vec!["messages".into()], ..Strictness::default() };
        assert!(verdict(&marked, &strict).is_some_and(|message| message.ends_with(": messages")));
    }

    #[test]
    fn arrays_can_be_refused_in_answers_of_tools_alone() {
        let strict = Strictness { no_tool_arrays: true, ..Strictness::default() };
        let array = json!([{"type": "text", "text": "x"}]);
        let told = |user: &Value, tool: &Value| {
            let tool = json!({"role": "tool", "tool_call_id": "a", "content": tool});
            verdict(&json!([{"role": "user", "content": user}, asks(&["a"], "{}"), tool]), &strict)
        };
        assert_eq!(told(&array, &json!("x")), None);
        let refused = told(&json!("x"), &array).expect("a refusal");
        assert!(refused.contains("messages[2].content: invalid type: sequence"), "{refused}");
    }

    #[test]
    fn a_tool_may_leave_its_parameters_out_and_its_name_is_its_own() {
        let tool = |parameters: &Value| json!({"type": "function", "function": {"name": "f", "parameters": parameters}});
        let good = tool(&json!({"type": "object", "properties": {}}));
        let with = |tools: &Value| {
            check(&json!({"model": "m", "messages": [user()], "tools": tools}), &Strictness::default())
                .is_ok()
        };
        assert!(with(&json!([good])));
        assert!(with(&json!([{"type": "function", "function": {"name": "f"}}])));
        assert!(!with(&json!([tool(&json!({"type": "string"}))])));
        assert!(!with(&json!([good, good])));
        assert!(!with(&json!([])));
    }
}

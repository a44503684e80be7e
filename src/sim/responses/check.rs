//! What the Responses API refuses.

use serde_json::Value;

use crate::sim::check::{Check, Strictness, markers, named, refuse};

const EFFORTS: [&str; 7] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/// The least `max_output_tokens`. Source: docs/sources.md, wire 2.2.
const LEAST_OUTPUT: u64 = 16;

/// Checks everything but the chain. What is not known is accepted without a word, as the service does.
pub(super) fn fields(request: &Value, strict: &Strictness) -> Check {
    let Some(fields) = request.as_object() else {
        return refuse("the body must be a JSON object");
    };
    if let Some(name) = fields.keys().find(|name| strict.no_fields.contains(name)) {
        return refuse(format!("Unrecognized request argument supplied: {name}"));
    }
    if request["model"].as_str().is_none_or(str::is_empty) {
        return refuse("you must provide a model parameter");
    }
    numbers(request)?;
    if !request["previous_response_id"].is_null() && !request["conversation"].is_null() {
        return refuse("previous_response_id and conversation are mutually exclusive");
    }
    if !request["conversation"].is_null() {
        return refuse("conversation is not supported by this simulator");
    }
    if request["background"] == true {
        return refuse("background is not supported");
    }
    tools(&request["tools"])?;
    markers(request, strict)?;
    match &request["input"] {
        Value::String(_) => Ok(()),
        Value::Array(all) if !all.is_empty() => {
            all.iter().enumerate().try_for_each(|(at, value)| item(at, value))
        }
        _ => refuse("input: a string or a list that is not empty is required"),
    }
}

fn numbers(request: &Value) -> Check {
    let limit = &request["max_output_tokens"];
    if !limit.is_null() && limit.as_u64().is_none_or(|limit| limit < LEAST_OUTPUT) {
        return refuse(format!("max_output_tokens: an integer of at least {LEAST_OUTPUT} is required"));
    }
    let inside = |name: &str, good: &dyn Fn(f64) -> bool| {
        request[name].is_null() || request[name].as_f64().is_some_and(good)
    };
    if !inside("temperature", &|value| (0.0..2.0).contains(&value)) {
        return refuse("temperature: a number in [0, 2) is required");
    }
    if !inside("top_p", &|value| value > 0.0 && value <= 1.0) {
        return refuse("top_p: a number in (0, 1] is required");
    }
    let effort = &request["reasoning"]["effort"];
    if !effort.is_null() && effort.as_str().is_none_or(|effort| !EFFORTS.contains(&effort)) {
        return refuse(format!("reasoning.effort must be one of {}", EFFORTS.join(", ")));
    }
    match &request["tool_choice"] {
        Value::Null | Value::Object(_) => Ok(()),
        choice if choice == "auto" || choice == "none" || choice == "required" => Ok(()),
        _ => refuse("tool_choice must be one of auto, none, required"),
    }
}

/// Tools are flat. Other types than functions are accepted and have no effect.
fn tools(tools: &Value) -> Check {
    let all = match tools {
        Value::Null => return Ok(()),
        Value::Array(all) => all,
        _ => return refuse("tools: a list is required"),
    };
    let mut seen = Vec::new();
    for (at, tool) in all.iter().enumerate().filter(|(_, tool)| tool["type"] == "function") {
        let name = tool["name"].as_str().unwrap_or_default();
        if !named(name) {
            return refuse(format!(
                "Missing required parameter: 'tools[{at}].name': a name of 1 to 64 of [a-zA-Z0-9_-]"
            ));
        }
        if tool["parameters"]["type"] != "object" {
            return refuse(format!("tools[{at}].parameters: a schema of type object is required"));
        }
        if seen.contains(&name) {
            return refuse(format!("tools[{at}]: the name `{name}` is given twice"));
        }
        seen.push(name);
    }
    Ok(())
}

fn item(at: usize, item: &Value) -> Check {
    let text = |name: &str| item[name].as_str().is_some_and(|text| !text.is_empty());
    match item["type"].as_str() {
        None | Some("message") => message(at, item),
        Some("function_call") if text("call_id") && text("name") => {
            let arguments = item["arguments"].as_str().map(serde_json::from_str::<Value>);
            if matches!(arguments, Some(Ok(Value::Object(_)))) {
                return Ok(());
            }
            refuse(format!(
                "<400> InternalError.Algo.InvalidParameter: The \"function.arguments\" parameter of the code model \
                 must be in JSON format. (input[{at}])"
            ))
        }
        Some("function_call_output") if text("call_id") => match &item["output"] {
            Value::String(_) | Value::Array(_) => Ok(()),
            _ => refuse(format!("input[{at}].output: a string or a list is required")),
        },
        Some("reasoning") => match &item["summary"] {
            Value::Array(_) => Ok(()),
            _ => refuse(format!("input[{at}].summary: a list is required")),
        },
        Some("function_call" | "function_call_output") => {
            refuse(format!("Missing required parameter: 'input[{at}].call_id'"))
        }
        Some(other) => refuse(format!("Invalid value: '{other}' - 'input[{at}].type'")),
    }
}

fn message(at: usize, item: &Value) -> Check {
    let role = item["role"].as_str().unwrap_or("null");
    if !matches!(role, "user" | "assistant" | "system" | "developer") {
        return refuse(format!("Invalid value: '{role}' - 'input[{at}].role'"));
    }
    let good = |part: &Value| match part["type"].as_str() {
        Some("input_text") => role != "assistant" && part["text"].is_string(),
        Some("output_text") => role == "assistant" && part["text"].is_string(),
        Some("refusal") => role == "assistant" && part["refusal"].is_string(),
        Some("input_image") => role == "user" && part["image_url"].is_string(),
        _ => false,
    };
    match &item["content"] {
        Value::String(_) => Ok(()),
        Value::Array(parts) if !parts.is_empty() && parts.iter().all(good) => Ok(()),
        _ => refuse(format!(
            "input[{at}].content: a string or a list of parts that a message of role '{role}' may have is required"
        )),
    }
}

/// Each call has one answer before anything else is said, and each answer has its call. `first` is where the items of
/// this request begin.
pub(super) fn pairs(context: &[Value], first: usize) -> Check {
    let mut open: Vec<&str> = Vec::new();
    for (at, item) in context.iter().enumerate() {
        let call_id = item["call_id"].as_str().unwrap_or_default();
        match item["type"].as_str() {
            Some("function_call") if open.contains(&call_id) => {
                return refuse(format!("the call_id `{call_id}` is given twice"));
            }
            Some("function_call") => open.push(call_id),
            Some("function_call_output") => {
                let Some(place) = open.iter().position(|waiting| *waiting == call_id) else {
                    let at = at.saturating_sub(first);
                    return refuse(format!(
                        "No tool call found for function call output with call_id {call_id}. (input[{at}])"
                    ));
                };
                open.remove(place);
            }
            Some("reasoning") => {}
            _ if !open.is_empty() => return unanswered(&open),
            _ => {}
        }
    }
    if open.is_empty() { Ok(()) } else { unanswered(&open) }
}

fn unanswered(open: &[&str]) -> Check {
    refuse(format!("No tool output found for function call {}.", open.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(check: Check) -> Option<String> {
        check.err().map(|refusal| refusal.message)
    }

    fn with(field: &str, value: &Value) -> Option<String> {
        let mut request = json!({"model": "m", "input": "x"});
        request[field] = value.clone();
        told(fields(&request, &Strictness::default()))
    }

    fn call(id: &str) -> Value {
        json!({"type": "function_call", "call_id": id, "name": "f", "arguments": "{}"})
    }

    fn answer(id: &str) -> Value {
        json!({"type": "function_call_output", "call_id": id, "output": "x"})
    }

    #[test]
    fn a_nested_tool_is_refused_and_an_unknown_kind_is_not() {
        let parameters = json!({"type": "object", "properties": {}});
        assert_eq!(
            with("tools", &json!([{"type": "function", "name": "f", "parameters": parameters}])),
            None
        );
        assert_eq!(with("tools", &json!([{"type": "teleport"}])), None);
        let nested = json!([{"type": "function", "function": {"name": "f", "parameters": parameters}}]);
        assert!(with("tools", &nested).is_some_and(|text| text.contains("'tools[0].name'")));
    }

    #[test]
    fn numbers_outside_their_ranges_are_refused_and_unknown_fields_are_not() {
        for (field, good, bad) in [
            ("max_output_tokens", json!(16), json!(15)),
            ("temperature", json!(0), json!(2)),
            ("top_p", json!(1), json!(0)),
            ("reasoning", json!({"effort": "max"}), json!({"effort": "extreme"})),
            ("tool_choice", json!("required"), json!("sometimes")),
            ("background", json!(false), json!(true)),
            ("input", json!("x"), json!([])),
            ("model", json!("m"), json!("")),
        ] {
            assert_eq!(with(field, &good), None, "{field}");
            assert!(with(field, &bad).is_some(), "{field}");
        }
        assert_eq!(with("frobnicate", &json!(true)), None);
    }

    #[test]
    fn a_chain_and_a_conversation_exclude_each_other() {
        let request = json!({"model": "m", "input": "x", "previous_response_id": "a", "conversation": "b"});
        let message = told(fields(&request, &Strictness::default()));
        assert!(message.is_some_and(|text| text.contains("mutually exclusive")));
    }

    #[test]
    fn items_of_unknown_kinds_and_odd_contents_are_refused() {
        let odd = [
            json!({"type": "wish"}),
            json!({"role": "wizard", "content": "x"}),
            json!({"role": "user", "content": [{"type": "output_text", "text": "x"}]}),
            json!({"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}),
            json!({"role": "user", "content": [{"type": "text", "text": "x"}]}),
            json!({"type": "function_call", "call_id": "a", "name": "f", "arguments": "{"}),
            json!({"type": "function_call", "name": "f", "arguments": "{}"}),
            json!({"type": "function_call_output", "call_id": "a"}),
            json!({"type": "reasoning"}),
        ];
        for item in odd {
            assert!(with("input", &json!([item])).is_some_and(|text| text.contains("input[0]")), "{item}");
        }
    }

    #[test]
    fn calls_and_answers_are_paired_across_the_chain() {
        let user = json!({"role": "user", "content": "x"});
        let thought = json!({"type": "reasoning", "summary": []});
        let good = [user.clone(), thought, call("a"), call("b"), answer("b"), answer("a"), user.clone()];
        assert_eq!(told(pairs(&good, 4)), None);
        for open in [vec![call("a")], vec![call("a"), user.clone()], vec![call("a"), call("b"), answer("a")]]
        {
            assert!(told(pairs(&open, 0)).is_some_and(|text| text.starts_with("No tool output found")));
        }
        for orphan in [vec![user.clone(), answer("a")], vec![call("a"), answer("a"), answer("a")]] {
            assert!(told(pairs(&orphan, 0)).is_some_and(|text| text.starts_with("No tool call found")));
        }
    }
}

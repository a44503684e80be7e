//! The Responses API: one request, its chain, its session cache, and the responses that are kept.
//!
//! Source: docs/sources.md, wire 2.1 to 2.5.

mod check;
mod items;
mod speech;
mod store;

use std::{io, sync::Arc};

use serde_json::{Map, Value, json};

use self::speech::{Speech, failed};
pub(super) use self::store::{Kept, Shelf};
use super::{
    answer::Answer,
    blocks::Blocks,
    cache::{Reading, SessionAsk},
    check::Check,
    fault::Fault,
    options::{Overflow, SimOptions},
    play::{self, Played},
    record::Api,
    refusal::Refusal,
    reply::Told,
    shape::UnknownId,
    state::{Shared, Ticket},
    steps,
};

/// Who asks, and whether with the session cache.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller<'a> {
    pub(super) account: &'a str,
    pub(super) session: bool,
}

/// What somebody wants with a stored response.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wish {
    Read,
    Items,
    Delete,
}

/// A request whose chain has been found.
struct Asked {
    json: Arc<Value>,
    /// The items of this request.
    input: Vec<Value>,
    /// Everything before them, then them.
    context: Vec<Value>,
    /// The context in the form of Chat Completions, for the script and the cache.
    chat: Value,
    is_chained: bool,
}

/// Answers `POST …/responses`. Errors: only on purpose, as in [`play::respond`].
pub(super) async fn create(
    shared: &Arc<Shared>,
    ticket: &mut Ticket,
    json: Arc<Value>,
    caller: Caller<'_>,
    id: &str,
) -> io::Result<Answer> {
    let asked = match read(shared, json, caller.account) {
        Ok(asked) => asked,
        Err(Refused::Plainly(refusal)) => {
            let refusal = refusal.flat();
            return Ok(Answer::refused(refusal.status, &refusal, id));
        }
        Err(Refused::InStream(refusal)) => return Ok(refused_in_stream(shared, &refusal, id)),
    };
    let streams = asked.json["stream"] == true;
    let script = Arc::new(asked.chat.clone());
    play::respond(shared, script, (Api::Responses, streams), id, |played| {
        spoken(shared, ticket, asked, played, caller, id)
    })
    .await
}

/// Where a refusal is told.
enum Refused {
    /// As an HTTP error.
    Plainly(Refusal),
    /// As a failed response inside a stream that began with status 200.
    InStream(Refusal),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Plainly(refusal)
    }
}

fn read(shared: &Shared, json: Arc<Value>, account: &str) -> Result<Asked, Refused> {
    let options = &shared.options;
    check::fields(&json, &options.strict)?;
    let streams = json["stream"] == true;
    let late = |refusal: Refusal| {
        if streams { Refused::InStream(refusal.flat()) } else { Refused::Plainly(refusal) }
    };
    let model = json["model"].as_str().unwrap_or_default();
    if options.strict.chat_only.iter().any(|name| name == model) {
        return Err(late(Refusal::invalid(format!("Agent capabilities are not enabled for model {model}"))));
    }
    let before = match json["previous_response_id"].as_str() {
        None => None,
        Some(previous) => {
            let kept = shared.state().shelf.find(previous, account, shared.clock.now());
            Some(kept.ok_or_else(|| unknown(previous, options.shape.responses.unknown_id, &late))?)
        }
    };
    let input = items::of(&json["input"]);
    let is_chained = before.is_some();
    let mut context = before.map(|kept| kept.context.clone()).unwrap_or_default();
    let first = context.len();
    context.extend(input.iter().cloned());
    check::pairs(&context, first)?;
    let chat = items::chat(&json, &context);
    let mut asked = Asked { json, input, context, chat, is_chained };
    fit(&mut asked, options)?;
    Ok(asked)
}

fn unknown(previous: &str, shape: UnknownId, late: &dyn Fn(Refusal) -> Refused) -> Refused {
    match shape {
        UnknownId::DashScope => {
            late(Refusal::new(400, "InvalidParameter", format!("Not found previous_response_id: {previous}")))
        }
        UnknownId::OpenAi => {
            let message = format!("Previous response with id '{previous}' not found.");
            let refusal = Refusal::new(400, "previous_response_not_found", message);
            Refused::Plainly(refusal.open_ai(Some("previous_response_id")))
        }
        UnknownId::Invalid => {
            let refusal = Refusal::new(400, "invalid_request_error", "Invalid `previous_response_id`.");
            Refused::Plainly(refusal.open_ai(None))
        }
    }
}

/// Makes the context fit into the window, by forgetting its oldest messages or by refusing it.
fn fit(asked: &mut Asked, options: &SimOptions) -> Check {
    let Some(window) = options.window else { return Ok(()) };
    let tokens = |chat: &Value| Blocks::of(chat, "", &options.sizes).tokens();
    match options.overflow {
        Overflow::Refuses if tokens(&asked.chat) > window => Err(Refusal::invalid(format!(
            "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, {window}]"
        ))),
        Overflow::Refuses => Ok(()),
        Overflow::Truncates => {
            while tokens(&asked.chat) > window.saturating_mul(4) / 5
                && let Some(messages) = asked.chat["messages"].as_array_mut()
                && let Some(oldest) = messages.iter().position(|message| message["role"] != "system")
                && oldest + 1 < messages.len()
            {
                messages.remove(oldest);
            }
            Ok(())
        }
    }
}

/// The answer of the model, billed from here on.
fn spoken(
    shared: &Shared,
    ticket: &mut Ticket,
    asked: Asked,
    mut played: Played<'_>,
    caller: Caller<'_>,
    id: &str,
) -> Answer {
    let options = &shared.options;
    let now = shared.clock.now();
    let count = &options.sizes.count;
    let limit = asked.json["max_output_tokens"].as_u64();
    let is_cut = limit.is_some_and(|limit| speech::cap(&mut played.turn, limit, count));
    let spoken = play::counted(&played.turn, count);
    let told = Told::of(&played.turn, play::cut_arguments(played.faults), id);
    let shape = play::paced(&options.shape, &played.turn);
    let mut output = items::output(&played.turn, &told, shape.responses.thoughts, id);
    if let Some(last) = output.last_mut().filter(|_| is_cut) {
        last["status"] = json!("incomplete");
    }
    let reading = bill(shared, &asked, &output, caller);
    let bill = reading.bill;
    ticket.bill(reading, spoken.output);
    let response_id = if shape.responses.bare_ids { id.to_owned() } else { format!("resp_{id}") };
    let speech = Speech {
        response: head(&asked.json, &response_id, now.0 / 1_000),
        output,
        is_cut,
        usage: super::usage::responses(&bill, spoken, shape.cache),
    };
    let whole = speech.whole();
    if asked.json["store"] != false {
        let context = asked.context.into_iter().chain(speech.output.iter().cloned()).collect();
        let account = caller.account.to_owned();
        let kept = Kept { account, created: now, context, input: asked.input, response: whole.clone() };
        ticket.keep(response_id, kept);
    }
    if asked.json["stream"] != true {
        return Answer::json(200, whole.to_string());
    }
    let error = {
        let (head, shape) = (speech.response.clone(), shape.clone());
        move |fault: &Fault| failed_inside(fault, &head, &shape)
    };
    let framing = shape.responses.framing;
    let steps = steps::stream(speech.events(&shape, count), framing, &shape);
    Answer::stream(steps::disturb(steps, played.faults, shape.line_end, &error))
}

/// What the cache makes of it. Without the session cache only the implicit one applies: there are no markers here.
fn bill(shared: &Shared, asked: &Asked, output: &[Value], caller: Caller<'_>) -> Reading {
    let sizes = &shared.options.sizes;
    let now = shared.clock.now();
    let mut blocks = Blocks::of(&asked.chat, caller.account, sizes);
    blocks.markers.clear();
    if !caller.session {
        return shared.state().store.read(&blocks, now);
    }
    let mut whole = asked.chat.clone();
    if let Some(messages) = whole["messages"].as_array_mut() {
        items::join(messages, output);
    }
    let whole = Blocks::of(&whole, caller.account, sizes);
    let ask = SessionAsk { blocks: &blocks, whole: &whole, is_chained: asked.is_chained };
    shared.state().store.read_session(ask, now)
}

/// The fields every form of the response has. What the request said is repeated, whether it is understood or not.
fn head(json: &Value, response_id: &str, created: u64) -> Map<String, Value> {
    let mut head = json!({"id": response_id, "object": "response", "created_at": created});
    for (name, value) in json.as_object().into_iter().flatten() {
        if !matches!(name.as_str(), "input" | "stream" | "stream_options" | "id" | "object" | "created_at") {
            head[name] = value.clone();
        }
    }
    for (name, usual) in [
        ("store", json!(true)),
        ("tools", json!([])),
        ("tool_choice", json!("auto")),
        ("previous_response_id", Value::Null),
        ("parallel_tool_calls", json!(true)),
    ] {
        if head.get(name).is_none() {
            head[name] = usual;
        }
    }
    match head {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn refused_in_stream(shared: &Shared, refusal: &Refusal, id: &str) -> Answer {
    let shape = &shared.options.shape;
    let head = json!({"id": format!("resp_{id}"), "object": "response"});
    let head = head.as_object().cloned().unwrap_or_default();
    let event = failed(refusal, &head, 0, shape.responses.failure);
    let bytes = steps::framed(&event, 1, shape.responses.framing, shape.line_end.text());
    Answer::stream(Box::new(std::iter::once(steps::Step::Bytes(bytes))))
}

/// The event of an error in the middle of a stream; with plain line feeds.
fn failed_inside(fault: &Fault, head: &Map<String, Value>, shape: &super::Shape) -> String {
    let Fault::Event { after_events, .. } = fault else { return String::new() };
    let Some(refusal) = fault.inside() else { return String::new() };
    let event = failed(&refusal, head, *after_events, shape.responses.failure);
    let bytes = steps::framed(&event, *after_events + 1, shape.responses.framing, "\n");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Answers `GET` and `DELETE` for a stored response.
pub(super) fn stored(
    shared: &Shared,
    ticket: &mut Ticket,
    wish: Wish,
    response_id: &str,
    account: &str,
    id: &str,
) -> Answer {
    let mut state = shared.state();
    let Some(kept) = state.shelf.find(response_id, account, shared.clock.now()) else {
        let refusal = Refusal::new(404, "Not Found", format!("Response with id '{response_id}' not found."));
        return Answer::refused(404, &refusal.flat(), id);
    };
    let body = match wish {
        Wish::Read => kept.response.clone(),
        Wish::Items => json!({"object": "list", "data": kept.input, "has_more": false}),
        Wish::Delete => {
            state.shelf.remove(response_id);
            json!({"id": response_id, "object": "response", "deleted": true})
        }
    };
    drop(state);
    ticket.welcome();
    Answer::json(200, body.to_string())
}

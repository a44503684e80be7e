//! Chat Completions: one request, checked, billed and answered.

use std::{io, sync::Arc};

use serde_json::Value;

use super::{
    answer::Answer,
    blocks::Blocks,
    check::check,
    fault::Fault,
    play::{self, Played},
    record::Api,
    refusal::Refusal,
    reply::Reply,
    state::{Shared, Ticket},
    steps,
};

/// Answers `POST …/chat/completions`. Errors: only on purpose, as in [`play::respond`].
pub(super) async fn chat(
    shared: &Arc<Shared>,
    ticket: &mut Ticket,
    json: Arc<Value>,
    account: &str,
    id: &str,
) -> io::Result<Answer> {
    let blocks = match admitted(shared, &json, account) {
        Ok(blocks) => blocks,
        Err(refusal) => return Ok(Answer::refused(refusal.status, &refusal, id)),
    };
    let streams = json["stream"] == true;
    play::respond(shared, json.clone(), (Api::Chat, streams), id, |played| {
        spoken(shared, ticket, &blocks, &json, played, id)
    })
    .await
}

/// The checks before a model is asked.
fn admitted(shared: &Shared, json: &Value, account: &str) -> Result<Blocks, Refusal> {
    let options = &shared.options;
    check(json, &options.strict)?;
    let blocks = Blocks::of(json, account, &options.sizes);
    match options.window {
        Some(window) if blocks.tokens() > window => Err(Refusal::invalid(format!(
            "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, {window}]"
        ))),
        _ => Ok(blocks),
    }
}

/// The answer of the model, billed from here on.
fn spoken(
    shared: &Shared,
    ticket: &mut Ticket,
    blocks: &Blocks,
    json: &Value,
    played: Played<'_>,
    id: &str,
) -> Answer {
    let options = &shared.options;
    let now = shared.clock.now();
    let spoken = play::counted(&played.turn, &options.sizes.count);
    let reading = shared.state().store.read(blocks, now);
    let bill = reading.bill;
    ticket.bill(reading, spoken.output);
    let shape = play::paced(&options.shape, &played.turn);
    let reply = Reply {
        request_id: id.to_owned(),
        model: blocks.model.clone(),
        created: now.0 / 1_000,
        cut: play::cut_arguments(played.faults),
        turn: played.turn,
        usage_asked: json["stream_options"]["include_usage"] == true,
        bill,
        report: options.shape.cache,
        spoken,
    };
    if json["stream"] != true {
        return Answer::json(200, reply.whole());
    }
    let steps = steps::stream(reply.events(&shape, &options.sizes.count), shape.framing, &shape);
    let error = |fault: &Fault| fault.event(id);
    Answer::stream(steps::disturb(steps, played.faults, shape.line_end, &error))
}

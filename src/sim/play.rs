//! From a checked request to the turn that answers it, with everything that goes wrong on the way.

use std::{io, sync::Arc, time::Duration};

use serde_json::Value;

use super::{
    answer::Answer, count::Count, fault::Fault, record::Api, refusal::Refusal, request::Request, script,
    shape::Shape, state::Shared, steps, turn::Turn, usage::Spoken,
};

const HTML: &str = "<!DOCTYPE html>\n<html><head><title>Bad Gateway</title></head>\n\
    <body><h1>Bad Gateway</h1><p>nginx</p></body></html>\n";

/// What the model says, and what goes wrong while it does.
pub(super) struct Played<'a> {
    pub(super) turn: Turn,
    pub(super) faults: &'a [Fault],
}

/// Finds the turn for a request in the form of Chat Completions, asked for streamed or not, and lets `speak` make the answer of it, unless a fault
/// answers instead.
///
/// Errors: only on purpose; the connection is then closed without a word.
pub(super) async fn respond(
    shared: &Arc<Shared>,
    asked: Arc<Value>,
    (api, streams): (Api, bool),
    id: &str,
    speak: impl FnOnce(Played<'_>) -> Answer,
) -> io::Result<Answer> {
    let (mut turn, faults) = match planned(shared, asked, streams) {
        Ok(found) => found,
        Err(refusal) => {
            let refusal = shaped(refusal, api);
            return Ok(Answer::refused(refusal.status, &refusal, id));
        }
    };
    let delay = Duration::from_millis(turn.delay_ms);
    if faults.contains(&Fault::Empty) {
        turn = Turn { tokens_per_second: turn.tokens_per_second, ..Turn::default() };
    }
    let mut answer = match instead(&faults, api, streams, id) {
        Some(answer) => answer,
        None => speak(Played { turn, faults: &faults }),
    };
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    if faults.contains(&Fault::Drop { after_bytes: 0 }) {
        return Err(io::Error::other("dropped on purpose"));
    }
    if faults.contains(&Fault::Stall { after_bytes: 0 }) {
        std::future::pending::<()>().await;
    }
    answer.steps = steps::cut(answer.steps, &faults);
    Ok(answer)
}

/// The turn that answers, and everything that goes wrong with it.
fn planned(shared: &Shared, asked: Arc<Value>, streams: bool) -> Result<(Turn, Vec<Fault>), Refusal> {
    let options = &shared.options;
    let mut state = shared.state();
    let mut faults = state.strike(options);
    if faults.iter().any(|fault| fault.refusal(streams).is_some() || matches!(fault, Fault::Html { .. })) {
        return Ok((Turn::default(), faults));
    }
    let request = Request::new(asked, state.chats);
    state.chats += 1;
    // A script's function runs without the lock, so that it may ask the simulator.
    let turn = match options.script.function() {
        Some(function) => {
            drop(state);
            function(&request)
        }
        None => script::play(&options.script, &mut state.progress, &request)?,
    };
    let turn = turn.filled(&request);
    faults.extend(turn.fault.clone());
    Ok((turn, faults))
}

/// The answer of a fault that lets no model speak.
fn instead(faults: &[Fault], api: Api, streams: bool, id: &str) -> Option<Answer> {
    faults.iter().find_map(|fault| match fault {
        Fault::Html { status } => Some(web_page(*status)),
        fault => {
            fault.refusal(streams).map(|(status, refusal)| Answer::refused(status, &shaped(refusal, api), id))
        }
    })
}

/// A page as proxies and firewalls send it.
pub(super) fn web_page(status: u16) -> Answer {
    Answer::whole(status, "text/html; charset=utf-8", HTML)
}

/// The Responses API writes its errors flat.
fn shaped(refusal: Refusal, api: Api) -> Refusal {
    if api == Api::Responses { refusal.flat() } else { refusal }
}

/// The tokens of a turn.
pub(super) fn counted(turn: &Turn, count: &Count) -> Spoken {
    let reasoning = count.of(&turn.thinking);
    let calls = turn.calls.iter().map(|call| count.of(&call.name) + count.of(&call.arguments.to_string()));
    Spoken { output: reasoning + count.of(&turn.text) + calls.sum::<u64>(), reasoning }
}

/// Where the arguments of the last call are cut.
pub(super) fn cut_arguments(faults: &[Fault]) -> Option<usize> {
    faults.iter().find_map(|fault| match fault {
        Fault::CutArguments { at } => Some(*at),
        _ => None,
    })
}

/// The shape of a response to this turn: the turn may have a speed of its own.
pub(super) fn paced(shape: &Shape, turn: &Turn) -> Shape {
    let tokens_per_second = turn.tokens_per_second.unwrap_or(shape.tokens_per_second);
    Shape { tokens_per_second, ..shape.clone() }
}

//! One run, from the first event to the exit code.

use std::io::{self, ErrorKind, Write};

use tokio_util::sync::CancellationToken;

use super::{
    Approvals, Input, Options, Stamps, aside,
    control::converse,
    face::{self, Ending, Face, Outlets},
    json::Json,
    record::Record,
    waiting::Waiting,
};
use crate::{
    agent::Handle,
    protocol::{Answer, DeskEvent, Event, Failure, Kind, Op, ToolCall},
};

/// Says what is to be said, writes what happens, and ends the session. Gives the exit code (`docs/exit-codes.md`).
///
/// Whoever calls this cancels [`Options::stop`] on Ctrl-C and requests to end; the run then ends with 130.
/// Errors: none; a failure is written and becomes the exit code. A reader that closes stdout (`| head`) ends the
/// run quietly with 0, as other tools for pipes do.
pub async fn run(handle: &mut Handle, options: Options, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let face = face::choose(&options);
    let Options { input, approvals, include_partial_messages, err_is_terminal, stop, stamps, .. } = options;
    let waiting = Waiting::new(err_is_terminal);
    match input {
        Input::Prompt(prompt) => {
            once(handle, (face, waiting), (prompt, approvals), stop, stamps, (out, err)).await
        }
        Input::Lines(lines) => {
            let json = Json::stream(include_partial_messages);
            converse(handle, json, lines, stop, stamps, (out, err)).await
        }
    }
}

/// One prompt and its answer.
async fn once(
    handle: &mut Handle,
    (mut face, mut waiting): (Box<dyn Face + Send>, Waiting),
    (prompt, approvals): (String, Approvals),
    stop: CancellationToken,
    Stamps { mut id, mut now }: Stamps,
    (out, err): (&mut dyn Write, &mut dyn Write),
) -> u8 {
    let mut prompt = Some(prompt);
    let mut outlets = Outlets { out, err, id: &mut id };
    let mut record = Record::default();
    let (mut broken, mut is_stopped) = (None, false);
    let started = now();

    loop {
        let event = tokio::select! {
            biased;
            () = stop.cancelled(), if !is_stopped => {
                is_stopped = true;
                prompt = None;
                record.stop();
                leave(handle);
                continue;
            }
            event = handle.next() => event,
            () = waiting.tick() => {
                waiting.show(&mut outlets);
                continue;
            }
        };
        let Some(event) = event else { break };
        waiting.see(&event, &mut outlets);
        record.see(&event);
        if let Some(op) = reply(&event, &mut prompt, approvals) {
            handle.send(op);
        }
        if broken.is_none()
            && let Err(error) = face.see(&event, &record, &mut outlets)
        {
            broken = Some(error);
            leave(handle);
        }
        if matches!(event, Event::SessionEnded { .. }) {
            break;
        }
    }

    let ending = Ending { outcome: record.outcome(), record: &record, took: now().since(started) };
    let written = broken.map_or_else(|| finish(face.as_mut(), &ending, &mut outlets), Err);
    match (written, ending.outcome) {
        (Ok(()), Ok(_)) => 0,
        (Ok(()), Err(failure)) => failure.kind.exit_code(),
        (Err(error), _) => unwritable(&error, &mut outlets),
    }
}

/// Stops what runs and ends the session.
pub(super) fn leave(handle: &Handle) {
    handle.send(Op::Interrupt);
    handle.send(Op::Quit);
}

/// What the agent is told after an event.
fn reply(event: &Event, prompt: &mut Option<String>, approvals: Approvals) -> Option<Op> {
    match event {
        Event::SessionStarted(_) => prompt.take().map(|text| Op::Say { text }),
        Event::Permission { call, .. } => {
            let answer = match approvals {
                Approvals::Once => Answer::Once,
                Approvals::Refuse => Answer::No { say: refusal(call) },
            };
            Some(Op::Answer { call: call.id.clone(), answer })
        }
        // Words that cannot be sent begin no turn, and nobody is here who could sign in.
        Event::TurnEnded { .. } | Event::Desk(DeskEvent::SignInNeeded { text: Some(_), .. }) => {
            Some(Op::Quit)
        }
        _ => None,
    }
}

/// What the model reads in place of a result.
pub(super) fn refusal(call: &ToolCall) -> String {
    format!(
        "`{}` needs a person's approval, and this run has nobody to ask. Do not try it again; go on without it, \
         or say what is left to do.",
        call.name
    )
}

fn finish(face: &mut dyn Face, ending: &Ending<'_>, outlets: &mut Outlets<'_>) -> io::Result<()> {
    if ending.record.was_cut() {
        outlets.aside(&aside::warning("the answer stops at the model's output limit"));
    }
    face.end(ending, outlets)?;
    outlets.out.flush()
}

/// The exit code when stdout takes no more.
pub(super) fn unwritable(error: &io::Error, outlets: &mut Outlets<'_>) -> u8 {
    if error.kind() == ErrorKind::BrokenPipe {
        return 0;
    }
    let failure = Failure::new(Kind::Usage, format!("stdout cannot be written: {error}"));
    outlets.aside(&failure.to_string());
    failure.kind.exit_code()
}

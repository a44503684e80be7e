//! The bytes of a response and the moments between them; where faults strike.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;

use super::{
    fault::Fault,
    reply::Event,
    shape::{Framing, LineEnd, Shape},
};

/// One thing that happens while a body is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// These bytes leave.
    Bytes(Bytes),
    /// Nothing leaves before this time since the body began.
    Wait(Duration),
    /// What was given so far leaves now, in a packet of its own.
    Flush,
    /// Nothing happens any more.
    Stall,
    /// The connection closes.
    Break,
    /// The body ends, and the response does not count as complete.
    Fail,
}

/// A response body, made while it is sent.
pub(super) type Steps = Box<dyn Iterator<Item = Step> + Send>;

/// Writes events as an event stream at the speed of the model.
pub(super) fn stream(
    events: impl Iterator<Item = Event> + Send + 'static,
    framing: Framing,
    shape: &Shape,
) -> Steps {
    let (end, speed) = (shape.line_end.text(), shape.tokens_per_second);
    let mut spoken = 0;
    Box::new(events.enumerate().flat_map(move |(at, event)| {
        spoken += event.tokens;
        let wait = (speed > 0).then(|| {
            let micros = u128::from(spoken) * 1_000_000 / u128::from(speed);
            Step::Wait(Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX)))
        });
        wait.into_iter().chain([Step::Bytes(framed(&event, at + 1, framing, end))])
    }))
}

pub(super) fn framed(event: &Event, id: usize, framing: Framing, end: &str) -> Bytes {
    let (name, data) = (event.name, &event.data);
    Bytes::from(match (framing, name) {
        (Framing::Plain, None) => format!("data: {data}{end}{end}"),
        (Framing::Plain, Some(name)) => format!("event: {name}{end}data: {data}{end}{end}"),
        (Framing::DashScope, name) => {
            let name = name.unwrap_or("result");
            format!("id:{id}{end}event:{name}{end}:HTTP_STATUS/200{end}data:{data}{end}{end}")
        }
    })
}

/// Lets the faults strike that come between events; `error` writes the event of an error.
pub(super) fn disturb(
    mut steps: Steps,
    faults: &[Fault],
    end: LineEnd,
    error: &dyn Fn(&Fault) -> String,
) -> Steps {
    for fault in faults {
        match fault {
            Fault::Event { after_events, .. } => {
                let event = Bytes::from(error(fault).replace('\n', end.text()));
                steps = Box::new(whole_events(steps, *after_events).chain([Step::Bytes(event), Step::Fail]));
            }
            Fault::Garbage => steps = garbage(steps, end.text()),
            _ => {}
        }
    }
    steps
}

/// Lets the faults strike that cut bytes: first where the body ends, then how it is split.
pub(super) fn cut(mut steps: Steps, faults: &[Fault]) -> Steps {
    for fault in faults {
        match fault {
            Fault::Drop { after_bytes } => steps = limited(steps, *after_bytes, Step::Break),
            Fault::Stall { after_bytes } => steps = limited(steps, *after_bytes, Step::Stall),
            _ => {}
        }
    }
    for fault in faults {
        if let Fault::Split { every } = fault {
            steps = split(steps, (*every).max(1));
        }
    }
    steps
}

/// The steps up to so many events.
fn whole_events(steps: Steps, events: usize) -> impl Iterator<Item = Step> + Send {
    let mut left = events;
    steps.take_while(move |step| {
        let goes_on = left > 0;
        left -= usize::from(goes_on && matches!(step, Step::Bytes(_)));
        goes_on
    })
}

/// Lines that mean nothing, another kind before each event.
fn garbage(steps: Steps, end: &'static str) -> Steps {
    const LINES: [&str; 5] = [": keep-alive", "retry: 3000", "nonsense", "event: ping", ""];
    let mut at = 0;
    Box::new(steps.flat_map(move |step| {
        let line = matches!(step, Step::Bytes(_)).then(|| {
            at += 1;
            Step::Bytes(Bytes::from(format!("{}{end}{end}", LINES[at % LINES.len()])))
        });
        line.into_iter().chain([step])
    }))
}

/// So many bytes, and then another end.
fn limited(steps: Steps, bytes: usize, last: Step) -> Steps {
    let mut left = Some(bytes);
    Box::new(steps.flat_map(move |step| {
        let mut out = Vec::with_capacity(3);
        match (left, step) {
            (None, _) => {}
            (Some(rest), Step::Bytes(all)) if all.len() >= rest => {
                left = None;
                out.extend([Step::Bytes(all.slice(..rest)), Step::Flush, last.clone()]);
            }
            (Some(rest), step) => {
                if let Step::Bytes(all) = &step {
                    left = Some(rest - all.len());
                }
                out.push(step);
            }
        }
        out
    }))
}

/// Pieces of `every` bytes, counted over the whole body, each sent for itself.
fn split(steps: Steps, every: usize) -> Steps {
    Box::new(Split { steps, every, held: Vec::new(), ready: VecDeque::new() })
}

struct Split {
    steps: Steps,
    every: usize,
    held: Vec<u8>,
    ready: VecDeque<Step>,
}

impl Iterator for Split {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            if let Some(step) = self.ready.pop_front() {
                return Some(step);
            }
            match self.steps.next() {
                Some(Step::Bytes(bytes)) => {
                    self.held.extend_from_slice(&bytes);
                    let whole = self.held.len() / self.every * self.every;
                    let rest = self.held.split_off(whole);
                    let full = std::mem::replace(&mut self.held, rest);
                    for piece in full.chunks(self.every) {
                        self.ready.extend([Step::Flush, Step::Bytes(Bytes::copy_from_slice(piece))]);
                    }
                }
                other => {
                    if !self.held.is_empty() {
                        let rest = std::mem::take(&mut self.held);
                        self.ready.extend([Step::Flush, Step::Bytes(Bytes::from(rest))]);
                    }
                    match other {
                        Some(step) => self.ready.push_back(step),
                        None if self.ready.is_empty() => return None,
                        None => {}
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn body(parts: &[&str]) -> Steps {
        let steps: Vec<Step> = parts.iter().map(|part| bytes(part)).collect();
        Box::new(steps.into_iter())
    }

    fn bytes(text: &str) -> Step {
        Step::Bytes(Bytes::copy_from_slice(text.as_bytes()))
    }

    #[test]
    fn a_split_body_has_the_same_bytes_in_pieces_of_one_size() {
        let steps: Vec<Step> = split(body(&["abcd", "e", "fg"]), 3).collect();
        assert_eq!(steps, [Step::Flush, bytes("abc"), Step::Flush, bytes("def"), Step::Flush, bytes("g")]);
    }

    proptest! {
        #[test]
        fn however_a_body_is_split_and_cut_it_keeps_its_first_bytes(
            parts in vec("[a-zé]{0,9}", 0..9), every in 1_usize..7, limit in 1_usize..60,
        ) {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let whole = parts.concat().into_bytes();
            let faults = [Fault::Split { every }, Fault::Drop { after_bytes: limit }];
            let steps: Vec<Step> = cut(body(&parts), &faults).collect();
            let sent: Vec<u8> = steps
                .iter()
                .flat_map(|step| match step {
                    Step::Bytes(bytes) => bytes.to_vec(),
                    _ => Vec::new(),
                })
                .collect();
            prop_assert_eq!(&sent, &whole[..limit.min(whole.len())]);
            prop_assert_eq!(steps.last() == Some(&Step::Break), limit <= whole.len());
        }
    }

    #[test]
    fn a_limit_cuts_inside_a_piece_and_at_its_end() {
        let cut = |at| limited(body(&["abcd", "ef"]), at, Step::Break).collect::<Vec<_>>();
        assert_eq!(cut(2), [bytes("ab"), Step::Flush, Step::Break]);
        assert_eq!(cut(4), [bytes("abcd"), Step::Flush, Step::Break]);
        assert_eq!(cut(5), [bytes("abcd"), bytes("e"), Step::Flush, Step::Break]);
        assert_eq!(cut(9), [bytes("abcd"), bytes("ef")]);
    }

    #[test]
    fn an_error_event_comes_after_so_many_events_and_nothing_after_it() {
        let message = Some("slow".to_owned());
        let fault = Fault::Event { status: 429, message, after_events: 1 };
        let steps: Vec<Step> =
            disturb(body(&["a", "b"]), &[fault], LineEnd::CrLf, &|fault| fault.event("7")).collect();
        let event = "id:1\r\nevent:error\r\n:HTTP_STATUS/429\r\n\
            data:{\"code\":\"limit_requests\",\"message\":\"slow\",\"request_id\":\"7\"}\r\n\r\n";
        assert_eq!(steps, [bytes("a"), bytes(event), Step::Fail]);
    }
}

//! The agent's events, in pieces that are quickly taken.

use std::collections::VecDeque;

use crate::{
    agent::Handle,
    protocol::{Event, Op},
};

/// A longer piece of text is taken in parts, so that a key waits for one part at most: some sixty lines of code, which
/// are the dearest.
const PART: usize = 2 * 1024;

/// The agent, and what of its last event is not taken yet.
pub(super) struct Feed {
    handle: Handle,
    waiting: VecDeque<Event>,
}

impl Feed {
    pub(super) fn new(handle: Handle) -> Self {
        Self { handle, waiting: VecDeque::new() }
    }

    /// The agent alone; what waits is not wanted any more.
    pub(super) fn into_handle(self) -> Handle {
        self.handle
    }

    /// Asks the agent.
    pub(super) fn send(&self, op: Op) {
        self.handle.send(op);
    }

    /// The next event; `None` when no more can come.
    pub(super) async fn next(&mut self) -> Option<Event> {
        match self.waiting.pop_front() {
            Some(event) => Some(event),
            None => self.handle.next().await.map(|event| self.part(event)),
        }
    }

    /// The next event if it is there already.
    pub(super) fn at_hand(&mut self) -> Option<Event> {
        match self.waiting.pop_front() {
            Some(event) => Some(event),
            None => self.handle.try_next().map(|event| self.part(event)),
        }
    }

    /// The first part of an event; the others wait.
    fn part(&mut self, event: Event) -> Event {
        self.waiting.extend(parts(event));
        self.waiting.pop_front().expect("an event has at least one part")
    }
}

fn parts(event: Event) -> Vec<Event> {
    match event {
        Event::Delta { kind, text } if text.len() > PART => {
            pieces(&text).into_iter().map(|text| Event::Delta { kind, text }).collect()
        }
        Event::ToolOutput { call, text } if text.len() > PART => {
            pieces(&text).into_iter().map(|text| Event::ToolOutput { call: call.clone(), text }).collect()
        }
        event => vec![event],
    }
}

fn pieces(mut text: &str) -> Vec<String> {
    let mut all = Vec::with_capacity(text.len() / PART + 1);
    while text.len() > PART {
        let (piece, rest) = text.split_at(super::layout::floor(text, PART));
        all.push(piece.to_owned());
        text = rest;
    }
    all.push(text.to_owned());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::DeltaKind;

    #[test]
    fn a_long_text_comes_in_parts_and_nothing_of_it_is_lost() {
        let whole = "中文 ".repeat(20_000);
        let all = parts(Event::Delta { kind: DeltaKind::Text, text: whole.clone() });
        assert_eq!(all.len(), whole.len().div_ceil(PART - 2));
        let texts = all.into_iter().map(|event| match event {
            Event::Delta { text, .. } => text,
            other => panic!("{other:?}"),
        });
        assert_eq!(texts.collect::<String>(), whole);
        assert_eq!(parts(Event::Discarded), [Event::Discarded]);
    }
}

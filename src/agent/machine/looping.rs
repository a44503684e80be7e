//! A model that repeats itself: the same call with the same result, the same words over and over, edits that go to and
//! fro. It is told once in a turn; when it goes on, the turn is handed back.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use super::{
    Effect, Loops, Machine,
    ask::hear_text,
    phase::{Asking, Purpose},
    repeated::Tail,
    words,
};
use crate::{
    prompt::Prompt,
    protocol::{EndReason, Event, Finish, ToolCall, Turn, Verdict},
};

/// So many equal calls with equal results in a row are a loop. The third tells nothing the second did not.
const SAME: u32 = 3;
/// Edits of a turn that are remembered.
const EDITS: usize = 200;

/// How a model repeats itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Loop {
    /// The same call of this tool with the same result.
    Calls(String),
    /// Edits of this file that undo each other.
    Edits(String),
    /// The same words.
    Words,
}

/// What is remembered of a turn to see loops.
#[derive(Debug, Default)]
pub(super) struct Looping {
    last: Option<u64>,
    times: u32,
    /// The file and the change of each edit.
    edits: Vec<(String, Change)>,
    /// What was found since the last request.
    found: Option<Loop>,
    /// Whether the model was told in this turn.
    is_told: bool,
    text: Tail,
    thought: Tail,
}

/// What an edit does, as far as it can be seen to be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    from: Option<u64>,
    to: u64,
}

impl Change {
    /// Whether this edit undoes the other or, for whole files, puts something else in its place.
    fn is_other_than(self, other: Self) -> bool {
        match (self.from, other.from) {
            (Some(from), Some(before)) => from == other.to && self.to == before,
            _ => self.to != other.to,
        }
    }
}

impl Looping {
    /// Takes in a call and what came of it.
    pub(super) fn ran(&mut self, call: &ToolCall, result: &str, verdict: Verdict) {
        if verdict == Verdict::Interrupted {
            return;
        }
        let this = hash(&(&call.name, call.arguments.text(), result));
        self.times = if self.last == Some(this) { self.times + 1 } else { 1 };
        self.last = Some(this);
        if self.times >= SAME {
            self.found = Some(Loop::Calls(call.name.clone()));
        }
        if verdict == Verdict::Done
            && let Some((file, change)) = edit(call)
            && self.is_to_and_fro(&file, change)
        {
            self.found = Some(Loop::Edits(file));
        }
    }

    /// Remembers an edit. Whether it makes a change again that was made and undone: there, back, and there again.
    fn is_to_and_fro(&mut self, file: &str, change: Change) -> bool {
        let mut before = self.edits.iter().rev().filter(|(name, _)| name == file).map(|(_, change)| *change);
        let is_again = match (before.next(), before.next(), before.next()) {
            (Some(back), Some(there), _) if change.from.is_some() => {
                change == there && back.is_other_than(there)
            }
            // The first time a whole file is written shows nothing of what was there, so one more is waited for.
            (Some(back), Some(there), Some(first)) => change == there && back == first && change != back,
            _ => false,
        };
        self.edits.push((file.to_owned(), change));
        if self.edits.len() > EDITS {
            self.edits.remove(0);
        }
        is_again
    }
}

impl Machine {
    fn breaks_loops(&self) -> bool {
        self.config.loops == Loops::Break
    }

    /// A turn begins: what was before it is no loop.
    pub(super) fn forget_loops(&mut self) {
        self.looping = Looping::default();
    }

    /// A try begins.
    pub(super) fn forget_words(&mut self) {
        (self.looping.text, self.looping.thought) = (Tail::default(), Tail::default());
    }

    /// Takes in a call and what came of it.
    pub(super) fn watch_call(&mut self, call: &ToolCall, result: &str, verdict: Verdict) {
        if self.breaks_loops() && !self.is_final_tool(call) {
            self.looping.ran(call, result, verdict);
        }
    }

    /// Takes in more of an answer. Whether it goes in circles.
    pub(super) fn watch_words(&mut self, text: &str, is_thought: bool) -> bool {
        let is_watched = self.breaks_loops();
        let tail = if is_thought { &mut self.looping.thought } else { &mut self.looping.text };
        is_watched && tail.grows(text)
    }

    /// Tells the model of a loop, if there is one. `Err` with the prompt when it was told before: the turn is over.
    pub(super) fn break_loop(&mut self, prompt: Prompt) -> Result<Prompt, Prompt> {
        let Some(found) = self.looping.found.take() else { return Ok(prompt) };
        if std::mem::replace(&mut self.looping.is_told, true) {
            return Err(prompt);
        }
        let told = words::looping(&found);
        self.spent.tell(told);
        self.notice("the model repeats itself; it is told so, and the turn ends if it goes on");
        Ok(prompt)
    }

    /// The running answer goes in circles: stops it, and goes on with what it said before.
    pub(super) fn stop_circling(&mut self, asking: Asking) {
        self.out.push(Effect::StopAsking);
        self.emit(Event::Discarded);
        self.lose(&asking);
        self.missed(&asking);
        debug_assert!(matches!(asking.purpose, Purpose::Turn), "summaries are not watched");
        let text = super::repeated::once(&asking.text);
        let text = if text.trim().is_empty() { words::CIRCLED.to_owned() } else { text };
        self.go_on_from_circle(hear_text(asking.prompt, text));
    }

    /// Whether a whole answer that came at once, or was cut at the output limit, goes in circles.
    pub(super) fn is_circle(&self, turn: &Turn) -> bool {
        self.breaks_loops()
            && turn.calls.is_empty()
            && matches!(turn.finish, Finish::Stop | Finish::Length)
            && [&turn.text, &turn.reasoning].into_iter().any(|text| Tail::default().grows(text))
    }

    /// Tells the model that its words go in circles, or hands the turn back.
    pub(super) fn go_on_from_circle(&mut self, prompt: Prompt) {
        self.looping.found = Some(Loop::Words);
        self.keep_items(&prompt);
        match self.break_loop(prompt) {
            Ok(prompt) => self.next_request(prompt),
            Err(prompt) => self.rest(prompt, EndReason::Loop),
        }
    }
}

/// The file a call edits, and how. Told by the parameters, since tools have several names.
fn edit(call: &ToolCall) -> Option<(String, Change)> {
    let object = call.arguments.object().ok()?;
    let text = |name: &str| object.get(name).and_then(serde_json::Value::as_str);
    let file = text("file_path")?.to_owned();
    let change = match (text("old_string"), text("new_string"), text("content")) {
        (Some(from), Some(to), _) => Change { from: Some(hash(&from)), to: hash(&to) },
        (_, _, Some(content)) => Change { from: None, to: hash(&content) },
        _ => return None,
    };
    Some((file, change))
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

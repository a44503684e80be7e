//! The prompt and what may be done with it.

use std::sync::Arc;

use super::{Head, Heard, OpenRound, Prefix};
use crate::{
    base::{CallId, Tokens, estimate},
    protocol::{Item, ToolResult, Turn, UserMessage},
};

/// How a summary begins that stands for a history.
const SUMMARY: &str = "<summary of the conversation so far>\n";
/// The words of a message that holds nothing but a summary.
const GO_ON: &str = "Go on from this summary.";

/// A prompt that may be sent: every call in it has its answer.
///
/// Shape: a sealed head, then items in order. Nothing but [`Prompt::push`] and [`Prompt::hear`] changes it, and
/// both only append; [`Prompt::compact`] and [`Prompt::rewind`] consume it and return another with the next epoch
/// number.
///
/// ```
/// # use std::sync::Arc;
/// # use qwen::{prompt::{Head, Prompt}, protocol::UserMessage};
/// let mut prompt = Prompt::new(Arc::new(Head::new(vec![], "Help.".into(), String::new())));
/// prompt.push(UserMessage::words("hi"));
/// let seen = prompt.items().len();
/// assert_eq!(seen, 1);
/// ```
///
/// An item cannot be changed once it is in; this is the line above with one difference, and does not compile:
///
/// ```compile_fail
/// # use std::sync::Arc;
/// # use qwen::{prompt::{Head, Prompt}, protocol::UserMessage};
/// let mut prompt = Prompt::new(Arc::new(Head::new(vec![], "Help.".into(), String::new())));
/// prompt.push(UserMessage::words("hi"));
/// let seen = prompt.items_mut().len();
/// assert_eq!(seen, 1);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    head: Arc<Head>,
    epoch: u32,
    pub(super) items: Vec<Item>,
    /// For each item the estimated size of all items up to and with it.
    ends: Vec<Tokens>,
    /// For each item the name of everything up to and with it.
    prefixes: Vec<Prefix>,
}

/// Why stored items are not a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// A result stands where no call waits for it.
    #[error("item {0} answers a call that is not open")]
    Orphan(usize),
    /// A message stands where results were due.
    #[error("item {0} comes before all calls of the turn are answered")]
    Unanswered(usize),
}

/// What follows a compaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The next request, at once.
    Ask,
    /// The person's next words.
    Wait,
}

impl Prompt {
    /// An empty conversation on `head`.
    pub fn new(head: Arc<Head>) -> Self {
        Self { head, epoch: 0, items: Vec::new(), ends: Vec::new(), prefixes: Vec::new() }
    }

    /// The conversation that was kept, item by item as it was sent. Results missing at the very end (the program
    /// was killed while a tool ran) are filled in as interrupted. Errors: the items are not a conversation.
    pub fn restore(head: Arc<Head>, items: Vec<Item>) -> Result<Self, RestoreError> {
        let mut prompt = Self::new(head);
        let mut open: Vec<(CallId, String)> = Vec::new();
        for (at, item) in items.into_iter().enumerate() {
            match &item {
                Item::Result(result) => {
                    let slot = open.iter().position(|(id, _)| *id == result.call);
                    open.remove(slot.ok_or(RestoreError::Orphan(at))?);
                }
                _ if !open.is_empty() => return Err(RestoreError::Unanswered(at)),
                Item::Assistant(turn) => {
                    open = turn.calls.iter().map(|c| (c.id.clone(), c.name.clone())).collect();
                }
                Item::User(_) => {}
            }
            prompt.append(item);
        }
        for (call, name) in open {
            prompt.append(Item::Result(super::round::interrupted(call, name)));
        }
        Ok(prompt)
    }

    /// Appends what the person said.
    pub fn push(&mut self, message: UserMessage) {
        self.append(Item::User(message));
    }

    /// Appends the model's answer. If it calls tools, the prompt is handed to a round that owns it until each
    /// call has an outcome.
    pub fn hear(mut self, turn: Turn) -> Heard {
        let open: Vec<_> = turn.calls.clone();
        self.append(Item::Assistant(turn));
        if open.is_empty() { Heard::Ready(self) } else { Heard::Open(OpenRound::new(self, open)) }
    }

    /// Replaces the history before the item at `from` by a summary. The head stays, byte for byte.
    ///
    /// Shape of the result: when `from` is a user message, the summary stands in front of its words; otherwise a
    /// user message with the summary comes before what is kept. When nothing is kept, that message alone, and for
    /// [`Then::Wait`] a short answer after it, so that user and model still take turns. An index that would part
    /// a result from its call is moved to the call.
    pub fn compact(self, summary: &str, from: usize, then: Then) -> Self {
        let mut from = from.min(self.items.len());
        while from > 0 && matches!(self.items.get(from), Some(Item::Result(_))) {
            from -= 1;
        }
        let text = format!("{SUMMARY}{}\n</summary>", summary.trim());
        let mut next = Self {
            head: self.head,
            epoch: self.epoch + 1,
            items: Vec::new(),
            ends: Vec::new(),
            prefixes: Vec::new(),
        };
        let mut kept = self.items.into_iter().skip(from);
        match kept.next() {
            Some(Item::User(mut first)) => {
                first.context.insert(0, text);
                next.push(first);
            }
            other => {
                next.push(UserMessage { context: vec![text], text: GO_ON.to_owned() });
                if other.is_none() && then == Then::Wait {
                    next.append(Item::Assistant(Turn::text("I will go on from there.")));
                }
                next.items_extend(other);
            }
        }
        next.items_extend(kept);
        next
    }

    /// Where to cut so that about `budget` stays, by estimate: the index of the first item that is kept, the
    /// number of items when nothing is.
    ///
    /// A message of the person is the best place, and up to twice the budget is kept for it; in the middle of a
    /// long turn it is the first answer within the budget.
    pub fn cut(&self, budget: Tokens) -> usize {
        let at = self.items.len() - self.items_within(budget);
        let most = self.items.len() - self.items_within(budget + budget);
        let is_start = |index: &usize| !matches!(self.items[*index], Item::Result(_));
        let words = (most..=at).rev().find(|i| matches!(self.items.get(*i), Some(Item::User(_))));
        words.or((at..self.items.len()).find(is_start)).unwrap_or(self.items.len())
    }

    /// The summary the history begins with, if there is one.
    pub fn summary(&self) -> Option<&str> {
        let Some(Item::User(first)) = self.items.first() else { return None };
        first.context.first()?.strip_prefix(SUMMARY)?.strip_suffix("\n</summary>")
    }

    /// What the person said, with the index of each message. Messages the program wrote are not among them.
    pub fn words(&self) -> impl DoubleEndedIterator<Item = (usize, &str)> {
        let is_compacted = self.summary().is_some();
        self.items.iter().enumerate().filter_map(move |(at, item)| match item {
            // A message without words is one of the program's own.
            Item::User(message) if message.text.is_empty() => None,
            Item::User(message) if at > 0 || !is_compacted || message.text != GO_ON => {
                Some((at, message.text.as_str()))
            }
            _ => None,
        })
    }

    /// The prompt that its last answer was given to; `None` when it does not end with an answer.
    pub fn asked(&self) -> Option<Self> {
        let Some(Item::Assistant(_)) = self.items.last() else { return None };
        let mut asked = self.clone();
        let last = asked.items.len() - 1;
        asked.cut_off(last);
        Some(asked)
    }

    /// The same conversation on another head.
    pub fn with_head(self, head: Arc<Head>) -> Self {
        let mut next =
            Self { head, epoch: self.epoch + 1, items: Vec::new(), ends: Vec::new(), prefixes: Vec::new() };
        next.items_extend(self.items);
        next
    }

    fn cut_off(&mut self, length: usize) {
        self.items.truncate(length);
        self.ends.truncate(length);
        self.prefixes.truncate(length);
    }

    fn items_extend(&mut self, items: impl IntoIterator<Item = Item>) {
        for item in items {
            self.append(item);
        }
    }

    /// The head.
    pub fn head(&self) -> &Arc<Head> {
        &self.head
    }

    /// All items, in order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// How often the history was replaced by a summary.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Estimated size of head and items together; kept while growing, so asking costs nothing.
    pub fn estimate(&self) -> Tokens {
        self.head.estimate() + self.ends.last().copied().unwrap_or_default()
    }

    /// Estimated size of the head and the items up to and with the one at `index`; all of them when it is past
    /// the end.
    pub fn estimate_through(&self, index: usize) -> Tokens {
        self.head.estimate() + self.ends.get(index).or(self.ends.last()).copied().unwrap_or_default()
    }

    /// Names the head and the items up to and with the one at `index`; all of them when it is past the end.
    pub fn prefix_through(&self, index: usize) -> Prefix {
        self.prefixes.get(index).or(self.prefixes.last()).copied().unwrap_or(self.head.prefix())
    }

    /// The same conversation as it was before the item at `index` was said. Everything before it keeps its bytes,
    /// so what is stored of it can still be read.
    ///
    /// *Errors:* the prompt itself, when the item there is not the person's, so that no call loses its answer.
    pub fn rewind(mut self, index: usize) -> Result<Self, Self> {
        if !matches!(self.items.get(index), Some(Item::User(_))) {
            return Err(self);
        }
        self.cut_off(index);
        self.epoch += 1;
        Ok(self)
    }

    /// How many items at the end are together at most `budget`, by estimate.
    fn items_within(&self, budget: Tokens) -> usize {
        let all = self.ends.last().copied().unwrap_or_default();
        let before = self.ends.partition_point(|end| all - *end > budget);
        // `before` items end so early that what follows them is too much; the next one may be cut off after.
        self.ends.len().saturating_sub(before + 1)
    }

    pub(super) fn append(&mut self, item: Item) {
        self.ends.push(self.ends.last().copied().unwrap_or_default() + size(&item));
        self.prefixes.push(self.prefixes.last().copied().unwrap_or(self.head.prefix()).and(&item));
        self.items.push(item);
    }
}

/// Estimated size of one item, with the template's overhead around it.
pub(super) fn size(item: &Item) -> Tokens {
    const FRAME: Tokens = Tokens(5);
    FRAME
        + match item {
            Item::User(message) => message.parts().map(estimate).sum(),
            Item::Assistant(turn) => {
                let calls: Tokens = turn
                    .calls
                    .iter()
                    .map(|c| estimate(&c.name) + estimate(c.arguments.text()) + Tokens(12))
                    .sum();
                estimate(&turn.text) + estimate(&turn.reasoning) + calls
            }
            Item::Result(ToolResult { text, .. }) => estimate(text),
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Arguments, Finish, ToolCall, Verdict};

    fn head() -> Arc<Head> {
        Arc::new(Head::new(Vec::new(), "Help.".into(), String::new()))
    }

    fn calls(ids: &[&str]) -> Turn {
        Turn {
            calls: ids
                .iter()
                .map(|id| ToolCall {
                    id: CallId::new(*id),
                    name: "read_file".into(),
                    arguments: Arguments::parse("{}"),
                    extra: None,
                })
                .collect(),
            finish: Finish::Calls,
            ..Turn::text("")
        }
    }

    fn result(id: &str) -> ToolResult {
        ToolResult {
            call: CallId::new(id),
            name: "read_file".into(),
            text: "text".into(),
            verdict: Verdict::Done,
        }
    }

    #[test]
    fn a_killed_session_comes_back_whole() {
        let items = vec![
            Item::User(UserMessage::words("look")),
            Item::Assistant(calls(&["a", "b"])),
            Item::Result(result("b")),
        ];
        let prompt = Prompt::restore(head(), items).expect("a conversation");
        let Some(Item::Result(last)) = prompt.items().last() else { panic!("no result was filled in") };
        assert_eq!((last.call.as_str(), last.verdict), ("a", Verdict::Interrupted));
    }

    #[test]
    fn an_orphaned_result_is_not_a_conversation() {
        assert_eq!(
            Prompt::restore(head(), vec![Item::Result(result("x"))]).err(),
            Some(RestoreError::Orphan(0))
        );
        let early = vec![Item::Assistant(calls(&["a"])), Item::User(UserMessage::words("and?"))];
        assert_eq!(Prompt::restore(head(), early).err(), Some(RestoreError::Unanswered(1)));
    }

    #[test]
    fn compaction_never_parts_a_result_from_its_call() {
        let items = vec![
            Item::User(UserMessage::words("one")),
            Item::Assistant(Turn::text("first")),
            Item::User(UserMessage::words("two")),
            Item::Assistant(calls(&["a"])),
            Item::Result(result("a")),
            Item::Assistant(Turn::text("done")),
        ];
        let whole = || Prompt::restore(head(), items.clone()).expect("a conversation");
        let prompt = whole().compact("S", 2, Then::Ask);
        assert_eq!(prompt.items()[1..], items[3..]);
        let Item::User(first) = &prompt.items()[0] else { panic!("does not begin with the person") };
        assert_eq!((first.text.as_str(), first.context.len()), ("two", 1));
        assert_eq!((prompt.epoch(), prompt.summary()), (1, Some("S")));
        assert!(prompt.words().eq([(0, "two")]));
        let inside = whole().compact("S", 4, Then::Ask);
        assert_eq!(inside.items()[1..], items[3..], "moved to the call");
        assert_eq!(inside.words().count(), 0, "the program wrote the first message");
        for prompt in [prompt, inside] {
            assert!(Prompt::restore(head(), prompt.items().to_vec()).is_ok());
        }
    }

    #[test]
    fn a_cut_prefers_the_persons_words_and_never_starts_at_a_result() {
        let mut items = vec![Item::User(UserMessage::words("one"))];
        for id in ["a", "b", "c"] {
            items.extend([Item::Assistant(calls(&[id])), Item::Result(result(id))]);
        }
        let long = Prompt::restore(head(), items.clone()).expect("a conversation");
        let last = long.estimate() - long.estimate_through(4);
        assert_eq!([long.cut(last), long.cut(last - Tokens(1)), long.cut(Tokens(0))], [5, 7, 7]);
        items.insert(5, Item::User(UserMessage::words("two")));
        let two = Prompt::restore(head(), items).expect("a conversation");
        assert_eq!(two.cut(last), 5, "the words fit into twice the budget");
    }

    #[test]
    fn another_head_keeps_the_items_and_renames_every_place() {
        let mut prompt = Prompt::new(head());
        prompt.push(UserMessage::words("one"));
        let other = Arc::new((*head()).clone().with_repository("A map.".into()));
        let moved = prompt.clone().with_head(other.clone());
        assert_eq!((moved.items(), moved.epoch()), (prompt.items(), 1));
        assert_ne!(moved.prefix_through(0), prompt.prefix_through(0));
        assert_eq!(other.prefix_through_instructions(), prompt.head().prefix_through_instructions());
    }

    #[test]
    fn the_estimate_grows_with_each_item() {
        let mut prompt = Prompt::new(head());
        let empty = prompt.estimate();
        prompt.push(UserMessage::words("12345678"));
        assert_eq!(prompt.estimate(), empty + Tokens(7));
    }
}

//! The entries and their bounds.

use std::{collections::VecDeque, time::Duration};

use ratatui::text::Line;

use crate::{
    base::Clean,
    protocol::{Diff, ToolResult, Verdict},
    tui::{
        bill::short_time,
        lang::{Words, fill},
        layout::floor,
        model::Folded,
    },
};

/// All entries together hold no more; the oldest go first.
const KEPT: usize = 16 * 1024 * 1024;
/// Of an output or a thought this much is kept from its beginning…
const HEAD: usize = 16 * 1024;
/// …and this much from its end.
const TAIL: usize = 48 * 1024;
/// An answer goes on in another entry when it is longer and nothing in it is open, so that a part of it can be laid out.
const ANSWER: usize = 64 * 1024;

/// One thing that was said or done. Texts are not cleaned.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::tui) enum Entry {
    /// The person's words.
    Words(String),
    /// An answer, or a further part of the one before.
    Answer { text: String, goes_on: bool },
    /// Reasoning.
    Thought { title: String, text: String },
    /// A call, with what it gave.
    Tool { verdict: Verdict, title: String, text: String },
    /// A call that changed a file.
    Change { verdict: Verdict, title: String, diff: Diff },
    /// Lines that were printed beside the conversation.
    Note(Vec<Line<'static>>),
    /// A new conversation begins.
    Beginning,
}

impl Entry {
    /// Reasoning that took so long.
    pub(in crate::tui) fn thought(title: &str, text: &str, words: &Words) -> Self {
        Self::Thought { title: title.to_owned(), text: bounded(text, words) }
    }

    /// A finished call with what is folded of it.
    pub(in crate::tui) fn call(folded: &Folded, result: &ToolResult, took: Duration, words: &Words) -> Self {
        match folded {
            Folded::Text { title, text } => Self::tool(title, result.verdict, took, text, words),
            Folded::Change { title, diff } => {
                let title = timed(title, took);
                Self::Change { verdict: result.verdict, title, diff: diff.clone() }
            }
        }
    }

    /// A finished call.
    pub(super) fn tool(title: &str, verdict: Verdict, took: Duration, text: &str, words: &Words) -> Self {
        Self::Tool { verdict, title: timed(title, took), text: bounded(text.trim_end(), words) }
    }

    /// About how much it holds.
    fn size(&self) -> usize {
        match self {
            Self::Words(text) | Self::Answer { text, .. } => text.len(),
            Self::Thought { title, text } | Self::Tool { title, text, .. } => title.len() + text.len(),
            Self::Change { title, diff, .. } => {
                title.len() + diff.lines.iter().map(|l| l.text.len() + 32).sum::<usize>()
            }
            Self::Note(lines) => {
                lines.iter().flat_map(|l| &l.spans).map(|s| s.content.len() + 64).sum::<usize>()
            }
            Self::Beginning => 0,
        }
    }
}

fn timed(title: &str, took: Duration) -> String {
    let title = Clean::line(title).into_string();
    if took < Duration::from_millis(100) { title } else { format!("{title} · {}", short_time(took)) }
}

/// Both ends of a long text, and how much lies between them.
fn bounded(text: &str, words: &Words) -> String {
    if text.len() <= HEAD + TAIL {
        return text.to_owned();
    }
    let head = text[..floor(text, HEAD)].rfind('\n').map_or(floor(text, HEAD), |at| at + 1);
    let from = floor(text, text.len() - TAIL);
    let tail = text[from..].find('\n').map_or(from, |at| from + at + 1);
    let between = text[head..tail].matches('\n').count();
    let between = fill(words.between, &[("n", &between.to_string())]);
    format!("{}{between}\n{}", &text[..head], &text[tail..])
}

/// Everything that was said.
///
/// Shape: entries have numbers that only grow, so that a place in the text stays when the oldest are dropped.
#[derive(Debug, Default)]
pub(in crate::tui) struct Transcript {
    entries: VecDeque<Entry>,
    first: u64,
    bytes: usize,
    /// The last entry is an answer that is being written.
    is_open: bool,
    /// What was noted meanwhile: it comes behind the answer, which stays whole.
    behind: Vec<Entry>,
}

impl Transcript {
    /// Adds an entry.
    pub(in crate::tui) fn push(&mut self, entry: Entry) {
        if self.is_open && matches!(entry, Entry::Note(_)) {
            self.behind.push(entry);
            return;
        }
        self.close();
        self.add(entry);
    }

    fn add(&mut self, entry: Entry) {
        self.bytes += entry.size();
        self.entries.push_back(entry);
        self.bound();
    }

    /// Takes more of an answer; `is_at_rest` if nothing of it is open, so that it may be parted here.
    pub(in crate::tui) fn write(&mut self, more: &str, is_at_rest: bool) {
        if !self.is_open {
            self.push(Entry::Answer { text: String::new(), goes_on: false });
            self.is_open = true;
        }
        self.bytes += more.len();
        let Some(Entry::Answer { text, .. }) = self.entries.back_mut() else { return };
        text.push_str(more);
        if is_at_rest && text.len() > ANSWER {
            self.entries.push_back(Entry::Answer { text: String::new(), goes_on: true });
        }
        self.bound();
    }

    /// The answer being written is void.
    pub(in crate::tui) fn discard(&mut self) {
        if !std::mem::take(&mut self.is_open) {
            return;
        }
        while let Some(Entry::Answer { text, goes_on }) = self.entries.pop_back() {
            self.bytes = self.bytes.saturating_sub(text.len());
            if !goes_on {
                break;
            }
        }
        self.close();
    }

    /// The answer being written is complete.
    pub(in crate::tui) fn close(&mut self) {
        self.is_open = false;
        for entry in std::mem::take(&mut self.behind) {
            self.add(entry);
        }
    }

    /// The number of the oldest entry that is kept.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// The number that the next entry will have.
    pub(super) fn end(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    /// An entry by its number.
    pub(super) fn get(&self, number: u64) -> Option<&Entry> {
        self.entries.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// Whether an entry may still grow.
    pub(super) fn is_growing(&self, number: u64) -> bool {
        self.is_open && number + 1 == self.end()
    }

    /// Whether anything was said in the present conversation.
    pub(super) fn has_words(&self) -> bool {
        self.present().any(|e| matches!(e, Entry::Words(_) | Entry::Answer { .. } | Entry::Tool { .. }))
    }

    /// The entries of the present conversation, oldest first.
    pub(super) fn present(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        let from = self.entries.iter().rposition(|e| *e == Entry::Beginning).unwrap_or(0);
        self.entries.range(from..)
    }

    fn bound(&mut self) {
        while self.bytes > KEPT && self.entries.len() > 1 {
            let gone = self.entries.pop_front().map_or(0, |e| e.size());
            self.bytes = self.bytes.saturating_sub(gone);
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::lang::Language;

    #[test]
    fn a_note_during_an_answer_comes_behind_it_and_the_answer_can_still_be_void() {
        let note = || Entry::Note(vec![ratatui::text::Line::raw("kept warm")]);
        let all = |transcript: &Transcript| transcript.present().cloned().collect::<Vec<_>>();
        let mut transcript = Transcript::default();
        transcript.write("one wo", false);
        transcript.push(note());
        transcript.write("rd", false);
        assert_eq!(all(&transcript), [Entry::Answer { text: "one word".into(), goes_on: false }]);
        transcript.discard();
        assert_eq!(all(&transcript), [note()]);
        transcript.write("one word", false);
        transcript.close();
        assert_eq!(all(&transcript), [note(), Entry::Answer { text: "one word".into(), goes_on: false }]);
    }

    #[test]
    fn what_is_kept_is_bounded_and_places_stay() {
        let mut transcript = Transcript::default();
        for n in 0..400 {
            transcript.push(Entry::tool(
                &n.to_string(),
                Verdict::Done,
                Duration::ZERO,
                &"line\n".repeat(20_000),
                Language::English.words(),
            ));
        }
        assert!(transcript.bytes <= KEPT && transcript.first > 0, "{}", transcript.bytes);
        let Some(Entry::Tool { title, text, .. }) = transcript.get(399) else { panic!("it is kept") };
        assert_eq!(title, "399");
        assert!(text.len() < HEAD + TAIL + 40 && text.contains("\n… +"), "{}", text.len());
        let between: usize =
            text.split("… +").nth(1).and_then(|t| t.split(' ').next()?.parse().ok()).expect("a number");
        assert_eq!(text.lines().count() - 1 + between, 20_000);
        assert!(transcript.get(transcript.first - 1).is_none());
    }

    #[test]
    fn a_second_try_takes_the_place_of_the_first() {
        let mut transcript = Transcript::default();
        transcript.push(Entry::Words("hi".into()));
        transcript.write("Half a sent", false);
        transcript.discard();
        transcript.write("Half a sentence.", false);
        transcript.close();
        assert_eq!(transcript.last_answer().as_deref(), Some("Half a sentence."));
        assert_eq!(transcript.end(), 2);
        let long = "paragraph\n\n".repeat(10_000);
        transcript.write(&long, true);
        transcript.write("rest", false);
        assert_eq!((transcript.end(), transcript.last_answer()), (4, Some(long + "rest")));
        transcript.discard();
        assert_eq!(transcript.end(), 2);
    }
}

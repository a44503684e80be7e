//! Pastes on terminals that do not say so: keys that come faster than a hand can type. Pure: time comes in.
//!
//! Such a burst is held until it is over. With an Enter between its letters it is a paste, and nothing of it sends. With
//! an Enter at its end alone it is what a script types (`tmux send-keys 'text' Enter`), and is handed on as it came.
//! A key that comes alone passes at once.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::base::Moment;

/// Keys that follow each other faster come from no hand; the fastest typists need 30 ms.
const GAP: Duration = Duration::from_millis(5);
/// A burst is over when nothing came for so long. Pastes over slow lines have pauses.
const QUIET: Duration = Duration::from_millis(20);
/// After a paste, so soon nobody presses Enter: what comes now is more of it.
const AFTER: Duration = Duration::from_millis(100);
/// More characters than a script types: a paste even without an Enter in it. Source: `docs/sources.md`, tui 4.5.
const LONG: usize = 1_000;

/// What becomes of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Passed {
    /// As it came.
    Event(Event),
    /// A paste.
    Paste(String),
}

/// Keys on their way from the terminal.
#[derive(Debug, Default)]
pub(super) struct Burst {
    /// Keys that are held, as they came.
    held: Vec<KeyEvent>,
    /// A letter was let through right before them.
    is_led: bool,
    /// When the last text key came.
    last: Option<Moment>,
    /// It was a letter, no Enter.
    was_letter: bool,
    /// When the last paste ended.
    pasted: Option<Moment>,
}

impl Burst {
    /// Takes what came together, each with its time.
    pub(super) fn take(&mut self, batch: Vec<(Moment, Event)>) -> Vec<Passed> {
        let mut out = Vec::new();
        let mut rest = batch.into_iter().peekable();
        while let Some((at, event)) = rest.next() {
            let Event::Key(key) = event else {
                out.extend(self.flush());
                out.push(Passed::Event(event));
                continue;
            };
            if key.kind == KeyEventKind::Release {
                out.push(Passed::Event(event));
                continue;
            }
            if self.is_over(at) {
                out.extend(self.flush());
            }
            if !is_text(key) {
                out.extend(self.flush());
                self.last = None;
                out.push(Passed::Event(event));
                continue;
            }
            let follows = self.last.is_some_and(|last| at.since(last) < GAP);
            let is_followed = rest.peek().is_some_and(|(next, event)| {
                matches!(event, Event::Key(k) if is_text(*k)) && next.since(at) < GAP
            });
            let is_more = self.pasted.is_some_and(|pasted| at.since(pasted) < AFTER);
            self.last = Some(at);
            // Behind single letters that were let through, an Enter alone is no paste.
            let holds =
                !self.held.is_empty() || is_followed || is_more || (follows && key.code != KeyCode::Enter);
            let was_letter = std::mem::replace(&mut self.was_letter, key.code != KeyCode::Enter);
            if holds {
                if self.held.is_empty() {
                    self.is_led = follows && was_letter;
                }
                self.held.push(key);
            } else {
                out.push(Passed::Event(event));
            }
        }
        out
    }

    /// Time passed: what is held is handed on once it is over.
    pub(super) fn tick(&mut self, now: Moment) -> Vec<Passed> {
        if self.is_over(now) { self.flush() } else { Vec::new() }
    }

    /// When to look again.
    pub(super) fn wake_at(&self) -> Option<Moment> {
        self.last.filter(|_| !self.held.is_empty()).map(|last| last.after(QUIET))
    }

    fn is_over(&self, now: Moment) -> bool {
        !self.held.is_empty() && self.last.is_none_or(|last| now.since(last) >= QUIET)
    }

    /// Hands on what is held: as a paste, or as it came.
    fn flush(&mut self) -> Vec<Passed> {
        let held = std::mem::take(&mut self.held);
        let Some(last) = self.last.filter(|_| !held.is_empty()) else { return Vec::new() };
        let is_enter = |key: &KeyEvent| key.code == KeyCode::Enter;
        let first = held.iter().position(|key| !is_enter(key)).filter(|_| !self.is_led);
        let (first, end) = (first.unwrap_or(0), held.iter().rposition(|key| !is_enter(key)).unwrap_or(0));
        let is_inside = first < end && held[first..end].iter().any(is_enter);
        let follows = self.pasted.is_some_and(|pasted| last.since(pasted) < AFTER + QUIET);
        if !is_inside && !follows && held.len() <= LONG {
            return held.into_iter().map(|key| Passed::Event(Event::Key(key))).collect();
        }
        self.pasted = Some(last);
        vec![Passed::Paste(held.into_iter().filter_map(character).collect())]
    }
}

/// Whether a paste could hold this key.
fn is_text(key: KeyEvent) -> bool {
    let held = key.modifiers - KeyModifiers::SHIFT;
    match key.code {
        KeyCode::Char('j') if held == KeyModifiers::CONTROL => true,
        KeyCode::Char(_) | KeyCode::Enter => held.is_empty(),
        KeyCode::Tab => key.modifiers.is_empty(),
        _ => false,
    }
}

fn character(key: KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char('j') if key.modifiers.contains(KeyModifiers::CONTROL) => Some('\n'),
        KeyCode::Char(c) => Some(c),
        KeyCode::Enter => Some('\n'),
        KeyCode::Tab => Some('\t'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(c: char) -> Event {
        let code = match c {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            '<' => KeyCode::Esc,
            c => KeyCode::Char(c),
        };
        Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    /// What comes out, as text: a paste in brackets.
    fn text(passed: Vec<Passed>) -> String {
        let one = |passed| match passed {
            Passed::Paste(text) => format!("[{text}]"),
            Passed::Event(Event::Key(key)) if key.code == KeyCode::Esc => "<".to_owned(),
            Passed::Event(Event::Key(key)) => character(key).into_iter().collect(),
            Passed::Event(_) => "?".to_owned(),
        };
        passed.into_iter().map(one).collect()
    }

    /// Keys that come in pieces at these milliseconds; each piece is read at once. Then time passes.
    fn typed(pieces: &[(u64, &str)]) -> String {
        let mut burst = Burst::default();
        let mut out = String::new();
        for (at, piece) in pieces {
            let at = Moment(1_000 + at);
            if let Some(wake) = burst.wake_at().filter(|wake| *wake <= at) {
                out.push_str(&text(burst.tick(wake)));
            }
            out.push_str(&text(burst.take(piece.chars().map(|c| (at, key(c))).collect())));
        }
        if let Some(wake) = burst.wake_at() {
            out.push_str(&text(burst.tick(wake)));
        }
        assert_eq!(burst.wake_at(), None, "nothing waits for ever");
        out
    }

    #[test]
    fn a_paste_without_a_word_from_the_terminal_never_sends() {
        assert_eq!(typed(&[(0, "one\ntwo\n")]), "[one\ntwo\n]");
        assert_eq!(typed(&[(0, "o"), (1, "ne\ntw"), (3, "o\n")]), "o[ne\ntwo\n]");
        assert_eq!(typed(&[(0, "o"), (1, "\ntwo\n")]), "o[\ntwo\n]");
        assert_eq!(typed(&[(0, "a\n\tb\n")]), "[a\n\tb\n]");
        assert_eq!(typed(&[(0, "one\ntwo"), (30, "\n"), (60, "three\n")]), "[one\ntwo][\n][three\n]");
        assert_eq!(typed(&[(0, &"x".repeat(1_001))]), format!("[{}]", "x".repeat(1_001)));
    }

    #[test]
    fn what_a_script_types_is_sent() {
        assert_eq!(typed(&[(0, "hello\n")]), "hello\n");
        assert_eq!(typed(&[(0, "one\n"), (25, "two\n")]), "one\ntwo\n");
        assert_eq!(typed(&[(0, "hello"), (30, "\n")]), "hello\n");
        assert_eq!(typed(&[(0, "hello"), (8, "\n")]), "hello\n");
        assert_eq!(typed(&[(0, "/st"), (1, "ats\n")]), "/stats\n");
        assert_eq!(typed(&[(0, "one\ntwo"), (200, "\n")]), "[one\ntwo]\n");
        assert_eq!(typed(&[(0, "\n1")]), "\n1", "an Enter that answers, then a digit");
    }

    #[test]
    fn a_key_that_is_no_text_ends_a_burst() {
        assert_eq!(typed(&[(0, "ab<cd\n")]), "ab<cd\n");
    }

    #[test]
    fn a_key_alone_passes_at_once() {
        let mut burst = Burst::default();
        let passed = burst.take(vec![(Moment(1_000), key('a'))]);
        assert_eq!((text(passed).as_str(), burst.wake_at()), ("a", None));
        let passed = burst.take(vec![(Moment(1_010), key('\n'))]);
        assert_eq!((text(passed).as_str(), burst.wake_at()), ("\n", None));
    }

    proptest! {
        #[test]
        fn no_hand_is_too_fast(text in "[a-z \n]{1,30}", gaps in prop::collection::vec(6_u64..200, 30)) {
            let mut at = 0;
            let mut pieces = Vec::new();
            let letters: Vec<String> = text.chars().map(String::from).collect();
            for (letter, gap) in letters.iter().zip(gaps) {
                at += gap;
                pieces.push((at, letter.as_str()));
            }
            prop_assert_eq!(typed(&pieces), text);
        }

        #[test]
        fn nothing_is_lost(pieces in prop::collection::vec((0_u64..60, "[a-c\n]{1,9}"), 0..12)) {
            let mut at = 0;
            let mut timed = Vec::new();
            for (gap, piece) in &pieces {
                at += gap;
                timed.push((at, piece.as_str()));
            }
            let out: String = typed(&timed).chars().filter(|c| !"[]".contains(*c)).collect();
            prop_assert_eq!(out, pieces.into_iter().map(|(_, piece)| piece).collect::<String>());
        }
    }
}

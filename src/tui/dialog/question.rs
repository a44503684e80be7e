//! The state of one question.

use std::time::Duration;

use super::layout::{Body, Laid};
use crate::{
    base::Moment,
    protocol::{Preview, Question, ToolCall},
    tui::{composer::Composer, diff::Compared},
};

/// How long no key may have come before a question opens, and how long Enter is ignored after that.
/// Source: `docs/sources.md`, tui 4.5.
pub(in crate::tui) const ARM_DELAY: Duration = Duration::from_millis(600);

/// One question.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Dialog {
    pub(in crate::tui) call: ToolCall,
    pub(in crate::tui) question: Question,
    /// The change it is about, cleaned and compared.
    pub(in crate::tui) compared: Option<Compared>,
    /// The rows of the last layout.
    pub(in crate::tui) body: Option<Body>,
    pub(in crate::tui) state: State,
    /// Which of the offered choices is marked.
    pub(in crate::tui) selected: usize,
    /// The first row of the preview that is shown.
    pub(in crate::tui) offset: usize,
    /// How many rows of the preview have room.
    pub(in crate::tui) room: usize,
    /// How many rows of the preview there are.
    rows: usize,
    /// How many rows of the preview were shown so far.
    seen: usize,
    /// Whether the preview was on the screen as a whole.
    pub(in crate::tui) is_seen: bool,
    /// Whether the mark was moved since the draft last changed. With a draft, Enter chooses only then.
    pub(in crate::tui) has_moved: bool,
}

/// What a question waits for.
#[derive(Clone, Debug)]
pub(in crate::tui) enum State {
    /// For the person to stop typing.
    Waiting,
    /// For an answer.
    Open {
        /// When it came to the screen.
        since: Moment,
    },
    /// For the command in its new form; the draft is kept.
    Editing {
        /// The composer as it was.
        kept: Box<Composer>,
    },
}

/// What can be answered. The digit is always the same, also where other choices are not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Choice {
    Once,
    Always,
    Edit,
    No,
}

impl Choice {
    /// The key that chooses it.
    pub(in crate::tui) fn digit(self) -> char {
        match self {
            Self::Once => '1',
            Self::Always => '2',
            Self::Edit => '3',
            Self::No => '4',
        }
    }
}

impl Dialog {
    pub(in crate::tui) fn new(call: ToolCall, question: Question) -> Self {
        let compared = match &question.preview {
            Preview::Change { diff, .. } => Some(Compared::new(diff)),
            _ => None,
        };
        Self {
            call,
            question,
            compared,
            body: None,
            rows: 0,
            state: State::Waiting,
            selected: 0,
            offset: 0,
            room: 1,
            seen: 0,
            is_seen: false,
            has_moved: false,
        }
    }

    /// What can be answered, in order.
    pub(in crate::tui) fn choices(&self) -> Vec<Choice> {
        let mut all = vec![Choice::Once];
        all.extend(self.question.remember.is_some().then_some(Choice::Always));
        all.extend(self.can_edit().then_some(Choice::Edit));
        all.push(Choice::No);
        all
    }

    /// The command it is about, if it is about one.
    pub(in crate::tui) fn command(&self) -> Option<&str> {
        match &self.question.preview {
            Preview::Command { command, .. } => Some(command),
            _ => None,
        }
    }

    /// The file as it would read, if it is about one that an editor gives back as it was. Line ends that are mixed are
    /// not: editors make them all alike.
    pub(in crate::tui) fn content(&self) -> Option<&str> {
        let Preview::Change { content, .. } = &self.question.preview else { return None };
        let ends = content.matches('\n').count();
        let dos = content.matches("\r\n").count();
        (content.matches('\r').count() == dos && (dos == 0 || dos == ends)).then_some(content)
    }

    fn can_edit(&self) -> bool {
        self.command().is_some() || self.content().is_some()
    }

    /// Whether Yes may be said. A change can be allowed unread, because the count in the title is honest.
    pub(in crate::tui) fn can_allow(&self) -> bool {
        self.is_seen || matches!(self.question.preview, Preview::Change { .. })
    }

    /// Whether it takes the screen.
    pub(in crate::tui) fn is_open(&self) -> bool {
        matches!(self.state, State::Open { .. })
    }

    /// Whether keys may choose by now.
    pub(in crate::tui) fn is_armed(&self, now: Moment) -> bool {
        matches!(self.state, State::Open { since } if now.since(since) >= ARM_DELAY)
    }

    /// Opens when no key came for long enough.
    pub(in crate::tui) fn open_if_quiet(&mut self, last_key: Moment, now: Moment) {
        if matches!(self.state, State::Waiting) && now.since(last_key) >= ARM_DELAY {
            self.state = State::Open { since: now };
        }
    }

    /// When its state changes by time alone.
    pub(in crate::tui) fn wake_at(&self, last_key: Moment, now: Moment) -> Option<Moment> {
        match self.state {
            State::Waiting => Some(last_key.after(ARM_DELAY)),
            State::Open { since } if !self.is_armed(now) => Some(since.after(ARM_DELAY)),
            _ => None,
        }
    }

    /// Moves the mark.
    pub(in crate::tui) fn select(&mut self, down: bool) {
        let many = self.choices().len();
        self.selected = if down { (self.selected + 1) % many } else { (self.selected + many - 1) % many };
        self.has_moved = true;
    }

    /// Scrolls by one screen; at the end `around` goes back to the beginning.
    pub(in crate::tui) fn scroll(&mut self, down: bool, around: bool) {
        let is_at_end = self.offset + self.room >= self.rows;
        self.offset = match (down, around && is_at_end) {
            (true, true) => 0,
            (true, false) => self.offset + self.room,
            (false, _) => self.offset.saturating_sub(self.room),
        };
    }

    /// Notes what the screen shows.
    pub(in crate::tui) fn note_shown(&mut self, laid: Laid) {
        let (rows, room) = (laid.body.rows.len(), laid.room);
        (self.rows, self.room) = (rows, room);
        self.offset = self.offset.min(rows.saturating_sub(room));
        // Only rows that follow on what was seen count, so that nothing is jumped over.
        if self.offset <= self.seen {
            self.seen = self.seen.max(self.offset + room);
        }
        self.is_seen |= self.seen >= laid.body.must;
        self.body = Some(laid.body);
    }

    /// The same call is asked about once more, maybe for another reason.
    pub(in crate::tui) fn ask_again(&mut self, question: Question) {
        let state = std::mem::replace(&mut self.state, State::Waiting);
        *self = Self { state, ..Self::new(self.call.clone(), question) };
    }

    /// The rows are broken anew; what was seen so far is counted again, unless it was all.
    pub(in crate::tui) fn forget_seen(&mut self) {
        (self.seen, self.offset) = (0, 0);
    }
}

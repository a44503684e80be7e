//! The draft is kept while it is written, so that it survives whatever ends the program: when the keys rest, and every few
//! seconds while they do not.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    time::Duration,
};

use super::{
    model::Model,
    msg::{Cmd, Msg},
};
use crate::{
    base::Moment,
    protocol::{Event, Op},
};

/// So long no key came.
const REST: Duration = Duration::from_secs(1);
/// So long keys came without a rest.
const LONGEST: Duration = Duration::from_secs(5);

/// Which draft is kept, and since when it may be another one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Keeping {
    /// What is kept, by its hash; `None` when nothing is.
    kept: Option<u64>,
    /// When the draft may have changed for the first and for the last time since it was kept.
    touched: Option<(Moment, Moment)>,
}

impl Keeping {
    /// A draft is kept already.
    pub(super) fn knows(&mut self, text: &str) {
        self.kept = Some(hash(text));
    }

    /// The draft may be another one from now on.
    pub(super) fn touch(&mut self, now: Moment) {
        self.touched = Some((self.touched.map_or(now, |(first, _)| first), now));
    }

    /// When the draft has to be kept, if it may have changed.
    pub(super) fn due(&self) -> Option<Moment> {
        self.touched.map(|(first, last)| last.after(REST).min(first.after(LONGEST)))
    }

    /// Whether a text is news; it then counts as kept.
    fn takes(&mut self, text: &str) -> bool {
        let now = (!text.is_empty()).then(|| hash(text));
        self.touched = None;
        std::mem::replace(&mut self.kept, now) != now
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl Model {
    /// Notes what may have changed the draft.
    pub(super) fn watch_draft(&mut self, msg: &Msg) {
        let may_change = match msg {
            Msg::Key(_) | Msg::Paste(_) | Msg::Edited(..) => true,
            Msg::Agent(event) => {
                matches!(**event, Event::TurnEnded { .. } | Event::Rewound { .. } | Event::Desk(_))
            }
            _ => false,
        };
        if may_change {
            self.keeping.touch(self.now);
        }
    }

    /// Keeps the draft if it is time to. One that was sent or cleared is forgotten at once.
    pub(super) fn keep_in_time(&mut self, cmds: &mut Vec<Cmd>) {
        let is_nothing = self.composer.is_empty() && self.queue.is_empty();
        if is_nothing && self.keeping.kept.is_none() {
            self.keeping.touched = None;
        }
        let is_gone = self.keeping.kept.is_some() && is_nothing;
        let is_time = self.keeping.due().is_some_and(|due| self.now >= due || is_gone);
        if is_time && self.leaving.is_none() && !self.is_editing_command() {
            self.keep_draft(cmds);
        }
    }

    /// Keeps what is written and what waits, where it is not kept yet.
    pub(super) fn keep_draft(&mut self, cmds: &mut Vec<Cmd>) {
        let mut texts: Vec<String> = self.queue.iter().cloned().collect();
        let sign = if self.shell.is_open { "!" } else { "" };
        let draft = Some(self.composer.whole()).filter(|draft| !draft.trim().is_empty());
        texts.extend(draft.map(|draft| format!("{sign}{draft}")));
        let text = texts.join("\n\n");
        if self.keeping.takes(&text) {
            cmds.push(Cmd::Send(Op::KeepDraft { text }));
        }
    }
}

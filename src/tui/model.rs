//! Everything the screen knows.

use std::{collections::VecDeque, time::Duration};

use jiff::tz::TimeZone;
use ratatui::text::Line;

use super::{
    bill::Request,
    composer::Composer,
    dialog::Dialog,
    frame::Size,
    keeping::Keeping,
    key_sheet::KeySheet,
    lang::Language,
    lines::announced,
    look::{Ground, Look, Paint, Theme, Voice},
    menu::{Files, Menu},
    msg::Cmd,
    notice::Attention,
    panel::Panel,
    shell::Shell,
    transcript::{Pager, Transcript},
    work::Work,
};
use crate::{
    base::{Moment, Tokens},
    protocol::{CacheReport, Charge, Diff, Mode, SessionInfo, Todo, Totals},
};

/// How long Ctrl-C waits for the second one. Source: `docs/sources.md`, tui 4.3.
pub(super) const LEAVE_WINDOW: Duration = Duration::from_secs(2);
/// How long the agent's last word is waited for.
pub(super) const LAST_WORD: Duration = Duration::from_secs(1);

/// The state of the screen. Changed by `update` alone, shown by `view`.
#[derive(Debug)]
pub(super) struct Model {
    /// The window, however small it is. What is too small to work in shows that alone, and what is to be printed waits.
    pub(super) window: Size,
    /// What everything is laid out for: the window, or the smallest one there is room to work in.
    pub(super) size: Size,
    pub(super) look: Look,
    /// What its colours are chosen from.
    pub(super) paint: Paint,
    /// What it speaks where no language is chosen.
    pub(super) locale: Language,
    /// Whether the window is looked at.
    pub(super) attention: Attention,
    /// Words the terminal has shown while they were typed; they are not printed again.
    pub(super) echoed: Option<String>,
    /// The whole window is ours, and what was printed can be scrolled.
    pub(super) is_fullscreen: bool,
    /// The person's home folder, shown as `~`.
    pub(super) home: Option<String>,
    pub(super) started: Moment,
    pub(super) now: Moment,
    pub(super) last_key: Moment,
    pub(super) session: Option<SessionInfo>,
    pub(super) mode: Mode,
    pub(super) composer: Composer,
    /// Texts that wait for the running turn.
    pub(super) queue: VecDeque<String>,
    /// Texts that go with the next request of the running turn.
    pub(super) steers: Vec<String>,
    pub(super) work: Option<Work>,
    /// The list of things to do.
    pub(super) todos: Vec<Todo>,
    /// Questions of the agent; the first is shown.
    pub(super) dialogs: VecDeque<Dialog>,
    pub(super) menu: Menu,
    /// Which files can be named.
    pub(super) files: Files,
    /// Commands that were used, the last one first.
    pub(super) recent: Vec<&'static str>,
    /// Whether the draft is a command line for the shell.
    pub(super) shell: Shell,
    /// The key sheet, while it is open.
    pub(super) sheet: Option<KeySheet>,
    /// A list or a form under the composer.
    pub(super) panel: Option<Panel>,
    pub(super) totals: Totals,
    /// Size of the last prompt with its answer.
    pub(super) context: Tokens,
    pub(super) requests: Vec<Request>,
    /// The models that answered, by name, in the order they came.
    pub(super) models: Vec<String>,
    /// What the cache did for the newest request of this conversation.
    pub(super) cache: Option<CacheReport>,
    /// Where the person's clock hangs.
    pub(super) zone: TimeZone,
    pub(super) folded: Option<Folded>,
    /// Until when a second Ctrl-C leaves.
    pub(super) leave_until: Option<Moment>,
    /// A word about the last key, until the next one.
    pub(super) hint: Option<String>,
    /// When the program ends even if the agent does not answer.
    pub(super) leaving: Option<Moment>,
    /// The agent is gone; nothing can be asked of it.
    pub(super) is_gone: bool,
    /// The person has said something in this session.
    pub(super) has_spoken: bool,
    /// Everything that was said.
    pub(super) transcript: Transcript,
    /// The transcript on the whole screen, while it is open.
    pub(super) pager: Option<Pager>,
    /// What the person said in this conversation, the oldest first.
    pub(super) said: Vec<String>,
    /// When Esc was pressed with nothing to stop; the second one goes back.
    pub(super) escaped: Option<Moment>,
    /// Which draft is kept beside the screen.
    pub(super) keeping: Keeping,
    last: Kind,
}

/// What Ctrl-O prints.
#[derive(Clone, Debug)]
pub(super) enum Folded {
    Text { title: String, text: String },
    Change { title: String, diff: Diff },
}

/// Kinds of printed text; a blank line stands between two of different kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Nothing,
    Words,
    Answer,
    Tool,
    Note,
}

impl Model {
    pub(super) fn new(window: Size, look: Look, home: Option<String>, now: Moment) -> Self {
        Self {
            window,
            size: window.at_least(),
            look,
            paint: Paint::default(),
            locale: Language::default(),
            attention: Attention::default(),
            echoed: None,
            is_fullscreen: false,
            home,
            started: now,
            now,
            last_key: Moment(0),
            session: None,
            mode: Mode::default(),
            composer: Composer::speaking(look.words),
            queue: VecDeque::new(),
            steers: Vec::new(),
            work: None,
            todos: Vec::new(),
            dialogs: VecDeque::new(),
            menu: Menu::default(),
            files: Files::default(),
            recent: Vec::new(),
            shell: Shell::default(),
            sheet: None,
            panel: None,
            totals: Totals { charge: Charge::nothing(), ..Totals::default() },
            context: Tokens(0),
            requests: Vec::new(),
            models: Vec::new(),
            cache: None,
            zone: TimeZone::UTC,
            folded: None,
            leave_until: None,
            hint: None,
            leaving: None,
            is_gone: false,
            has_spoken: false,
            transcript: Transcript::default(),
            pager: None,
            said: Vec::new(),
            escaped: None,
            keeping: Keeping::default(),
            last: Kind::Nothing,
        }
    }

    /// Takes another size of the window. What is printed stays as it is.
    pub(super) fn fit(&mut self, window: Size) {
        (self.window, self.size) = (window, window.at_least());
        if let Some(work) = &mut self.work {
            work.answer.set_columns(self.size.columns);
        }
        self.dialogs.iter_mut().for_each(Dialog::forget_seen);
    }

    /// Takes the theme from now on. What is printed keeps its colours.
    pub(super) fn wear(&mut self, theme: Theme) {
        self.paint.theme = theme;
        self.look = self.look.repainted(self.paint);
    }

    /// The terminal told the colour of its page. Who has begun to talk keeps the colours there are.
    pub(super) fn see_page(&mut self, colour: [u8; 3]) {
        if !self.has_spoken {
            self.paint.ground = Ground::of_colour(colour);
            self.wear(self.paint.theme);
        }
    }

    /// Takes over what is the person's and not the session's.
    pub(super) fn take_from(&mut self, before: &mut Self) {
        self.composer = std::mem::take(&mut before.composer);
        self.queue = std::mem::take(&mut before.queue);
        self.zone = before.zone.clone();
        (self.paint, self.locale, self.attention) = (before.paint, before.locale, before.attention);
        self.last = before.last;
        // The session that is left forgets the draft; this one has to keep it.
        self.keeping.touch(self.now);
    }

    /// Whether words have to wait.
    pub(super) fn is_busy(&self) -> bool {
        self.work.is_some() || self.session.is_none()
    }

    /// What a row of the composer has room for, beside its sign and the caret.
    pub(super) fn composer_columns(&self) -> usize {
        self.size.columns.saturating_sub(3)
    }

    /// Prints lines beside the conversation, and records them.
    pub(super) fn print(&mut self, kind: Kind, lines: Vec<Line<'static>>, cmds: &mut Vec<Cmd>) {
        if !lines.is_empty() {
            self.transcript.note(&lines);
        }
        self.put(kind, lines, cmds);
    }

    /// Prints lines whose text is recorded already, after a blank line where another kind of text begins.
    pub(super) fn put(&mut self, kind: Kind, mut lines: Vec<Line<'static>>, cmds: &mut Vec<Cmd>) {
        if lines.is_empty() {
            return;
        }
        let is_apart = self.last != kind || matches!(kind, Kind::Words);
        let begins_blank = lines.first().is_some_and(|line| line.width() == 0);
        if is_apart && self.last != Kind::Nothing && !begins_blank {
            lines.insert(0, Line::default());
        }
        if self.look.voice == Voice::Spoken {
            lines = announced(lines, kind, is_apart, self.look.words);
        }
        self.last = kind;
        cmds.push(Cmd::Print(lines));
    }

    /// Whether anything stands above the live block.
    pub(super) fn has_printed(&self) -> bool {
        self.last != Kind::Nothing
    }

    /// A path as a person would write it.
    pub(super) fn short_path(&self, path: &str) -> String {
        match self.home.as_deref().filter(|h| !h.is_empty()).and_then(|h| path.strip_prefix(h)) {
            Some("") => "~".to_owned(),
            Some(rest) if rest.starts_with(['/', '\\']) => format!("~{rest}"),
            _ => path.to_owned(),
        }
    }

    /// When something on the screen changes although nothing happens; `None` while all stands still.
    pub(super) fn wake_at(&self) -> Option<Moment> {
        let every = |since: Moment, step: u64| {
            let gone = u64::try_from(self.now.since(since).as_millis()).unwrap_or(0) % step;
            self.now.after(Duration::from_millis(step - gone))
        };
        let step = if self.look.motion { 1_000 } else { 10_000 };
        let work = self.work.as_ref().map(|w| every(w.since, step));
        let retry = self.work.as_ref().and_then(|w| w.retry.as_ref()).map(|r| {
            let left = r.until.since(self.now).as_millis() % 1_000;
            self.now.after(Duration::from_millis(u64::try_from(left).unwrap_or(0).max(50)))
        });
        let dialog = self.dialogs.front().and_then(|d| d.wake_at(self.last_key, self.now));
        let cold = self.cache.and_then(|report| report.warm_until);
        let panel = self.panel.as_ref().and_then(|p| p.wake_at(self.now));
        let keeping = self.keeping.due();
        let search = self.files.is_searching().then(|| self.now.after(Duration::from_millis(1)));
        [keeping, search, work, retry, dialog, cold, panel, self.leave_until, self.leaving]
            .into_iter()
            .flatten()
            .filter(|at| *at > self.now)
            .min()
    }
}

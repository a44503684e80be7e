//! What happens → text. Pure: the model decides, this says what of it a person without a screen has to hear.

use std::fmt::Write as _;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::text::Line;

use crate::{
    base::{Clean, Moment},
    tui::{
        bill,
        dialog::{Choice, Dialog, lay_out},
        frame::Size,
        lang::fill,
        look::Voice,
        model::Model,
        msg::{Cmd, Msg},
        panel::Paper,
        status::status,
        update::update,
    },
};

/// How often a running turn says that it still runs. Unit: seconds. Source: `docs/sources.md`, tui 4.6.
const STILL: u64 = 10;

/// A model that is spoken instead of drawn.
pub(super) struct Speaker {
    pub(super) model: Model,
    /// What is to be written next.
    out: String,
    told: Told,
}

/// What was said already, so that it is said once.
#[derive(Debug, Default)]
struct Told {
    question: Option<String>,
    panel: Option<String>,
    hint: Option<String>,
    is_leaving: bool,
    retry: Option<u32>,
    queued: usize,
    still: u64,
    /// A prompt stands at the end of what was written, and nothing behind it.
    has_prompt: bool,
}

impl Speaker {
    pub(super) fn new(model: Model) -> Self {
        Self { model, out: String::new(), told: Told::default() }
    }

    /// Takes what is to be written.
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.out)
    }

    /// Writes a line.
    pub(super) fn say(&mut self, text: &str) {
        if std::mem::take(&mut self.told.has_prompt) {
            self.out.push('\n');
        }
        let plain = |c: char| match c {
            '─' | '━' => '-',
            '│' | '┃' => '|',
            '\u{2500}'..='\u{259f}' => '+',
            c if c.is_control() => '\u{fffd}',
            c => c,
        };
        self.out.extend(text.trim_end().chars().map(plain));
        self.out.push('\n');
    }

    fn say_lines<'a>(&mut self, lines: impl IntoIterator<Item = &'a Line<'static>>) {
        for line in lines {
            self.say(&plain(line));
        }
    }

    /// Takes something that happened; returns what is to be done about it.
    pub(super) fn hear(&mut self, msg: Msg, now: Moment) -> Vec<Cmd> {
        let cmds = self.update(msg, now);
        self.tell();
        cmds
    }

    fn update(&mut self, msg: Msg, now: Moment) -> Vec<Cmd> {
        let mut left = Vec::new();
        for cmd in update(&mut self.model, msg, now) {
            match cmd {
                Cmd::Print(lines) => self.say_lines(&lines),
                cmd => left.push(cmd),
            }
        }
        left
    }

    /// Takes a line the person wrote.
    pub(super) fn line(&mut self, line: &str, now: Moment) -> Vec<Cmd> {
        // The line itself ended the row with the prompt.
        self.told.has_prompt = false;
        let mut cmds = Vec::new();
        for msg in self.read(line, now) {
            cmds.extend(self.update(msg, now));
        }
        self.tell();
        cmds
    }

    /// The keys that a line stands for.
    fn read(&mut self, line: &str, now: Moment) -> Vec<Msg> {
        let line = Clean::new(line).into_string();
        if let Some(key) = named(line.trim()) {
            return vec![key];
        }
        if self.model.dialogs.front().is_some_and(Dialog::is_open) {
            return self.answer(line.trim(), now);
        }
        if let Some(panel) = &self.model.panel
            && !line.starts_with('/')
        {
            if !panel.takes_text() && line.trim().chars().count() > 1 {
                self.say(self.model.look.words.lines_choose);
                return Vec::new();
            }
            let is_choice = !panel.takes_text() && !line.trim().is_empty();
            let typed = line.trim().chars().map(|c| key(KeyCode::Char(c), KeyModifiers::NONE));
            let enter = (!is_choice).then(|| key(KeyCode::Enter, KeyModifiers::NONE));
            return typed.chain(enter).collect();
        }
        if line.trim().is_empty() && !self.model.is_editing_command() {
            return Vec::new();
        }
        self.model.composer.set(&line);
        // The terminal has shown the words already.
        self.model.echoed = (!self.model.is_busy()).then(|| line.clone());
        vec![key(KeyCode::Enter, KeyModifiers::NONE)]
    }

    /// A number, for the open question; behind it words for the model, or the command in its other form.
    fn answer(&mut self, line: &str, now: Moment) -> Vec<Msg> {
        let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let Some(dialog) = self.model.dialogs.front() else { return Vec::new() };
        // Nobody can have read it by now.
        let choices = if dialog.is_armed(now) { dialog.choices() } else { Vec::new() };
        let mut digit = first.chars().filter(|_| first.chars().count() == 1);
        let Some(choice) = digit.next().and_then(|c| choices.into_iter().find(|known| known.digit() == c))
        else {
            self.say(self.model.look.words.lines_number);
            return Vec::new();
        };
        let enter = key(KeyCode::Enter, KeyModifiers::NONE);
        match choice {
            Choice::No => {
                self.model.composer.set(rest);
                vec![key(KeyCode::Esc, KeyModifiers::NONE)]
            }
            Choice::Edit if !rest.is_empty() => {
                let all = key(KeyCode::Char('u'), KeyModifiers::CONTROL);
                vec![key(KeyCode::Char('3'), KeyModifiers::NONE), all, Msg::Paste(rest.to_owned()), enter]
            }
            other => vec![key(KeyCode::Char(other.digit()), KeyModifiers::NONE)],
        }
    }

    /// Says what changed and was not printed.
    fn tell(&mut self) {
        self.tell_question();
        self.tell_panel();
        let words = self.model.look.words;
        if self.model.hint != self.told.hint {
            self.told.hint.clone_from(&self.model.hint);
            if let Some(hint) = self.told.hint.clone() {
                self.say(&format!("{}{hint}", words.spoken_warning));
            }
        }
        let is_leaving = self.model.leave_until.is_some();
        if is_leaving && !self.told.is_leaving {
            self.say(&crate::tui::view::leave_again(&self.model));
        }
        self.told.is_leaving = is_leaving;
        self.tell_work();
        let is_free = !self.model.is_busy() && self.model.dialogs.is_empty() && self.model.leaving.is_none();
        if is_free && !self.told.has_prompt && !self.model.is_gone {
            self.prompt();
        }
    }

    /// The numbers, then the place to write.
    fn prompt(&mut self) {
        let words = self.model.look.words;
        if self.model.panel.is_none() {
            let now = plain(&status(&self.model, self.model.size.columns));
            self.say(&format!("({now})"));
        }
        self.out.push_str(if self.model.look.voice == Voice::Spoken { words.spoken_you } else { "> " });
        self.told.has_prompt = true;
    }

    fn tell_question(&mut self) {
        let words = self.model.look.words;
        let open =
            self.model.dialogs.front().filter(|dialog| dialog.is_open() || self.model.is_editing_command());
        let now =
            open.map(|dialog| format!("{}{}", dialog.call.id.as_str(), self.model.is_editing_command()));
        if now == self.told.question {
            return;
        }
        self.told.question = now;
        let Some(dialog) = open else { return };
        if self.model.is_editing_command() {
            let command = dialog.command().unwrap_or_default().to_owned();
            self.say(&format!("$ {command}"));
            return self.say(words.editing_command);
        }
        let size = Size { columns: self.model.size.columns, rows: usize::MAX };
        let laid = lay_out(dialog, "", 0, size, self.model.look, self.model.now);
        self.say(&format!("{}{}", words.spoken_approval, laid.title));
        self.say_lines(laid.body.rows.iter());
        self.say_lines(&laid.facts);
        for choice in &laid.choices {
            self.say(plain(choice).trim_start_matches(['›', ' ']));
        }
        self.say(words.lines_number);
    }

    fn tell_panel(&mut self) {
        let words = self.model.look.words;
        let Model { size, look, now, .. } = self.model;
        let rows = self.model.panel.as_ref().map(|panel| {
            let own = self.model.session.as_ref().map(|s| &s.id);
            panel.rows(Paper { size, columns: size.columns, look, now }, own, |path| {
                self.model.short_path(path)
            })
        });
        let text = rows.map(|rows| {
            let mut text = rows.title.clone();
            for row in &rows.body {
                let row = plain(row);
                // A picture of a code is nothing to read aloud, and an empty row nothing to wait for.
                if !row.trim().is_empty() && !row.contains(['▀', '▄', '█']) {
                    let _ = write!(text, "\n{}", row.trim_start_matches(['›', ' ']));
                }
            }
            text
        });
        // What only counts down is not said again.
        let lasting =
            text.as_ref().map(|text| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>());
        if lasting == self.told.panel {
            return;
        }
        self.told.panel = lasting;
        if let Some(text) = text {
            text.lines().for_each(|line| self.say(line));
            self.say(words.lines_choose);
        }
    }

    fn tell_work(&mut self) {
        let words = self.model.look.words;
        let queued = self.model.queue.len();
        if queued > self.told.queued && self.model.work.is_some() {
            self.say(&fill(words.lines_queued, &[("n", &queued.to_string())]));
        }
        self.told.queued = queued;
        let Some(work) = &self.model.work else {
            (self.told.still, self.told.retry) = (0, None);
            return;
        };
        let retry = work.retry.as_ref().map(|retry| retry.attempt);
        if retry != self.told.retry {
            let rows = work.retry.as_ref().map(|retry| self.model.retry_rows(retry)).unwrap_or_default();
            self.told.retry = retry;
            self.say_lines(&rows);
        }
        let Some(work) = &self.model.work else { return };
        let gone = self.model.now.since(work.since);
        if self.model.dialogs.is_empty() && gone.as_secs() / STILL > self.told.still {
            self.told.still = gone.as_secs() / STILL;
            self.say(&fill(words.lines_still, &[("time", &bill::clock(gone))]));
        }
    }
}

fn plain(line: &Line<'_>) -> String {
    line.spans.iter().map(|span| span.content.as_ref()).collect()
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Msg {
    Msg::Key(KeyEvent::new(code, modifiers))
}

/// The key that a word names: what the screen calls `Esc` can be written here.
fn named(word: &str) -> Option<Msg> {
    let word = word.to_ascii_lowercase();
    if let Some(letter) = word.strip_prefix("ctrl-") {
        let mut letters = letter.chars();
        let letter = letters.next().filter(|c| c.is_ascii_lowercase() && letters.next().is_none())?;
        return Some(key(KeyCode::Char(letter), KeyModifiers::CONTROL));
    }
    let code = match word.as_str() {
        "esc" => KeyCode::Esc,
        "shift-tab" => KeyCode::BackTab,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        _ => return None,
    };
    Some(key(code, KeyModifiers::NONE))
}

//! What happened → what changes and what is to be done. Pure: time comes in.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::{
    composer::{Edit, VimKey},
    dialog::{Dialog, lay_out},
    editor::{Edited, Errand, Page},
    keys::{Action, Meaning, meaning},
    model::{LAST_WORD, LEAVE_WINDOW, Model},
    msg::{Cmd, Msg},
    transcript::Pager,
    view::DRAFT_ROWS,
};
use crate::{
    base::{Clean, Moment},
    protocol::Op,
};

/// Takes one message.
pub(super) fn update(model: &mut Model, msg: Msg, now: Moment) -> Vec<Cmd> {
    let mut cmds = Vec::new();
    model.now = now;
    model.watch_draft(&msg);
    match msg {
        Msg::Key(key) if key.kind == KeyEventKind::Release => return cmds,
        Msg::Key(key) => model.key(key, &mut cmds),
        Msg::Paste(text) => model.paste(&text),
        Msg::Resize(window) => {
            model.fit(window);
            // Also where it is the size it was: what happened to the rows in between, nobody knows.
            cmds.push(Cmd::Redraw);
        }
        Msg::Focus(is_here) => model.attention.is_away = !is_here,
        Msg::Page(colour) => model.see_page(colour),
        Msg::Agent(event) => model.hear(*event, &mut cmds),
        Msg::Resumed => model.begin_again(&mut cmds),
        Msg::Gone => {
            model.is_gone = true;
            cmds.push(Cmd::Quit);
        }
        Msg::Edited(Errand::Question, edited) => model.question_edited(edited, &mut cmds),
        Msg::Edited(Errand::Draft, edited) => match edited {
            Edited::Text(text) => model.composer.set(Clean::new(&text).as_str()),
            Edited::Unchanged => {}
            Edited::Failed(word) => model.hint = Some(word),
        },
        Msg::Copied(how) => model.hint = Some(how),
        Msg::Written(is_done, sentence) => model.say(&sentence, !is_done, &mut cmds),
        Msg::Edited(Errand::File, edited) => model.file_edited(edited, &mut cmds),
        Msg::Tick => {}
        Msg::Signal if model.leaving.is_some() => {}
        Msg::Signal => model.leave(&mut cmds),
    }
    model.settle(&mut cmds);
    cmds
}

impl Model {
    /// What follows from the state and the time alone.
    fn settle(&mut self, cmds: &mut Vec<Cmd>) {
        if self.leave_until.is_some_and(|until| self.now >= until) {
            self.leave_until = None;
        }
        if self.leaving.is_some_and(|until| self.now >= until) {
            cmds.push(Cmd::Quit);
        }
        self.keep_in_time(cmds);
        self.refresh_menu(cmds);
        if self.window.is_too_small() {
            return;
        }
        let (draft, below) = (self.composer.text(), DRAFT_ROWS);
        let (now, size, look, last_key) = (self.now, self.size, self.look, self.last_key);
        if let Some(dialog) = self.dialogs.front_mut().filter(|_| self.pager.is_none()) {
            dialog.open_if_quiet(last_key, now);
            if dialog.is_open() {
                let laid = lay_out(dialog, &draft, below, size, look, now);
                dialog.note_shown(laid);
            }
        }
    }

    fn key(&mut self, key: KeyEvent, cmds: &mut Vec<Cmd>) {
        self.last_key = self.now;
        self.hint = None;
        if let Some(rows) = self.scrolls(key) {
            return cmds.push(Cmd::Scroll(rows));
        }
        let meaning = meaning(key);
        let was_armed = self.leave_until.take().is_some();
        let escaped = self.escaped.take();
        match meaning {
            Meaning::Nothing => {}
            Meaning::Does(Action::Redraw) => cmds.push(Cmd::Redraw),
            Meaning::Does(Action::Suspend) => cmds.push(Cmd::Suspend),
            _ if self.pager.is_some() => self.pager_key(meaning),
            Meaning::Does(Action::Transcript) => self.pager = Some(Pager::new(self.size.columns, self.look)),
            _ if self.dialogs.front().is_some_and(Dialog::is_open) => self.dialog_key(meaning, cmds),
            _ if self.sheet.is_some() && self.sheet_key(meaning) => {}
            // Of a command line, too, Esc leaves vim's INSERT first.
            Meaning::Does(Action::Escape) if self.is_on_command_line() && self.vim_takes(key, meaning) => {}
            Meaning::Does(action) if self.is_on_command_line() && self.leaves_shell(action) => {}
            // A second Ctrl-C leaves, whatever is open.
            _ if !was_armed && self.panel.is_some() && self.panel_key(meaning, cmds) => {}
            _ if self.vim_takes(key, meaning) => self.menu.is_closed = true,
            Meaning::Text(c) if self.opens_shell(c) || self.opens_sheet(c) => {}
            Meaning::Text(c) => {
                self.join_range(c);
                self.composer.insert(c);
            }
            Meaning::Does(Action::Escape) if self.is_idle() && self.composer.is_empty() => {
                self.escape_idle(escaped);
            }
            Meaning::Does(action) => self.act(action, was_armed, cmds),
        }
    }

    /// How far a key moves the view of what was printed, where the whole window is ours.
    fn scrolls(&self, key: KeyEvent) -> Option<isize> {
        let is_free =
            self.is_fullscreen && self.panel.is_none() && !self.dialogs.front().is_some_and(Dialog::is_open);
        let page = isize::try_from(self.size.rows / 2).unwrap_or(1);
        match (key.code, key.modifiers) {
            _ if !is_free => None,
            (KeyCode::PageUp, KeyModifiers::NONE) => Some(page),
            (KeyCode::PageDown, KeyModifiers::NONE) => Some(-page),
            (KeyCode::Up, KeyModifiers::SHIFT) => Some(1),
            (KeyCode::Down, KeyModifiers::SHIFT) => Some(-1),
            _ => None,
        }
    }

    fn pager_key(&mut self, meaning: Meaning) {
        let (transcript, size) = (&self.transcript, self.size);
        if self.pager.as_mut().is_some_and(|pager| pager.key(meaning, transcript, size)) {
            self.pager = None;
        }
    }

    /// Whether a key is vim's, and it was told.
    fn vim_takes(&mut self, key: KeyEvent, meaning: Meaning) -> bool {
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        let key = match (meaning, key.code) {
            (Meaning::Text(c), _) => VimKey::Char(c),
            (_, KeyCode::Esc) => VimKey::Escape,
            (_, KeyCode::Backspace) => VimKey::Backspace,
            (_, KeyCode::Char('r' | 'R')) if is_control => VimKey::Redo,
            _ => return false,
        };
        let columns = self.composer_columns();
        self.composer.vim_key(key, columns)
    }

    fn paste(&mut self, text: &str) {
        self.last_key = self.now;
        if self.panel_paste(text) {
            return;
        }
        self.leave_path();
        self.composer.paste(text);
        if let Some(dialog) = self.dialogs.front_mut() {
            dialog.has_moved = false;
        }
    }

    /// A key that is not text, while no question is open.
    fn act(&mut self, action: Action, was_armed: bool, cmds: &mut Vec<Cmd>) {
        let columns = self.composer_columns();
        match action {
            Action::Send if self.composer.is_empty() && self.waits_for_try() => {
                cmds.push(Cmd::Send(Op::TryNow));
            }
            Action::Send if self.composer.take_backslash() => self.composer.edit(Edit::Newline),
            Action::Send => self.send(cmds),
            Action::Edit(edit) => {
                self.leave_path();
                self.composer.edit(edit);
            }
            Action::Up | Action::Down if self.menu.is_shown() => self.menu.step(action == Action::Down),
            Action::Up if self.composer.is_empty() && self.edit_queue() => {}
            Action::Up | Action::Down => self.walk(action == Action::Down, columns),
            Action::Complete if self.complete() || self.runs_in_shell() => {}
            Action::Complete => drop(self.steer(cmds)),
            Action::Escape => self.escape(cmds),
            Action::Cancel => self.cancel(was_armed, cmds),
            Action::Leave if self.composer.is_empty() && self.work.is_some() => {
                self.hint = Some(self.look.words.busy_stay.to_owned());
            }
            Action::Leave if self.composer.is_empty() => self.leave(cmds),
            Action::Leave => self.composer.edit(Edit::Delete),
            Action::NextMode => cmds.push(Cmd::Send(Op::SetMode(self.mode.next()))),
            Action::OpenFolded if self.composer.open_chip() || self.open_running(cmds) => {}
            Action::OpenFolded => self.open_folded(cmds),
            Action::Past => self.open_past(),
            Action::Editor => {
                let ending = if self.is_editing_command() { "sh" } else { "md" };
                let text = self.composer.whole();
                cmds.push(Cmd::Edit(Page { errand: Errand::Draft, text, ending }));
            }
            Action::PageUp | Action::PageDown | Action::Transcript | Action::Redraw | Action::Suspend => {}
        }
    }

    fn escape(&mut self, cmds: &mut Vec<Cmd>) {
        if self.is_editing_command() {
            return self.close_editor();
        }
        if self.menu.is_shown() {
            self.menu.is_closed = true;
        } else {
            self.stop(cmds);
        }
    }

    /// Stops what runs; what waited comes back into the composer.
    fn stop(&mut self, cmds: &mut Vec<Cmd>) {
        if let Some(work) = &mut self.work {
            work.is_stopping = true;
            cmds.push(Cmd::Send(Op::Interrupt));
        }
        self.return_queue();
    }

    fn cancel(&mut self, was_armed: bool, cmds: &mut Vec<Cmd>) {
        if self.is_editing_command() {
            self.close_editor();
        } else if self.work.is_some() {
            self.stop(cmds);
        } else if !self.composer.is_empty() {
            self.composer.clear();
        } else if was_armed {
            self.leave(cmds);
        } else {
            self.leave_until = Some(self.now.after(LEAVE_WINDOW));
        }
    }

    /// Asks the agent to end, and waits for its last word only a little.
    pub(super) fn leave(&mut self, cmds: &mut Vec<Cmd>) {
        if self.is_gone || self.leaving.is_some() {
            cmds.push(Cmd::Quit);
            return;
        }
        self.leaving = Some(self.now.after(LAST_WORD));
        if self.is_editing_command() {
            self.close_editor();
        }
        self.keep_draft(cmds);
        cmds.push(Cmd::Send(Op::Quit));
    }

    /// The words a session starts with.
    pub(super) fn first_prompt(&mut self, text: String) {
        if !text.trim().is_empty() {
            self.queue.push_back(text);
        }
    }
}

//! Keys while a question is open, and what is answered.

use super::{Choice, State, in_full};
use crate::{
    base::Clean,
    protocol::{Answer, Op},
    tui::{
        composer::Composer,
        editor::{Edited, Errand, Page},
        keys::{Action, Meaning},
        model::Kind,
        model::Model,
        msg::Cmd,
    },
};

impl Model {
    /// A key while a question is open.
    pub(in crate::tui) fn dialog_key(&mut self, meaning: Meaning, cmds: &mut Vec<Cmd>) {
        let (now, has_draft) = (self.now, !self.composer.is_empty());
        let Some(dialog) = self.dialogs.front_mut() else { return };
        let choices = dialog.choices();
        match meaning {
            Meaning::Text(c) => {
                let chosen = choices.iter().find(|choice| choice.digit() == c);
                if let Some(choice) = chosen.filter(|_| !has_draft && dialog.is_armed(now)) {
                    self.choose(*choice, cmds);
                } else {
                    dialog.has_moved = false;
                    self.composer.insert(c);
                }
            }
            Meaning::Does(action @ (Action::Up | Action::Down)) => dialog.select(action == Action::Down),
            Meaning::Does(Action::Complete) => dialog.scroll(true, true),
            Meaning::Does(action @ (Action::PageUp | Action::PageDown)) => {
                dialog.scroll(action == Action::PageDown, false);
            }
            Meaning::Does(Action::OpenFolded) => {
                let lines = in_full(dialog, self.size.columns, self.look);
                self.print(Kind::Note, lines, cmds);
            }
            Meaning::Does(Action::Send | Action::Editor) if !dialog.is_armed(now) => {}
            Meaning::Does(Action::Editor) => self.open_editor(cmds),
            Meaning::Does(Action::Send) if has_draft && !dialog.has_moved => {
                self.hint = Some(self.look.words.enter_after_arrow.to_owned());
            }
            Meaning::Does(Action::Send) => {
                let choice = choices.get(dialog.selected).copied().unwrap_or(Choice::No);
                self.choose(choice, cmds);
            }
            Meaning::Does(Action::Escape) => self.choose(Choice::No, cmds),
            Meaning::Does(Action::Cancel) => self.answer(Answer::No { say: String::new() }, cmds),
            Meaning::Does(Action::Edit(edit)) => {
                dialog.has_moved = false;
                self.composer.edit(edit);
            }
            Meaning::Does(_) | Meaning::Nothing => {}
        }
    }

    fn choose(&mut self, choice: Choice, cmds: &mut Vec<Cmd>) {
        let Some(dialog) = self.dialogs.front_mut() else { return };
        match choice {
            Choice::Once | Choice::Always if !dialog.can_allow() => {
                self.hint = Some(self.look.words.read_first.to_owned());
            }
            Choice::Once => self.answer(Answer::Once, cmds),
            Choice::Always => self.answer(Answer::Always, cmds),
            Choice::Edit => match dialog.command().map(str::to_owned) {
                Some(command) => self.edit_command(&command),
                None => self.open_editor(cmds),
            },
            Choice::No => {
                let say = self.composer.take().unwrap_or_default();
                self.answer(Answer::No { say }, cmds);
            }
        }
    }

    /// Puts the command into the composer; the draft is kept.
    fn edit_command(&mut self, command: &str) {
        let Some(dialog) = self.dialogs.front_mut() else { return };
        let words = self.look.words;
        let kept = Box::new(std::mem::replace(&mut self.composer, Composer::speaking(words)));
        dialog.state = State::Editing { kept };
        self.composer.set(Clean::new(command).as_str());
    }

    /// Gives the command, or the file as it would read, to the person's editor.
    fn open_editor(&mut self, cmds: &mut Vec<Cmd>) {
        let Some(dialog) = self.dialogs.front() else { return };
        let page = match (dialog.command(), dialog.content()) {
            (Some(command), _) => Some((command, "sh")),
            (None, content) => content.map(|content| (content, "txt")),
        };
        let errand = Errand::Question;
        cmds.extend(page.map(|(text, ending)| Cmd::Edit(Page { errand, text: text.to_owned(), ending })));
    }

    /// The editor is done. A command is shown once more before it runs; a file is written as it was saved, and one
    /// that was not changed is still to be answered.
    pub(in crate::tui) fn question_edited(&mut self, edited: Edited, cmds: &mut Vec<Cmd>) {
        let now = self.now;
        let Some(dialog) = self.dialogs.front_mut().filter(|dialog| dialog.is_open()) else { return };
        dialog.state = State::Open { since: now };
        match edited {
            Edited::Failed(word) => self.hint = Some(word),
            Edited::Unchanged => {}
            Edited::Text(text) if dialog.command().is_some() => self.edit_command(&text),
            Edited::Text(text) => {
                let is_other = dialog.content().is_some_and(|content| content.replace("\r\n", "\n") != text);
                if is_other {
                    self.answer(Answer::Rewritten { content: text }, cmds);
                }
            }
        }
    }

    fn answer(&mut self, answer: Answer, cmds: &mut Vec<Cmd>) {
        if let Some(dialog) = self.dialogs.pop_front() {
            cmds.push(Cmd::Send(Op::Answer { call: dialog.call.id, answer }));
        }
    }

    pub(in crate::tui) fn is_editing_command(&self) -> bool {
        self.dialogs.front().is_some_and(|d| matches!(d.state, State::Editing { .. }))
    }

    /// Runs the command as it was edited; the draft comes back.
    pub(in crate::tui) fn run_edited(&mut self, cmds: &mut Vec<Cmd>) {
        let command = self.composer.clear();
        if command.trim().is_empty() {
            return self.close_editor();
        }
        self.restore_draft();
        self.answer(Answer::Edited { command }, cmds);
    }

    /// Goes back to the question; the draft comes back.
    pub(in crate::tui) fn close_editor(&mut self) {
        self.restore_draft();
        let now = self.now;
        if let Some(dialog) = self.dialogs.front_mut() {
            dialog.state = State::Open { since: now };
        }
    }

    fn restore_draft(&mut self) {
        if let Some(dialog) = self.dialogs.front_mut()
            && let State::Editing { kept } = std::mem::replace(&mut dialog.state, State::Waiting)
        {
            self.composer = *kept;
        }
    }
}

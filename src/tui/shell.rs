//! Commands of the person's own: `!` in an empty draft makes it a command line until Esc.

use super::{composer::Edit, model::Model, msg::Cmd, panel::Panel};
use crate::protocol::Op;

/// The command line for the shell.
#[derive(Clone, Debug, Default)]
pub(super) struct Shell {
    /// The draft is one, until Esc.
    pub(super) is_open: bool,
    /// What it was when a walk through the past began.
    pub(super) draft: Option<String>,
}

impl Model {
    /// Whether the draft is a command line for the shell: the sign was typed, or a line from the past begins with it.
    pub(super) fn runs_in_shell(&self) -> bool {
        !self.is_editing_command() && (self.shell.is_open || self.composer.text().starts_with('!'))
    }

    /// Whether the draft is a command line until Esc, and keys go to it.
    pub(super) fn is_on_command_line(&self) -> bool {
        self.shell.is_open && !self.panel.as_ref().is_some_and(Panel::takes_text)
    }

    /// Whether a typed sign opens the command line; nothing of it goes into the draft.
    pub(super) fn opens_shell(&mut self, sign: char) -> bool {
        let opens =
            sign == '!' && !self.shell.is_open && self.composer.is_empty() && !self.is_editing_command();
        self.shell.is_open |= opens;
        opens
    }

    /// Leaves the command line if this key does so: Esc while nothing runs, Backspace on an empty one.
    pub(super) fn leaves_shell(&mut self, action: super::keys::Action) -> bool {
        use super::keys::Action as A;
        let leaves = self.shell.is_open
            && match action {
                A::Escape => self.work.is_none(),
                A::Edit(Edit::Backspace) => self.composer.is_empty(),
                _ => false,
            };
        self.shell.is_open &= !leaves;
        leaves
    }

    /// Goes one row up or down in the draft. A text of the past is what it was: words, or a command line.
    pub(super) fn walk(&mut self, is_down: bool, columns: usize) {
        let before = self.composer.text();
        if is_down {
            self.composer.down(columns);
        } else {
            self.composer.up(columns);
        }
        let now = self.composer.text();
        if now == before {
            return;
        }
        if self.shell.is_open {
            self.shell.draft = Some(before);
            self.shell.is_open = false;
        } else if self.shell.draft.as_ref() == Some(&now) {
            self.shell.draft = None;
            self.shell.is_open = true;
        }
    }

    /// Runs the draft in the shell.
    pub(super) fn run_in_shell(&mut self, cmds: &mut Vec<Cmd>) {
        let words = self.look.words;
        let whole = self.composer.whole();
        // With the sign already shown, a second one is part of the line only as the shell writes it: `! grep …`.
        let line = match whole.strip_prefix('!') {
            Some(rest) if !self.shell.is_open || !rest.starts_with(char::is_whitespace) => rest,
            _ => whole.as_str(),
        };
        let line = line.trim().to_owned();
        if line.is_empty() {
            return;
        }
        if self.session.is_none() {
            self.hint = Some(words.shell_not_yet.to_owned());
        } else if self.work.is_some() {
            self.hint = Some(words.shell_busy.to_owned());
        } else {
            self.shell.draft = None;
            let text = format!("!{line}");
            self.composer.set(&text);
            self.composer.take();
            let mut work = self.new_work();
            work.is_own = true;
            self.work = Some(work);
            cmds.push(Cmd::Send(Op::KeepPast { text }));
            cmds.push(Cmd::Send(Op::Shell { command: line }));
        }
    }

    /// A command of the person's own has ended: what waited is sent.
    pub(super) fn end_own(&mut self, cmds: &mut Vec<Cmd>) {
        self.files.may_have_changed();
        if self.work.as_ref().is_some_and(|work| work.is_own) {
            self.work = None;
            self.send_next(cmds);
        }
    }
}

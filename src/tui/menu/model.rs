//! The open menu: what fits, which row is marked, what a key does to it.

use super::{commands, meant::is_meant, topic::Topic};
use crate::{
    protocol::{FileList, Op, Query, write_mention},
    tui::{
        commands::{self as table, Arguments, Choice, Command},
        composer::Edit,
        model::Model,
        msg::Cmd,
    },
};

/// The menu below the composer.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about what is being written")]
pub(in crate::tui) struct Menu {
    pub(super) topic: Option<Topic>,
    pub(super) entries: Vec<Entry>,
    /// How many fit; more than there are entries where not all are kept.
    pub(super) total: usize,
    pub(super) selected: usize,
    /// The person chose a row by moving to it.
    has_moved: bool,
    /// What is typed begins words of the first path and is not all of it.
    is_meant: bool,
    /// The person closed it for what is being written.
    pub(in crate::tui) is_closed: bool,
    /// A path was just completed, with a blank behind it.
    has_completed: bool,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry {
    /// A command, and the other name it was found by.
    Command(&'static Command, Option<&'static str>),
    /// A word that may follow a command.
    Choice(&'static Choice),
    /// The file or folder with this number in the list.
    File(u32),
}

impl Menu {
    /// Whether rows are shown, so that keys go to them.
    pub(in crate::tui) fn is_shown(&self) -> bool {
        !self.is_closed && !self.entries.is_empty()
    }

    /// The marked row: what Enter takes. Behind a command that works without a word none is, until one was typed or moved
    /// to; of files none is while what is typed may be something else than a path.
    pub(super) fn marked(&self) -> Option<usize> {
        let is_open = match &self.topic {
            Some(Topic::Choice { typed, .. }) => typed.is_empty(),
            Some(Topic::File { .. }) => !self.is_meant,
            _ => false,
        };
        (!is_open || self.has_moved).then_some(self.selected)
    }

    /// Marks the next row or the one before.
    pub(in crate::tui) fn step(&mut self, is_down: bool) {
        let many = self.entries.len().max(1);
        let at = self.marked();
        self.has_moved = true;
        self.selected = match (at, is_down) {
            (None, true) => 0,
            (None, false) => many - 1,
            (Some(at), true) => (at + 1) % many,
            (Some(at), false) => (at + many - 1) % many,
        };
    }
}

impl Model {
    /// Brings the menu up to what is written. Looks at one piece of a large list of files.
    pub(in crate::tui) fn refresh_menu(&mut self, cmds: &mut Vec<Cmd>) {
        let is_words = !self.is_editing_command() && !self.runs_in_shell();
        let draft = self.composer.text();
        let topic = is_words.then(|| Topic::read(&draft, self.composer.before_caret())).flatten();
        let is_same = topic == self.menu.topic;
        if !is_same {
            let goes_on =
                topic.as_ref().zip(self.menu.topic.as_ref()).is_some_and(|(new, old)| new.goes_on(old));
            self.menu.is_closed &= goes_on;
            (self.menu.selected, self.menu.has_moved) = (0, false);
            if !goes_on {
                self.menu.entries.clear();
            }
        }
        self.menu.topic = topic;
        match self.menu.topic.clone() {
            Some(Topic::File { query, .. }) if !self.menu.is_closed => self.refresh_files(&query, cmds),
            Some(Topic::Command { typed }) if !is_same => {
                let found = commands::fitting(&typed, &self.recent);
                self.fill_menu(
                    found.into_iter().map(|(command, also)| Entry::Command(command, also)).collect(),
                );
            }
            Some(Topic::Choice { command, typed }) if !is_same => {
                let all = match table::named(command).map(|command| command.arguments) {
                    Some(Arguments::OneOf(all)) => all,
                    _ => &[],
                };
                let found = commands::choices(all, &typed);
                // A word that is there in full needs no menu.
                let is_whole = found.first().is_some_and(|choice| choice.name == typed);
                let found = if is_whole { Vec::new() } else { found };
                self.fill_menu(found.into_iter().map(Entry::Choice).collect());
            }
            Some(_) => {}
            None => self.menu.entries.clear(),
        }
    }

    fn fill_menu(&mut self, entries: Vec<Entry>) {
        (self.menu.total, self.menu.entries) = (entries.len(), entries);
    }

    fn refresh_files(&mut self, query: &str, cmds: &mut Vec<Cmd>) {
        if !self.is_gone && self.files.asks(self.now) {
            cmds.push(Cmd::Send(Op::Query(Query::Files)));
        }
        self.files.search(query);
        // Until it is finished the rows of the word before stay.
        if self.files.go_on() {
            self.show_found();
        }
    }

    fn show_found(&mut self) {
        let (found, total) = self.files.found();
        self.menu.entries = found.into_iter().map(Entry::File).collect();
        self.menu.total = total;
        let first = match self.menu.entries.first() {
            Some(Entry::File(number)) => self.files.path(*number),
            _ => "",
        };
        self.menu.is_meant =
            matches!(&self.menu.topic, Some(Topic::File { query, .. }) if is_meant(query, first));
        self.menu.selected = self.menu.selected.min(self.menu.entries.len().saturating_sub(1));
    }

    /// Takes a list of files; the marked one stays marked.
    pub(in crate::tui) fn take_files(&mut self, list: FileList) {
        let marked = match self.menu.entries.get(self.menu.selected) {
            Some(Entry::File(number)) if self.menu.has_moved => self.files.path(*number).to_owned(),
            _ => String::new(),
        };
        if !self.files.take(list, self.now) {
            return;
        }
        self.menu.entries.clear();
        let Some(Topic::File { query, .. }) = &self.menu.topic else { return };
        self.files.search(query);
        if !marked.is_empty() {
            self.finish_search();
            let is_it = |entry: &Entry| matches!(entry, Entry::File(n) if self.files.path(*n) == marked);
            self.menu.selected = self.menu.entries.iter().position(is_it).unwrap_or(0);
        }
    }

    /// Ends a search at once: what is taken must fit what is written.
    fn finish_search(&mut self) {
        if matches!(self.menu.topic, Some(Topic::File { .. })) && self.files.is_known() {
            while !self.files.go_on() {}
            self.show_found();
        }
    }

    /// Completes with the marked row; returns whether there was one.
    pub(in crate::tui) fn complete(&mut self) -> bool {
        if !self.menu.is_shown() {
            return false;
        }
        self.finish_search();
        let at = self.menu.marked().unwrap_or(0);
        let (Some(entry), Some(topic)) = (self.menu.entries.get(at).copied(), self.menu.topic.clone()) else {
            return false;
        };
        match (entry, topic) {
            (Entry::Command(command, _), _) => self.composer.set(&format!("/{} ", command.name)),
            (Entry::Choice(choice), Topic::Choice { command, .. }) => {
                self.composer.set(&format!("/{command} {}", choice.name));
            }
            (Entry::File(number), Topic::File { length, .. }) => self.complete_file(number, length),
            _ => return false,
        }
        true
    }

    fn complete_file(&mut self, number: u32, length: usize) {
        let path = self.files.path(number).to_owned();
        let mut text = write_mention(&path);
        // Behind a folder one goes on; behind a file a word ends.
        let is_folder = path.ends_with('/');
        let has_blank = self.composer.after_caret().starts_with(char::is_whitespace);
        self.menu.has_completed = !is_folder && !has_blank;
        if self.menu.has_completed {
            text.push(' ');
        }
        self.composer.replace_before(length, &text);
    }

    /// What Enter does with the menu: a path that is marked is completed and nothing sent; a command is put in full and may
    /// run.
    /// Returns whether that is all.
    pub(in crate::tui) fn take_marked(&mut self) -> bool {
        if !self.menu.is_shown() {
            return false;
        }
        if matches!(self.menu.topic, Some(Topic::File { .. })) {
            self.finish_search();
            return self.menu.marked().is_some() && self.complete();
        }
        match self.menu.marked().and_then(|at| self.menu.entries.get(at)) {
            Some(Entry::Command(command, _)) => self.composer.set(&format!("/{}", command.name)),
            Some(Entry::Choice(_)) => drop(self.complete()),
            _ => {}
        }
        false
    }

    /// A `:` right behind a completed path belongs to it: lines follow.
    pub(in crate::tui) fn join_range(&mut self, sign: char) {
        if std::mem::take(&mut self.menu.has_completed) && sign == ':' {
            self.composer.edit(Edit::Backspace);
        }
    }

    /// A key that is no text came: what is typed next is not part of the path before.
    pub(in crate::tui) fn leave_path(&mut self) {
        self.menu.has_completed = false;
    }

    /// A command was used: it stands first in the list.
    pub(in crate::tui) fn used(&mut self, name: &'static str) {
        self.recent.retain(|other| *other != name);
        self.recent.insert(0, name);
    }

    /// Whether files are being looked for and none can be shown yet.
    pub(super) fn is_looking(&self) -> bool {
        matches!(self.menu.topic, Some(Topic::File { .. })) && !self.menu.is_closed && !self.files.is_known()
    }
}

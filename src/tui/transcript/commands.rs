//! `/copy` and `/export`.

use super::export::target;
use crate::{
    base::{Clean, Moment},
    tui::{lang::fill, model::Model, msg::Cmd},
};

impl Model {
    pub(in crate::tui) fn copy(&mut self, arguments: &str, cmds: &mut Vec<Cmd>) {
        let words = self.look.words;
        let (text, missing) = match arguments {
            "" => (self.transcript.last_answer(), words.nothing_said),
            "code" => (self.transcript.last_code(), words.no_code),
            "all" => (self.conversation(), words.nothing_said),
            _ => (None, words.copy_what),
        };
        match text {
            // What is pasted into a shell must hold nothing that acts there.
            Some(text) => cmds.push(Cmd::Copy(Clean::new(&text).into_string())),
            None => self.hint = Some(missing.to_owned()),
        }
    }

    pub(in crate::tui) fn export(&mut self, arguments: &str, cmds: &mut Vec<Cmd>) {
        let Some(text) = self.conversation() else {
            self.hint = Some(self.look.words.nothing_said.to_owned());
            return;
        };
        let usual = format!("qwen-{}.md", self.stamp(self.now));
        let root = self.session.as_ref().map_or(".", |s| s.root.as_str());
        let target = target(arguments, &usual, root, self.home.as_deref());
        cmds.push(Cmd::Write(target, Clean::new(&text).into_string()));
    }

    /// The conversation as Markdown, if anything was said.
    fn conversation(&self) -> Option<String> {
        let place = self.session.as_ref().map(|s| self.short_path(&s.root)).unwrap_or_default();
        let title = fill(self.look.words.export_title, &[("place", &place)]);
        self.transcript.has_words().then(|| self.transcript.markdown(&title, self.look.words))
    }

    /// `20261121-163345`, where the person is.
    fn stamp(&self, at: Moment) -> String {
        let stamp = i64::try_from(at.0).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
        stamp.map_or_else(String::new, |stamp| {
            stamp.to_zoned(self.zone.clone()).strftime("%Y%m%d-%H%M%S").to_string()
        })
    }
}

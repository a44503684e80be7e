//! What changes while the screen is open: its settings, and the session it shows.

use ratatui::text::Line;

use super::{
    bill::summary,
    lang::fill,
    look::Theme,
    model::{Kind, Model},
    msg::Cmd,
};
use crate::base::Clean;

/// Changes the screen to the value of a setting.
type Apply = fn(&mut Model, &str);

/// The settings of the screen that count at once, and what each changes. Their rows in the table of settings say so,
/// too.
const LIVE: &[(&str, Apply)] = &[("ui.theme", |model, value| {
    if let Some(theme) = Theme::named(value) {
        model.wear(theme);
    }
})];

impl Model {
    /// Applies a setting that counts at once; `value` is as a person writes it. One that is not the screen's changes
    /// nothing here.
    pub(super) fn apply_setting(&mut self, name: &str, value: &str) {
        if let Some((_, apply)) = LIVE.iter().find(|(known, _)| *known == name) {
            apply(self, value);
        }
    }

    /// Another session takes the place of this one: what belongs to the person stays, the rest begins anew.
    pub(super) fn begin_again(&mut self, cmds: &mut Vec<Cmd>) {
        self.part(cmds);
        let mut next = Self::new(self.size, self.look, self.home.take(), self.now);
        next.last_key = self.last_key;
        next.take_from(self);
        *self = next;
    }

    /// Says goodbye to the session, if anything was said in it.
    fn part(&mut self, cmds: &mut Vec<Cmd>) {
        let Some(session) = self.session.as_ref().filter(|_| self.has_spoken) else { return };
        let id = Clean::line(session.id.as_str()).into_string();
        let lasted = self.now.since(self.started);
        let mut lines = summary(&self.totals, lasted, self.size.columns, self.look);
        lines.push(Line::raw(fill(self.look.words.session_left, &[("session", &id)])));
        self.print(Kind::Note, lines, cmds);
    }
}

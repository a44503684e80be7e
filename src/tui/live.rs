//! What changes while the screen is open: its settings, and the session it shows.

use ratatui::text::Line;

use super::{
    bill::summary,
    lang::{Language, fill},
    look::Theme,
    model::{Kind, Model},
    msg::Cmd,
    notice::Bell,
};
use crate::base::Clean;

/// Changes the screen to the value of a setting. The other settings that count at once are told beside it.
type Apply = fn(&mut Model, &str, &Values<'_>);

/// Settings and their values, as a person writes them.
pub(super) struct Values<'a>(pub(super) &'a [(String, String)]);

impl Values<'_> {
    fn of(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }
}

/// The settings of the screen that count at once, and what each changes. Their rows in the table of settings say so,
/// too; a test there compares them.
const LIVE: &[(&str, Apply)] = &[
    ("ui.theme", |model, value, _| {
        if let Some(theme) = Theme::named(value) {
            model.wear(theme);
        }
    }),
    ("general.language", |model, value, _| model.speak(value)),
    ("ui.motion", |model, value, _| model.look.motion = value != "false"),
    ("general.vimMode", |model, value, _| model.composer.set_vim(value == "true")),
    ("general.terminalBell", |model, _, all| model.attention.bell = bell(all)),
    ("general.notificationMode", |model, _, all| model.attention.bell = bell(all)),
];

/// Whether a change of a setting counts at once.
pub fn is_live(setting: &str) -> bool {
    LIVE.iter().any(|(name, _)| *name == setting)
}

fn bell(all: &Values<'_>) -> Bell {
    match (all.of("general.terminalBell"), all.of("general.notificationMode")) {
        ("false", _) => Bell::Never,
        (_, "task-complete") => Bell::Done,
        _ => Bell::All,
    }
}

impl Model {
    /// Applies a setting that counts at once; the values are as a person writes them. One that is not the screen's changes
    /// nothing here.
    pub(super) fn apply_setting(&mut self, name: &str, all: &Values<'_>) {
        if let Some((_, apply)) = LIVE.iter().find(|(known, _)| *known == name) {
            apply(self, all.of(name), all);
        }
    }

    /// Speaks the language that is named, or that of the locale. What is printed stays as it is.
    fn speak(&mut self, named: &str) {
        let language = if named == "auto" { self.locale } else { Language::of_locale(named) };
        self.look.words = language.words();
        self.composer.speak(self.look.words);
    }

    /// Another session takes the place of this one: what belongs to the person stays, the rest begins anew.
    pub(super) fn begin_again(&mut self, cmds: &mut Vec<Cmd>) {
        self.part(cmds);
        let mut next = Self::new(self.window, self.look, self.home.take(), self.now);
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

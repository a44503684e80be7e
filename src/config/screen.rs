//! What a person chose for the screen.

use crate::{
    auth::Vars,
    tui::{self, Bell, Language, Manner, Paint, Theme},
};

use super::{Loaded, table};

impl Loaded {
    /// For `tui`; what the terminal is like comes from the environment.
    pub fn screen(&self, env: &Vars) -> tui::Options {
        let theme = self.text(&table::THEME).and_then(|name| Theme::named(&name)).unwrap_or_default();
        let manner = if self.is_on(&table::SCREEN_READER) {
            Manner::Spoken
        } else if self.is_on(&table::FULLSCREEN) {
            Manner::Fullscreen
        } else {
            Manner::Inline
        };
        tui::Options {
            paint: Paint::of_environment(theme, |name| env.get(name).map(str::to_owned)),
            language: self.language(env),
            locale: locale(env),
            is_still: self.is_off(&table::MOTION),
            manner,
            bell: self.bell(),
            has_title: !self.is_on(&table::HIDE_TITLE),
            ..tui::Options::default()
        }
    }

    fn bell(&self) -> Bell {
        match self.text(&table::NOTIFICATIONS).as_deref() {
            _ if self.is_off(&table::BELL) => Bell::Never,
            Some("task-complete") => Bell::Done,
            _ => Bell::All,
        }
    }

    /// The language that is set, else the one of the locale.
    fn language(&self, env: &Vars) -> Language {
        match self.text(&table::LANGUAGE).as_deref() {
            None | Some("auto") => locale(env),
            Some(named) => Language::of_locale(named),
        }
    }

    /// What is told about settings of the screen that are taken for others.
    pub(super) fn note_screen(&mut self) {
        if let Some(name) = self.text(&table::THEME).filter(|name| Theme::named(name).is_none()) {
            self.notes
                .push(format!("the theme `{name}` is not known here; the terminal's page decides: `/theme`"));
        }
        let known =
            |name: &str| name == "auto" || Language::ALL.iter().any(|(_, ours)| name.starts_with(ours));
        if let Some(name) = self.text(&table::LANGUAGE).filter(|name| !known(name)) {
            self.notes.push(format!(
                "the screen does not speak `{name}`; it speaks English and Chinese (`en`, `zh`)"
            ));
        }
    }
}

/// The language of the locale.
fn locale(env: &Vars) -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| env.get(name));
    locale.map(Language::of_locale).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_says_that_it_counts_at_once_where_the_screen_changes_with_it() {
        for setting in crate::config::ALL {
            assert_eq!(setting.is_live, tui::is_live(setting.key), "{}", setting.key);
        }
    }
    use crate::config::{Flags, Paths, load};

    fn chosen(settings: &str, env: &[(&str, &str)], flags: &Flags) -> (tui::Options, Vec<String>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("user"), settings).expect("written");
        let paths = Paths { user: at("user"), project: at("p"), system: at("s"), system_defaults: at("d") };
        let env: Vars = env.iter().copied().collect();
        let loaded = load(&paths, &env, flags).expect("it is understood");
        (loaded.screen(&env), loaded.notes().to_vec())
    }

    #[test]
    fn the_language_is_the_set_one_else_the_one_of_the_locale() {
        let none = Flags::default();
        for (settings, env, expected) in [
            ("{}", &[("LANG", "zh_CN.UTF-8")][..], Language::Chinese),
            ("{}", &[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")], Language::English),
            ("{}", &[("LANG", "en_US"), ("LC_MESSAGES", "zh_TW")], Language::Chinese),
            (r#"{"general": {"language": "auto"}}"#, &[], Language::English),
            (r#"{"general": {"language": "en"}}"#, &[("LANG", "zh_CN")], Language::English),
            (r#"{"general": {"language": "zh-TW"}}"#, &[], Language::Chinese),
        ] {
            assert_eq!(chosen(settings, env, &none).0.language, expected, "{settings} {env:?}");
        }
        let flag = Flags { language: Some("zh".to_owned()), ..Flags::default() };
        assert_eq!(chosen(r#"{"general": {"language": "en"}}"#, &[], &flag).0.language, Language::Chinese);
        let (options, notes) = chosen(r#"{"general": {"language": "de"}}"#, &[], &none);
        assert_eq!(options.language, Language::English);
        assert_eq!(notes, ["the screen does not speak `de`; it speaks English and Chinese (`en`, `zh`)"]);
    }

    #[test]
    fn themes_of_qwen_code_are_understood_and_unknown_ones_are_told() {
        let theme = |settings| {
            let (options, notes) = chosen(settings, &[], &Flags::default());
            (options.paint.theme, notes.len())
        };
        assert_eq!(theme("{}"), (Theme::Auto, 0));
        assert_eq!(theme(r#"{"ui": {"theme": "Qwen Light"}}"#), (Theme::Light, 0));
        assert_eq!(theme(r#"{"ui": {"theme": "Mine"}}"#), (Theme::Auto, 1));
    }

    #[test]
    fn a_screen_reader_is_named_by_a_flag_a_variable_or_a_setting() {
        let manner = |settings, env: &[_], flags: &Flags| chosen(settings, env, flags).0.manner;
        let (none, all) =
            (Flags::default(), r#"{"ui": {"accessibility": {"screenReader": true}, "fullscreen": true}}"#);
        assert_eq!(manner("{}", &[], &none), Manner::Inline);
        assert_eq!(manner(all, &[], &none), Manner::Spoken);
        assert_eq!(manner(all, &[("QWEN_SCREEN_READER", "0")], &none), Manner::Fullscreen);
        assert_eq!(manner("{}", &[("QWEN_SCREEN_READER", "1")], &none), Manner::Spoken);
        assert_eq!(manner("{}", &[], &Flags { fullscreen: true, ..Flags::default() }), Manner::Fullscreen);
        assert_eq!(manner("{}", &[], &Flags { screen_reader: true, ..Flags::default() }), Manner::Spoken);
    }
}

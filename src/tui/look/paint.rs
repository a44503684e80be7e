//! What colours are chosen from: the person's wish, the terminal's page, and how many colours it shows.

use super::{Depth, Ground, Look, Theme};
use crate::tui::lang::Language;

/// What colours are chosen from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paint {
    /// What the person wants.
    pub theme: Theme,
    /// The terminal's page, as far as it is known.
    pub ground: Ground,
    /// How many colours there are.
    pub depth: Depth,
    /// Whether the terminal may be asked for its page: it either answers or ignores the question.
    pub can_ask: bool,
}

impl Paint {
    /// What the environment tells. The page is the one of `COLORFGBG`, else dark, until the terminal answers.
    pub fn of_environment(theme: Theme, variable: impl Fn(&str) -> Option<String>) -> Self {
        let ground = variable("COLORFGBG").and_then(|value| Ground::of_variable(&value));
        let term = variable("TERM").unwrap_or_default();
        // These show the question as text, or hand it on to a terminal whose answer comes back to another window.
        let is_deaf = ["linux", "screen", "eterm", "vt"].iter().any(|name| term.starts_with(name));
        let is_multiplexed = variable("TMUX").is_some_and(|value| !value.is_empty());
        let depth = Depth::of_environment(variable);
        Self { theme, ground: ground.unwrap_or_default(), depth, can_ask: !is_deaf || is_multiplexed }
    }

    /// Whether the answer would change anything.
    pub(in crate::tui) fn is_to_ask(self) -> bool {
        self.can_ask && self.theme == Theme::Auto && matches!(self.depth, Depth::Table | Depth::True)
    }

    /// The look that follows.
    pub(in crate::tui) fn look(self, language: Language, motion: bool) -> Look {
        Look { motion, ..Look::of(self.theme, self.ground, self.depth, language) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paint(variables: &[(&str, &str)]) -> Paint {
        let known = |name: &str| {
            variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
        };
        Paint::of_environment(Theme::Auto, known)
    }

    #[test]
    fn the_terminal_is_asked_only_where_the_answer_matters_and_the_question_does_no_harm() {
        let plain = [("TERM", "xterm-256color")];
        assert!(paint(&plain).is_to_ask());
        assert!(!Paint { theme: Theme::Dark, ..paint(&plain) }.is_to_ask());
        for quiet in [
            &[("TERM", "xterm-256color"), ("NO_COLOR", "1")][..],
            &[("TERM", "xterm")],
            &[("TERM", "linux")],
            &[("TERM", "screen-256color")],
        ] {
            assert!(!paint(quiet).is_to_ask(), "{quiet:?}");
        }
        assert!(paint(&[("TERM", "screen-256color"), ("TMUX", "/tmp/t,1,0")]).is_to_ask());
        assert_eq!(paint(&[("TERM", "xterm-256color"), ("COLORFGBG", "0;15")]).ground, Ground::Light);
    }
}

//! What is being completed: read from the draft and the caret.

use crate::{
    protocol::{read_mention, starts_mention},
    tui::commands::{self, Arguments},
};

/// What is being completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    /// The name of a command.
    Command {
        /// What stands behind the slash.
        typed: String,
    },
    /// A word that may follow a command.
    Choice {
        /// The command's name.
        command: &'static str,
        /// What stands behind it.
        typed: String,
    },
    /// A path.
    File {
        /// Where in its line the path begins, in bytes.
        at: usize,
        /// The path so far, as it is meant.
        query: String,
        /// How many characters it has as it is written.
        length: usize,
    },
}

impl Topic {
    /// Reads a draft with the text of the caret's line before the caret.
    pub(super) fn read(draft: &str, before: &str) -> Option<Self> {
        Self::of_command(draft).or_else(|| Self::of_file(before))
    }

    fn of_command(draft: &str) -> Option<Self> {
        let typed = draft.strip_prefix('/')?;
        let Some((name, typed)) = typed.split_once(' ') else {
            let is_name = !typed.contains(|c: char| c.is_whitespace() || c == '/');
            return is_name.then(|| Self::Command { typed: typed.to_owned() });
        };
        let command = commands::named(&name.to_ascii_lowercase())?;
        let has_choices = matches!(command.arguments, Arguments::OneOf(_));
        let is_word = !typed.contains(char::is_whitespace);
        (has_choices && is_word).then(|| Self::Choice { command: command.name, typed: typed.to_owned() })
    }

    fn of_file(before: &str) -> Option<Self> {
        let mut end = 0;
        for (at, _) in before.match_indices('@') {
            if at < end || !starts_mention(&before[..at]) {
                continue;
            }
            let path = &before[at + 1..];
            let written = read_mention(path);
            if written.is_open && written.behind().is_none() {
                let (query, length) = (written.text(), path.chars().count());
                return Some(Self::File { at: at + 1, query, length });
            }
            end = at + 1 + written.end;
        }
        None
    }

    /// Whether this goes on with what `other` began: more or less of the same word.
    pub(super) fn goes_on(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Command { .. }, Self::Command { .. }) => true,
            (Self::Choice { command: a, .. }, Self::Choice { command: b, .. }) => a == b,
            (Self::File { at: a, .. }, Self::File { at: b, .. }) => a == b,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(before: &str) -> Option<(String, usize)> {
        match Topic::read(before, before) {
            Some(Topic::File { query, length, .. }) => Some((query, length)),
            _ => None,
        }
    }

    #[test]
    fn a_path_is_completed_where_a_mention_may_begin() {
        assert_eq!(file("see @src/ma"), Some(("src/ma".into(), 6)));
        assert_eq!(file("看看@文"), Some(("文".into(), 1)));
        assert_eq!(file("@a\\ b"), Some(("a b".into(), 4)));
        assert_eq!(file("@\"a b"), Some(("a b".into(), 4)));
        assert_eq!(file("@"), Some((String::new(), 0)));
        for none in ["me@example", "@a.rs ", "@a.rs，", "`@a", "@\"a\"", "no"] {
            assert_eq!(file(none), None, "{none}");
        }
        assert_eq!(file("@a.rs and @b"), Some(("b".into(), 1)));
    }

    #[test]
    fn a_command_is_completed_and_then_its_words() {
        let read = |draft: &str| Topic::read(draft, draft);
        assert_eq!(read("/he"), Some(Topic::Command { typed: "he".into() }));
        let choice = Topic::Choice { command: "approval-mode", typed: "pl".into() };
        assert_eq!(read("/approval-mode pl"), Some(choice));
        assert_eq!(read("/usr/lib"), None);
        assert_eq!(read("/stats now"), None);
        assert!(matches!(read("/compress keep @sr"), Some(Topic::File { .. })));
    }

    proptest! {
        #[test]
        fn no_draft_is_too_strange(draft in "[/@!? a-c文\"\\\\:，\n-]{0,24}", cut in 0_usize..24) {
            let before: String = draft.chars().take(cut).collect();
            let line = before.rsplit('\n').next().unwrap_or_default();
            if let Some(Topic::File { at, length, .. }) = Topic::read(&draft, line) {
                prop_assert_eq!(line[at..].chars().count(), length);
            }
        }
    }
}

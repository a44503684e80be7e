//! Table: the slash commands.

use similar::get_close_matches;

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Help,
    About,
    Auth,
    Model,
    Stats,
    Cache,
    Mode,
    Plan,
    Context,
    Compress,
    Rewind,
    Clear,
    Quit,
}

/// One command.
#[derive(Debug)]
pub(super) struct Command {
    /// Its name, without the slash.
    pub(super) name: &'static str,
    /// Other names for it.
    also: &'static [&'static str],
    /// What may follow; empty if nothing.
    pub(super) arguments: &'static str,
    /// What it does, in half a sentence.
    pub(super) about: &'static str,
    /// What it does.
    pub(super) action: Action,
}

/// All commands, in the order they are shown.
pub(super) const ALL: &[Command] = &[
    Command { name: "help", also: &["?"], arguments: "", about: "keys and commands", action: Action::Help },
    Command {
        name: "approval-mode",
        also: &[],
        arguments: "plan|default|auto-edit|yolo",
        about: "what may happen without asking",
        action: Action::Mode,
    },
    Command {
        name: "plan",
        also: &[],
        arguments: "",
        about: "read only, nothing is changed",
        action: Action::Plan,
    },
    Command {
        name: "auth",
        also: &["login", "connect"],
        arguments: "",
        about: "sign in, add a key, switch accounts",
        action: Action::Auth,
    },
    Command {
        name: "model",
        also: &[],
        arguments: "[name]",
        about: "choose the model",
        action: Action::Model,
    },
    Command {
        name: "stats",
        also: &["usage"],
        arguments: "",
        about: "time, tokens and money so far",
        action: Action::Stats,
    },
    Command {
        name: "cache",
        also: &[],
        arguments: "",
        about: "what each request read from cache, and the bill",
        action: Action::Cache,
    },
    Command {
        name: "compress",
        also: &["compact", "summarize"],
        arguments: "[what to keep]",
        about: "replace the history by a summary",
        action: Action::Compress,
    },
    Command {
        name: "context",
        also: &[],
        arguments: "[refresh]",
        about: "how full the window is; read the repository anew",
        action: Action::Context,
    },
    Command {
        name: "rewind",
        also: &[],
        arguments: "[n]",
        about: "take back the last message, or the n-th last",
        action: Action::Rewind,
    },
    Command {
        name: "clear",
        also: &["new", "reset"],
        arguments: "",
        about: "start a new conversation",
        action: Action::Clear,
    },
    Command {
        name: "about",
        also: &["version"],
        arguments: "",
        about: "version, provider, session",
        action: Action::About,
    },
    Command { name: "quit", also: &["exit"], arguments: "", about: "leave", action: Action::Quit },
];

/// What a draft is.
#[derive(Debug)]
pub(super) enum Read<'a> {
    /// Words for the model. A path such as `/usr/lib is missing` is one.
    Words,
    /// A command and what follows it.
    Command(&'static Command, &'a str),
    /// A slash and a name that does not exist, with the nearest that do. Never sent to the model.
    Unknown(&'a str, Vec<&'static str>),
}

/// Reads a draft.
pub(super) fn read(draft: &str) -> Read<'_> {
    let Some(rest) = draft.trim().strip_prefix('/') else { return Read::Words };
    let (name, arguments) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    if name.contains('/') || name.starts_with('*') {
        return Read::Words;
    }
    let wanted = name.to_ascii_lowercase();
    if let Some(command) = ALL.iter().find(|c| c.name == wanted || c.also.contains(&wanted.as_str())) {
        return Read::Command(command, arguments.trim());
    }
    let names: Vec<&str> = ALL.iter().map(|c| c.name).collect();
    Read::Unknown(name, get_close_matches(&wanted, &names, 3, 0.5))
}

/// The commands that fit what is being typed: `None` unless the draft is a slash and the beginning of a name.
pub(super) fn menu(draft: &str) -> Option<Vec<&'static Command>> {
    let typed = draft.strip_prefix('/').filter(|t| !t.contains(|c: char| c.is_whitespace() || c == '/'))?;
    let typed = typed.to_ascii_lowercase();
    // A command's own name stands before another's second one.
    let (mut found, others): (Vec<_>, Vec<_>) = ALL.iter().partition(|c| c.name.starts_with(&typed));
    found.extend(others.into_iter().filter(|c| c.also.iter().any(|a| a.starts_with(&typed))));
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_there_once() {
        let names: Vec<_> = ALL.iter().flat_map(|c| c.also.iter().chain([&c.name])).collect();
        let unique: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(names.len(), unique.len());
    }

    #[test]
    fn a_wrong_name_is_answered_and_a_path_is_words() {
        assert!(matches!(read("/compres now"), Read::Unknown("compres", near) if near[0] == "compress"));
        assert!(matches!(read("/usr/lib is missing"), Read::Words));
        assert!(matches!(read("/compact the tests"), Read::Command(c, "the tests") if c.name == "compress"));
        assert_eq!(menu("/st").map(|m| m[0].name), Some("stats"));
        assert!(menu("/stats now").is_none() && menu("no").is_none());
    }
}

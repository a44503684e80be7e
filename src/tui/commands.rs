//! Table: the slash commands.

use similar::get_close_matches;

use super::lang::Sentence;

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
    Resume,
    Permissions,
    Settings,
    Memory,
    Compress,
    Copy,
    Privacy,
    Export,
    Rewind,
    Theme,
    Vim,
    Clear,
    Quit,
}

/// What a command is about. The order is that of `/help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// What was said, and what the model knows of it.
    Conversation,
    /// What may happen without asking.
    Safety,
    /// Who answers.
    Model,
    /// What it cost.
    Bill,
    /// The program itself.
    Program,
}

impl Group {
    /// All of them, each with its heading.
    pub(super) const ALL: [(Self, Sentence); 5] = [
        (Self::Conversation, |w| w.group_conversation),
        (Self::Safety, |w| w.group_safety),
        (Self::Model, |w| w.group_model),
        (Self::Bill, |w| w.group_bill),
        (Self::Program, |w| w.group_program),
    ];
}

/// What may follow a command. Every command works without, too.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arguments {
    /// Nothing.
    None,
    /// Words of the person's own; the sentence is a hint such as `[name]`.
    Free(Sentence),
    /// One of these words, which the menu completes.
    OneOf(&'static [Choice]),
}

/// A word that may follow a command.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    /// The word.
    pub(super) name: &'static str,
    /// What it does, in half a sentence.
    pub(super) about: Sentence,
}

/// One command.
#[derive(Debug)]
pub(super) struct Command {
    /// Its name, without the slash.
    pub(super) name: &'static str,
    /// Other names for it.
    pub(super) also: &'static [&'static str],
    /// What may follow.
    pub(super) arguments: Arguments,
    /// What it does, in half a sentence.
    pub(super) about: Sentence,
    /// What it is about.
    pub(super) group: Group,
    /// What it does.
    pub(super) action: Action,
}

/// All commands, in the order they are shown.
pub(super) const ALL: &[Command] = &[
    Command {
        name: "help",
        also: &["?"],
        arguments: Arguments::None,
        about: |w| w.command_help,
        group: Group::Program,
        action: Action::Help,
    },
    Command {
        name: "approval-mode",
        also: &[],
        arguments: Arguments::OneOf(&[
            Choice { name: "plan", about: |w| w.mode_plan },
            Choice { name: "default", about: |w| w.mode_default },
            Choice { name: "auto-edit", about: |w| w.mode_auto_edit },
            Choice { name: "yolo", about: |w| w.mode_yolo },
        ]),
        about: |w| w.command_approval_mode,
        group: Group::Safety,
        action: Action::Mode,
    },
    Command {
        name: "plan",
        also: &[],
        arguments: Arguments::None,
        about: |w| w.command_plan,
        group: Group::Safety,
        action: Action::Plan,
    },
    Command {
        name: "permissions",
        also: &["rules"],
        arguments: Arguments::None,
        about: |w| w.command_permissions,
        group: Group::Safety,
        action: Action::Permissions,
    },
    Command {
        name: "auth",
        also: &["login", "connect"],
        arguments: Arguments::None,
        about: |w| w.command_auth,
        group: Group::Model,
        action: Action::Auth,
    },
    Command {
        name: "model",
        also: &[],
        arguments: Arguments::Free(|w| w.hint_name),
        about: |w| w.command_model,
        group: Group::Model,
        action: Action::Model,
    },
    Command {
        name: "stats",
        also: &["usage"],
        arguments: Arguments::None,
        about: |w| w.command_stats,
        group: Group::Bill,
        action: Action::Stats,
    },
    Command {
        name: "cache",
        also: &[],
        arguments: Arguments::None,
        about: |w| w.command_cache,
        group: Group::Bill,
        action: Action::Cache,
    },
    Command {
        name: "privacy",
        also: &[],
        arguments: Arguments::Free(|w| w.hint_allow),
        about: |w| w.command_privacy,
        group: Group::Safety,
        action: Action::Privacy,
    },
    Command {
        name: "compress",
        also: &["compact", "summarize"],
        arguments: Arguments::Free(|w| w.hint_what_to_keep),
        about: |w| w.command_compress,
        group: Group::Conversation,
        action: Action::Compress,
    },
    Command {
        name: "context",
        also: &[],
        arguments: Arguments::OneOf(&[Choice { name: "refresh", about: |w| w.choice_refresh }]),
        about: |w| w.command_context,
        group: Group::Conversation,
        action: Action::Context,
    },
    Command {
        name: "memory",
        also: &[],
        arguments: Arguments::None,
        about: |w| w.command_memory,
        group: Group::Conversation,
        action: Action::Memory,
    },
    Command {
        name: "resume",
        also: &["continue", "sessions"],
        arguments: Arguments::None,
        about: |w| w.command_resume,
        group: Group::Conversation,
        action: Action::Resume,
    },
    Command {
        name: "rewind",
        also: &["rollback"],
        arguments: Arguments::Free(|w| w.hint_number),
        about: |w| w.command_rewind,
        group: Group::Conversation,
        action: Action::Rewind,
    },
    Command {
        name: "theme",
        also: &[],
        arguments: Arguments::OneOf(&[
            Choice { name: "auto", about: |w| w.theme_auto },
            Choice { name: "dark", about: |w| w.theme_dark },
            Choice { name: "light", about: |w| w.theme_light },
            Choice { name: "ansi", about: |w| w.theme_ansi },
            Choice { name: "none", about: |w| w.theme_none },
        ]),
        about: |w| w.command_theme,
        group: Group::Program,
        action: Action::Theme,
    },
    Command {
        name: "copy",
        also: &[],
        arguments: Arguments::OneOf(&[
            Choice { name: "code", about: |w| w.choice_code },
            Choice { name: "all", about: |w| w.choice_all },
        ]),
        about: |w| w.command_copy,
        group: Group::Conversation,
        action: Action::Copy,
    },
    Command {
        name: "export",
        also: &[],
        arguments: Arguments::Free(|w| w.hint_file),
        about: |w| w.command_export,
        group: Group::Conversation,
        action: Action::Export,
    },
    Command {
        name: "clear",
        also: &["new", "reset"],
        arguments: Arguments::None,
        about: |w| w.command_clear,
        group: Group::Conversation,
        action: Action::Clear,
    },
    Command {
        name: "settings",
        also: &["config"],
        arguments: Arguments::None,
        about: |w| w.command_settings,
        group: Group::Program,
        action: Action::Settings,
    },
    Command {
        name: "about",
        also: &["version", "status"],
        arguments: Arguments::None,
        about: |w| w.command_about,
        group: Group::Program,
        action: Action::About,
    },
    Command {
        name: "vim",
        also: &[],
        arguments: Arguments::None,
        about: |w| w.command_vim,
        group: Group::Program,
        action: Action::Vim,
    },
    Command {
        name: "quit",
        also: &["exit"],
        arguments: Arguments::None,
        about: |w| w.command_quit,
        group: Group::Program,
        action: Action::Quit,
    },
];

impl Arguments {
    /// The hint beside the name: `[name]`, `[plan|default]`; empty for none.
    pub(super) fn hint(self, words: &super::lang::Words) -> String {
        match self {
            Self::None => String::new(),
            Self::Free(hint) => hint(words).to_owned(),
            Self::OneOf(choices) => {
                let names: Vec<&str> = choices.iter().map(|choice| choice.name).collect();
                format!("[{}]", names.join("|"))
            }
        }
    }

    /// The words that may follow, each on a line with what it does; empty where there are none.
    pub(super) fn listed(self, words: &super::lang::Words) -> String {
        let Self::OneOf(choices) = self else { return String::new() };
        let longest = choices.iter().map(|choice| choice.name.len()).max().unwrap_or(0);
        let rows = choices.iter().map(|c| format!("{:<longest$} {}", c.name, (c.about)(words)));
        rows.collect::<Vec<_>>().join("\n")
    }
}

/// The names of all commands, without the slash.
pub fn command_names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|command| command.name)
}

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
    if let Some(command) = named(&wanted) {
        return Read::Command(command, arguments.trim());
    }
    let names: Vec<&str> = ALL.iter().map(|c| c.name).collect();
    Read::Unknown(name, get_close_matches(&wanted, &names, 3, 0.5))
}

/// The command of this name, which may be one of its other names.
pub(super) fn named(name: &str) -> Option<&'static Command> {
    ALL.iter().find(|c| c.name == name || c.also.contains(&name))
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
    }

    #[test]
    fn the_modes_to_choose_from_are_all_there_are() {
        let Some(Arguments::OneOf(choices)) = named("approval-mode").map(|c| c.arguments) else {
            panic!("the modes are completed")
        };
        let names: Vec<&str> = choices.iter().map(|choice| choice.name).collect();
        assert_eq!(names, crate::protocol::Mode::ALL.map(crate::protocol::Mode::name));
    }
}

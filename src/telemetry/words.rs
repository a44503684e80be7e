//! Table: the closed lists.
//!
//! The door's tests hold that every tool, every model of the catalogue and every slash command has its word here.

use super::word::{Value, Word, closed, sealed::Sealed};
use crate::protocol::{Budget, EndReason, Kind, Miss, Mode, Part, Verdict};

closed! {
    /// A tool, by its name in the table of tools.
    Tool: "edit" "glob" "grep_search" "list_directory" "read_file" "run_shell_command" "todo_write" "web_fetch"
        "write_file" "other"
}
closed! {
    /// A slash command, by its name in the table of commands.
    Command: "help" "approval-mode" "plan" "auth" "model" "stats" "cache" "compress" "context" "rewind" "clear" "about"
        "quit" "resume" "permissions" "settings" "memory" "theme" "copy" "export" "privacy" "vim" "other"
}
closed! {
    /// A model, by its name in the catalogue.
    Model: "qwen3-coder-plus" "qwen3-coder-flash" "qwen3-coder-next" "coder-model" "qwen3-max" "qwen3-max-2026-01-23"
        "qwen3-max-preview" "qwen-max" "qwen3.6-max-preview" "qwen3.7-max" "qwen3.8-max" "qwen-plus" "qwen3.5-plus"
        "qwen3.6-plus" "qwen3.7-plus" "qwen-flash" "qwen-turbo" "qwen3.5-flash" "qwen3.6-flash" "qwen3.7-flash"
        "qwen3.8-flash" "qwen3.8-omni-flash" "qwen3.8-2.4t-a95b" "qwen3.8-27b" "qwen3-vl-plus" "qwen3-vl-flash"
        "qwen-vl-max" "qwen-vl-plus" "qwen-plus-character" "qwen-plus-character-ja" "qwen-flash-character"
        "deepseek-v3.2" "deepseek-v4.1-flash" "kimi-k2.5" "kimi-k2.6" "kimi-k2.7-code" "kimi-k3" "glm-4.7" "glm-5"
        "glm-5.1" "glm-5.2" "glm-5.3" "MiniMax-M2.5" "other"
}
closed! {
    /// How a run shows itself.
    Face: "terminal" "once" "other"
}
closed! {
    /// How the person signed in.
    Account: "qwen-oauth" "key" "none"
}
closed! {
    /// The family of the operating system.
    System: "linux" "macos" "windows" "freebsd" "android" "other"
}
closed! {
    /// The family of the processor.
    Processor: "x86_64" "aarch64" "other"
}
closed! {
    /// The family of the terminal, from what terminals say of themselves.
    Terminal: "apple-terminal" "iterm2" "vscode" "windows-terminal" "kitty" "alacritty" "wezterm" "ghostty" "foot" "konsole"
        "vte" "jetbrains" "warp" "tmux" "screen" "linux-console" "xterm" "none" "other"
}
closed! {
    /// The part of this program a panic was in, by the folder in `src`.
    Room: "agent" "auth" "base" "cache" "catalog" "cli" "config" "context" "headless" "net" "permissions" "prompt" "protocol"
        "provider" "redact" "sandbox" "session" "sim" "telemetry" "tools" "tui" "mcp" "acp" "other"
}
closed! {
    /// The version of this program; a build says its own number and no other.
    Version: "0.1.0" "other"
}

impl Version {
    /// The version this is.
    pub fn this() -> Self {
        Self::of(env!("CARGO_PKG_VERSION"))
    }
}

impl Terminal {
    /// The family, from variables of the environment. Values that are not in the table are `other`.
    /// Source: `docs/sources.md`, tui 4.4.
    pub fn find(env: impl Fn(&str) -> Option<String>) -> Self {
        const PROGRAMS: &[(&str, &str)] = &[
            ("Apple_Terminal", "apple-terminal"),
            ("iTerm.app", "iterm2"),
            ("vscode", "vscode"),
            ("WezTerm", "wezterm"),
            ("ghostty", "ghostty"),
            ("WarpTerminal", "warp"),
            ("tmux", "tmux"),
        ];
        const NAMED: &[(&str, &str)] = &[
            ("TMUX", "tmux"),
            ("WT_SESSION", "windows-terminal"),
            ("KITTY_WINDOW_ID", "kitty"),
            ("ALACRITTY_WINDOW_ID", "alacritty"),
            ("KONSOLE_VERSION", "konsole"),
            ("VTE_VERSION", "vte"),
        ];
        const TERMS: &[(&str, &str)] = &[
            ("tmux", "tmux"),
            ("screen", "screen"),
            ("foot", "foot"),
            ("alacritty", "alacritty"),
            ("xterm-kitty", "kitty"),
            ("xterm-ghostty", "ghostty"),
            ("linux", "linux-console"),
            ("xterm", "xterm"),
        ];
        let program = env("TERM_PROGRAM").unwrap_or_default();
        if let Some((_, word)) = PROGRAMS.iter().find(|(name, _)| *name == program) {
            return Self::of(word);
        }
        if env("TERMINAL_EMULATOR").is_some_and(|name| name.starts_with("JetBrains")) {
            return Self::of("jetbrains");
        }
        if let Some((_, word)) = NAMED.iter().find(|(name, _)| env(name).is_some_and(|v| !v.is_empty())) {
            return Self::of(word);
        }
        match env("TERM") {
            None => Self::of("none"),
            Some(term) => {
                let found = TERMS.iter().find(|(name, _)| term.starts_with(name));
                Self::of(found.map_or("other", |(_, word)| word))
            }
        }
    }
}

/// A closed list of `protocol`, by the names it has there.
macro_rules! of_protocol {
    ($name:ident, $of:expr, $all:expr) => {
        impl Sealed for $name {}

        impl Word for $name {
            fn value(self) -> Option<Value> {
                let of: fn(Self) -> &'static str = $of;
                Some(Value::Text(of(self)))
            }

            fn all() -> Vec<Value> {
                $all.into_iter().filter_map(Word::value).collect()
            }
        }
    };
}

of_protocol!(Kind, Kind::name, Kind::ALL);
of_protocol!(Mode, Mode::name, Mode::ALL);
of_protocol!(
    Verdict,
    |verdict| match verdict {
        Verdict::Done => "done",
        Verdict::Failed => "failed",
        Verdict::Denied => "denied",
        Verdict::Interrupted => "interrupted",
    },
    [Verdict::Done, Verdict::Failed, Verdict::Denied, Verdict::Interrupted]
);
of_protocol!(
    EndReason,
    |reason| match reason {
        EndReason::Completed => "completed",
        EndReason::Interrupted => "interrupted",
        EndReason::Failed => "failed",
        EndReason::TurnLimit => "turn_limit",
        EndReason::Denied => "denied",
        EndReason::Budget(budget) => budget.name(),
        EndReason::Loop => "loop",
    },
    [
        EndReason::Completed,
        EndReason::Interrupted,
        EndReason::Failed,
        EndReason::TurnLimit,
        EndReason::Denied,
        EndReason::Budget(Budget::WallTime),
        EndReason::Budget(Budget::ToolCalls),
        EndReason::Budget(Budget::Cost),
        EndReason::Budget(Budget::Tokens),
        EndReason::Loop
    ]
);
// The seconds of an idle cache and the part that changed are left out: the name alone is a word.
of_protocol!(
    Miss,
    Miss::name,
    [
        Miss::First,
        Miss::Idle { seconds: 0 },
        Miss::Changed { part: Part::Tools },
        Miss::Model,
        Miss::Account,
        Miss::BelowMinimum,
        Miss::Ignored,
        Miss::Cut,
        Miss::Racing,
        Miss::Unknown
    ]
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_on_the_list_is_the_last_word() {
        assert_eq!(Tool::of("read_file").name(), "read_file");
        for typed in ["", "mcp__secret__tool", "READ_FILE", "read_file ", "canary"] {
            assert_eq!(Tool::of(typed).name(), "other", "{typed}");
        }
        assert_eq!(Account::of("somebody").name(), "none");
    }

    #[test]
    fn no_list_says_a_word_twice() {
        for names in [Tool::NAMES, Command::NAMES, Model::NAMES, Terminal::NAMES, Room::NAMES, System::NAMES]
        {
            let unique: std::collections::BTreeSet<_> = names.iter().collect();
            assert_eq!(unique.len(), names.len(), "{names:?}");
        }
    }

    #[test]
    fn this_version_has_its_word() {
        assert_eq!(Version::this().name(), env!("CARGO_PKG_VERSION"), "put it into the list");
    }

    #[test]
    fn a_terminal_is_known_by_a_fixed_table() {
        let found = |all: &[(&str, &str)]| {
            Terminal::find(|name| all.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())).name()
        };
        assert_eq!(found(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")]), "iterm2");
        assert_eq!(found(&[("TERM", "xterm-256color"), ("WT_SESSION", "canary")]), "windows-terminal");
        assert_eq!(found(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "canary")]), "xterm");
        assert_eq!(found(&[("TERM", "screen-256color"), ("TMUX", "/tmp/canary,1,0")]), "tmux");
        assert_eq!(found(&[("TERM", "canary")]), "other");
        assert_eq!(found(&[]), "none");
    }
}

//! The completion scripts, as they are in `completions/`.

use clap::ValueEnum;

/// A shell with completions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// Bash
    Bash,
    /// Zsh
    Zsh,
    /// Fish
    Fish,
    /// PowerShell
    #[value(name = "powershell")]
    PowerShell,
    /// Elvish
    Elvish,
}

impl Shell {
    /// The script, to be sourced or put where the shell looks for it.
    pub fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("../../completions/qwen.bash"),
            Self::Zsh => include_str!("../../completions/_qwen"),
            Self::Fish => include_str!("../../completions/qwen.fish"),
            Self::PowerShell => include_str!("../../completions/_qwen.ps1"),
            Self::Elvish => include_str!("../../completions/qwen.elv"),
        }
    }
}

//! Which shell runs a command, and what it finds in its environment.

use crate::{permissions::ShellCommand, sandbox::Confined, tools::Hands};

/// What every child is told: no pager, no prompt, no colours, and who started it.
const TOLD: &[(&str, &str)] = &[
    ("QWEN_CODE", "1"),
    ("PAGER", "cat"),
    ("GIT_PAGER", "cat"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("TERM", "dumb"),
];

/// The command with its shell.
pub(super) fn confined(command: &ShellCommand, hands: &Hands) -> Confined {
    let shell = Confined::new(path(), command.directory.clone());
    arguments(shell).arg(&command.line).set(TOLD).hide(&hands.hidden_env)
}

/// The shell's name for the model: `bash`, or `sh` where there is no bash.
#[cfg(unix)]
pub(super) fn name() -> &'static str {
    if path().ends_with("bash") { "bash" } else { "sh" }
}

#[cfg(unix)]
fn path() -> &'static std::path::Path {
    static FOUND: std::sync::OnceLock<std::path::PathBuf> = std::sync::OnceLock::new();
    FOUND.get_or_init(|| {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&folders)
            .filter(|folder| folder.is_absolute())
            .chain(["/bin".into(), "/usr/bin".into()])
            .map(|folder| folder.join("bash"))
            .find(|bash| bash.is_file())
            .unwrap_or_else(|| "/bin/sh".into())
    })
}

#[cfg(unix)]
fn arguments(shell: Confined) -> Confined {
    shell.arg("-c")
}

/// The shell's name for the model.
#[cfg(not(unix))]
pub(super) fn name() -> &'static str {
    "PowerShell"
}

#[cfg(not(unix))]
fn path() -> &'static std::path::Path {
    std::path::Path::new("powershell.exe")
}

#[cfg(not(unix))]
fn arguments(shell: Confined) -> Confined {
    shell.arg("-NoProfile").arg("-NonInteractive").arg("-Command")
}

//! The terminal, what commands run in, and the versions of everything.

use std::{
    fs,
    io::{self, IsTerminal as _},
    process::{Command, Stdio},
};

use super::{report::Report, scene::Scene};
use crate::auth;

/// Looks at the machine.
pub(super) fn look(scene: &Scene, report: &mut Report) {
    terminal(scene, report);
    report.section("Commands");
    let hidden = auth::hidden_names(&scene.inputs);
    let set = hidden.iter().filter(|name| scene.env(name).is_some()).count();
    report.fine("limits", "each command has a session of its own and ends with all it started");
    report.fine("environment", &format!("{set} variables that hold keys are hidden"));
    report.fine("sandbox", "none of the operating system: the permission rules decide what runs");
    report.section("Versions");
    report.fine("qwen", env!("CARGO_PKG_VERSION"));
    report.fine("system", &system());
    report.fine("git", &git());
    report.fine("shell", scene.env("SHELL").unwrap_or("SHELL is not set"));
}

fn terminal(scene: &Scene, report: &mut Report) {
    report.section("Terminal");
    let ends = [
        ("stdin", io::stdin().is_terminal()),
        ("stdout", io::stdout().is_terminal()),
        ("stderr", io::stderr().is_terminal()),
    ];
    let on: Vec<&str> = ends.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
    let on = if on.is_empty() { "none of the three streams".to_owned() } else { on.join(", ") };
    report.fine("terminal", &format!("{on}; TERM is {}", scene.env("TERM").unwrap_or("not set")));
    if io::stdout().is_terminal()
        && let Ok((columns, rows)) = crossterm::terminal::size()
    {
        report.fine("size", &format!("{columns} columns, {rows} rows"));
    }
    let colour = match (scene.env("NO_COLOR"), scene.env("COLORTERM"), scene.env("TERM")) {
        (Some(_), ..) => "none (NO_COLOR)".to_owned(),
        (_, Some(kind), _) => kind.to_owned(),
        (.., Some("dumb")) => "none (TERM)".to_owned(),
        (.., Some(term)) if term.contains("256color") => "256".to_owned(),
        _ => "16".to_owned(),
    };
    report.fine("colours", &colour);
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| Some((name, scene.env(name)?)));
    match locale {
        Some((name, text)) if is_utf8(text) => report.fine("locale", &format!("{text} ({name})")),
        Some((name, text)) => report.note("locale", &format!("{text} ({name}) is not UTF-8")),
        None => report.note("locale", "none is set; UTF-8 is assumed"),
    }
    let inside: Vec<&str> =
        [("TMUX", "tmux"), ("STY", "screen"), ("SSH_CONNECTION", "ssh"), ("WSL_DISTRO_NAME", "WSL")]
            .into_iter()
            .filter_map(|(name, what)| scene.env(name).map(|_| what))
            .collect();
    if !inside.is_empty() {
        report.fine("inside", &inside.join(", "));
    }
}

fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// `Debian GNU/Linux 12 (bookworm), kernel 6.1.0, x86_64`.
fn system() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let name = name.map_or(std::env::consts::OS, |name| name.trim_matches('"'));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let kernel = if kernel.is_empty() { String::new() } else { format!(", kernel {}", kernel.trim()) };
    format!("{name}{kernel}, {}", std::env::consts::ARCH)
}

fn git() -> String {
    let asked = Command::new("git").arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output();
    match asked {
        Ok(told) if told.status.success() => {
            String::from_utf8_lossy(&told.stdout).trim().trim_start_matches("git version ").to_owned()
        }
        Ok(_) => "it does not say its version".to_owned(),
        Err(_) => "not there: what changed in a repository cannot be told".to_owned(),
    }
}

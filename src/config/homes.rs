//! Where things of the person and of the system lie.

use std::path::{Path, PathBuf};

use crate::{
    auth::Vars,
    protocol::{Failure, Kind},
};

/// The person's folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Homes {
    /// Settings, instructions and what is kept: `~/.qwen`, or `QWEN_HOME`.
    pub qwen_home: PathBuf,
    /// The home folder.
    pub user_home: PathBuf,
}

/// The settings files, the lowest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// What the system's owner suggests.
    pub system_defaults: PathBuf,
    /// The person's own.
    pub user: PathBuf,
    /// The project's; its acting keys are not read.
    pub project: PathBuf,
    /// What the system's owner insists on.
    pub system: PathBuf,
}

/// Finds the person's folders.
///
/// Errors: neither `HOME` (`USERPROFILE` on Windows) nor `QWEN_HOME` is set; `QWEN_HOME` is relative.
/// Source: `docs/sources.md`, qwen-code 2.3.
pub fn homes(env: &Vars) -> Result<Homes, Failure> {
    let home = env.get(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).or_else(|| env.get("HOME"));
    let home = home.map(PathBuf::from).filter(|path| path.is_absolute());
    let wrong =
        |error: &str| Failure::new(Kind::Config, error).hint("set HOME, or QWEN_HOME to an absolute path");
    let Some(named) = env.get("QWEN_HOME") else {
        let user_home = home.ok_or_else(|| wrong("there is no home folder"))?;
        return Ok(Homes { qwen_home: user_home.join(".qwen"), user_home });
    };
    let qwen_home = match (named.strip_prefix('~').and_then(|rest| rest.strip_prefix('/')), &home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(named),
    };
    if !qwen_home.is_absolute() {
        return Err(wrong(&format!("QWEN_HOME is not an absolute path: `{named}`")));
    }
    Ok(Homes { user_home: home.unwrap_or_else(|| qwen_home.clone()), qwen_home })
}

impl Paths {
    /// The usual places. Source: `docs/sources.md`, qwen-code 2.1.
    pub fn usual(homes: &Homes, root: &Path, env: &Vars) -> Self {
        let system = Path::new(if cfg!(windows) {
            r"C:\ProgramData\qwen-code"
        } else if cfg!(target_os = "macos") {
            "/Library/Application Support/QwenCode"
        } else {
            "/etc/qwen-code"
        });
        let named = |name: &str, file: &str| env.get(name).map_or_else(|| system.join(file), PathBuf::from);
        Self {
            system_defaults: named("QWEN_CODE_SYSTEM_DEFAULTS_PATH", "system-defaults.json"),
            user: homes.qwen_home.join("settings.json"),
            project: root.join(".qwen/settings.json"),
            system: named("QWEN_CODE_SYSTEM_SETTINGS_PATH", "settings.json"),
        }
    }
}

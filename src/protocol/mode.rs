//! Approval modes, as in Qwen Code.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What may happen without asking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Reading only; nothing may be changed by any route.
    Plan,
    /// Reading is free, changes and commands ask.
    #[default]
    Default,
    /// Changes to files in the workspace are free, commands ask.
    AutoEdit,
    /// Nothing asks.
    Yolo,
}

impl Mode {
    /// All modes, from the most careful to the least.
    pub const ALL: [Self; 4] = [Self::Plan, Self::Default, Self::AutoEdit, Self::Yolo];

    /// The name used in settings, flags and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Default => "default",
            Self::AutoEdit => "auto-edit",
            Self::Yolo => "yolo",
        }
    }

    /// One line on what it means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Plan => "read only, nothing is changed",
            Self::Default => "asks before edits and commands",
            Self::AutoEdit => "edits freely, asks before commands",
            Self::Yolo => "asks nothing",
        }
    }

    /// The next one for a key that cycles; never reaches `yolo`, which must be asked for by name.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Plan => Self::Default,
            Self::Default => Self::AutoEdit,
            Self::AutoEdit | Self::Yolo => Self::Plan,
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Mode {
    type Err = String;

    /// Errors: the sentence to show, with the names that exist.
    fn from_str(name: &str) -> Result<Self, String> {
        let wanted = name.trim().to_ascii_lowercase().replace('_', "-");
        Self::ALL
            .into_iter()
            .find(|m| m.name() == wanted || (wanted == "autoedit" && *m == Self::AutoEdit))
            .ok_or_else(|| format!("unknown approval mode `{name}`; use plan, default, auto-edit or yolo"))
    }
}

//! How many colours the terminal shows.

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// None may be used.
    None,
    /// The sixteen of its own palette.
    #[default]
    Sixteen,
    /// A fixed table of 256.
    Table,
    /// Any colour.
    True,
}

/// Terminals that show any colour and do not always say so in `COLORTERM`.
const TRUE: &[&str] = &["alacritty", "foot", "xterm-ghostty", "xterm-kitty", "wezterm"];

impl Depth {
    /// What the environment tells. `NO_COLOR` that is not empty says none. Source: <https://no-color.org>.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name| variable(name).unwrap_or_default();
        let term = value("TERM");
        if !value("NO_COLOR").is_empty() || term == "dumb" {
            return Self::None;
        }
        let says_true = matches!(value("COLORTERM").as_str(), "truecolor" | "24bit");
        if says_true
            || term.ends_with("-direct")
            || TRUE.contains(&term.as_str())
            || !value("WT_SESSION").is_empty()
        {
            Self::True
        } else if term.contains("256color") {
            Self::Table
        } else {
            Self::Sixteen
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_tells_how_many_colours_there_are() {
        for (variables, expected) in [
            (&[("TERM", "xterm-256color")][..], Depth::Table),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Depth::True),
            (&[("TERM", "xterm-kitty")], Depth::True),
            (&[("TERM", "linux")], Depth::Sixteen),
            (&[], Depth::Sixteen),
            (&[("TERM", "dumb"), ("COLORTERM", "24bit")], Depth::None),
            (&[("TERM", "xterm-direct"), ("NO_COLOR", "1")], Depth::None),
            (&[("TERM", "xterm-direct"), ("NO_COLOR", "")], Depth::True),
        ] {
            let known = |name: &str| {
                variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(Depth::of_environment(known), expected, "{variables:?}");
        }
    }
}

//! Which colours a person chose, and which page they are for.

/// What a person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the terminal's page is.
    #[default]
    Auto,
    /// For a dark page.
    Dark,
    /// For a light page.
    Light,
    /// The terminal's own sixteen colours.
    Ansi,
    /// No colours.
    None,
}

impl Theme {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 5] = [Self::Auto, Self::Dark, Self::Light, Self::Ansi, Self::None];

    /// Its name in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Ansi => "ansi",
            Self::None => "none",
        }
    }

    /// The theme of a name: one of ours, or one of Qwen Code's, which is taken as the nearest of ours. `None` for a name
    /// nobody knows. Source: `docs/sources.md`, qwen-code 9.1.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        if let Some(ours) = Self::ALL.into_iter().find(|theme| theme.name() == name) {
            return Some(ours);
        }
        Some(match name.as_str() {
            "nocolor" => Self::None,
            "ansi" | "ansi light" => Self::Ansi,
            "qwen light" | "ayu light" | "default light" | "github light" | "google code" | "xcode" => {
                Self::Light
            }
            "qwen dark" | "atom one" | "ayu" | "default" | "dracula" | "github" | "shades of purple" => {
                Self::Dark
            }
            _ => return None,
        })
    }
}

/// Which page the terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// Light text on a dark page.
    #[default]
    Dark,
    /// Dark text on a light page.
    Light,
}

impl Ground {
    /// The page of a colour, by how bright people see it.
    pub(in crate::tui) fn of_colour([red, green, blue]: [u8; 3]) -> Self {
        let seen = u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114;
        if seen > 128_000 { Self::Light } else { Self::Dark }
    }

    /// The page that `COLORFGBG` tells of: `15;0`, `0;default;15`; its last part is the background.
    pub(in crate::tui) fn of_variable(value: &str) -> Option<Self> {
        let last = value.rsplit(';').next()?.trim().parse::<u8>().ok()?;
        Some(if last == 7 || last > 8 { Self::Light } else { Self::Dark })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_ours_and_of_qwen_code_are_understood() {
        let named = |names: &[&str]| names.iter().map(|name| Theme::named(name)).collect::<Vec<_>>();
        assert_eq!(named(&["auto", "Dark", "light", "ansi", "none"]), Theme::ALL.map(Some).to_vec());
        assert_eq!(
            named(&["Qwen Dark", "Qwen Light", "ANSI", "NoColor", "Dracula", "mine"]),
            [
                Some(Theme::Dark),
                Some(Theme::Light),
                Some(Theme::Ansi),
                Some(Theme::None),
                Some(Theme::Dark),
                None
            ]
        );
    }

    #[test]
    fn a_page_is_dark_or_light() {
        let colours =
            [[0, 0, 0], [30, 30, 46], [255, 255, 255], [253, 246, 227], [0, 255, 0]].map(Ground::of_colour);
        assert_eq!(colours, [Ground::Dark, Ground::Dark, Ground::Light, Ground::Light, Ground::Light]);
        let variables = ["15;0", "0;15", "0;default;15", "12;8", "0;7", "x", ""].map(Ground::of_variable);
        let (dark, light) = (Some(Ground::Dark), Some(Ground::Light));
        assert_eq!(variables, [dark, light, light, dark, light, None, None]);
    }
}

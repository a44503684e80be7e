//! What is told of privacy.

/// What leaves, what is kept where, and what lies on this disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrivacyPage {
    /// Its parts, in order.
    pub sections: Vec<PrivacySection>,
}

/// One part of it. Everything in it is clean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrivacySection {
    /// Its heading.
    pub title: String,
    /// Names and what is said of them.
    pub rows: Vec<(String, String)>,
}

/// What was hidden from the model in this session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HiddenList {
    /// Whether anything is hidden at all.
    pub is_on: bool,
    /// Each secret that was met.
    pub rows: Vec<HiddenRow>,
}

/// One secret that was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenRow {
    /// Its number.
    pub number: u32,
    /// What it is: `github-token`.
    pub kind: &'static str,
    /// Whether the person lets it through.
    pub is_allowed: bool,
}

impl PrivacyPage {
    /// For a person.
    pub fn to_text(&self) -> String {
        let row = |(name, text): &(String, String)| format!("  {name:<18} {text}\n");
        let section =
            |s: &PrivacySection| format!("{}\n{}", s.title, s.rows.iter().map(row).collect::<String>());
        self.sections.iter().map(section).collect::<Vec<_>>().join("\n")
    }
}

//! All keys that were found, used or not, as a person may show them to others.

use std::collections::BTreeSet;

use crate::{base::Secret, catalog::PROVIDERS};

use super::{
    credential::Source,
    inputs::{Hit, Inputs, KEY, Site},
};

/// A key that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The variable that holds it; a flag and a setting count as `OPENAI_API_KEY`.
    pub name: String,
    /// Where it was found.
    pub source: Source,
    /// Enough to recognise it by: see [`Secret::masked`].
    pub masked: String,
    /// Whether it is in a project's file.
    pub is_project: bool,
}

impl Inputs {
    /// Every key that was found, the highest place first. Keys of accounts are not read.
    pub fn seen(&self) -> Vec<Seen> {
        let names = self.key_names();
        let in_place = |place: Site<'_>| -> Vec<Seen> {
            let seen = |(name, hit): (&str, Hit<'_>)| Seen {
                name: name.to_owned(),
                masked: Secret::new(hit.value.to_owned()).masked(),
                source: hit.source,
                is_project: place.is_project(),
            };
            names.iter().filter_map(|name| Some(seen((*name, place.get(name)?)))).collect()
        };
        self.places().flat_map(in_place).collect()
    }

    /// Every key that was found, and what may be shown of it: for words that come from elsewhere.
    pub fn masks(&self) -> Vec<(String, String)> {
        let names = self.key_names();
        let in_place = |place: Site<'_>| -> Vec<(String, String)> {
            let hits = names.iter().filter_map(|name| place.get(name));
            hits.map(|hit| (hit.value.to_owned(), Secret::new(hit.value.to_owned()).masked())).collect()
        };
        self.places().flat_map(in_place).collect()
    }

    /// Variables that hold keys, each once.
    fn key_names(&self) -> BTreeSet<&str> {
        let custom = self.settings.models.iter().filter_map(|entry| entry.key_env.as_deref());
        PROVIDERS.iter().map(|row| row.key_env).chain([KEY]).chain(custom).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::auth::{EnvFile, EnvFiles, Flags, Vars};

    #[test]
    fn each_key_is_seen_where_it_is_and_none_is_shown() {
        let project = EnvFile::parse(Path::new("/p/.env"), true, "OPENAI_API_KEY=sk-canary-project");
        let inputs = Inputs {
            flags: Flags { api_key: Some(Secret::new("sk-canary-flag".into())), ..Flags::default() },
            env: Vars::from_iter([("DASHSCOPE_API_KEY", "sk-canary-cloud"), ("EDITOR", "vi")]),
            files: EnvFiles { project: Some(project), user: Vec::new() },
            ..Inputs::default()
        };
        let seen: Vec<_> = inputs.seen().into_iter().map(|s| (s.source.to_string(), s.masked)).collect();
        let seen: Vec<_> = seen.iter().map(|(source, masked)| (source.as_str(), masked.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("--openai-api-key", "sk-…flag"),
                ("DASHSCOPE_API_KEY from the environment", "sk-…loud"),
                ("OPENAI_API_KEY from /p/.env", "sk-…ject"),
            ]
        );
        let masks = inputs.masks();
        assert!(masks.contains(&("sk-canary-cloud".to_owned(), "sk-…loud".to_owned())), "{}", masks.len());
    }
}

//! Named values that may be secrets.

use std::collections::BTreeMap;

use crate::base::Secret;

/// Variables by name: the process environment, a `.env` file, the `env` object of settings.
///
/// Shape: values are trimmed; one that is empty counts as not set. Cannot be printed, since some are keys.
#[derive(Default)]
pub struct Vars(BTreeMap<String, Secret>);

impl Vars {
    /// Reads the environment of this process. Names and values that are not Unicode are left out.
    pub fn from_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The value, unless it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(Secret::expose).filter(|value| !value.is_empty())
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Adds a value unless the name is there: the first definition counts.
    pub(super) fn add(&mut self, name: String, value: String) {
        self.0.entry(name).or_insert_with(|| Secret::new(value));
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Vars {
    /// Of two values of one name the first counts.
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut vars = Self::default();
        for (name, value) in pairs {
            vars.add(name.into(), value.into());
        }
        vars
    }
}

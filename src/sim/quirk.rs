//! Servers whose cache is not as it should be, by name.

use super::{
    check::FieldRefusal,
    options::SimOptions,
    rules::{CacheRules, Evict},
    usage::CacheReport,
};

/// A whole server in one word: what its cache does, what it tells and what it refuses.
///
/// Source: docs/sources.md, wire 1.3 and wire 1.8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheQuirk {
    /// Takes markers and does nothing with them; `cached_tokens` is always 0.
    IgnoresMarkers,
    /// Takes markers, does nothing with them, and says nothing about a cache.
    Silent,
    /// Tells what was written only as `cache_creation.ephemeral_5m_input_tokens`.
    Nested5m,
    /// Tells what was written only as `cache_creation.cache_creation_input_tokens`.
    NestedCreation,
    /// Tells what was read and never what was written.
    ReadOnly,
    /// Caches by itself and tells hits and misses beside the totals.
    DeepSeek,
    /// Caches by itself and tells `cached_tokens` beside the totals.
    Moonshot,
    /// Caches by itself and tells `timings.cache_n`.
    LlamaCpp,
    /// Honours markers and tells `cache_write_tokens` and `cost`.
    OpenRouter,
    /// Refuses `cache_control`: extra inputs are not permitted.
    ExtraInputs,
    /// Refuses `cache_control`: unknown parameter.
    UnknownParameter,
    /// Refuses arrays as the content of tool messages.
    NoToolArrays,
    /// Refuses arrays as content anywhere.
    NoArrays,
    /// Forgets everything before each third request.
    Evicts,
}

const TABLE: [(&str, CacheQuirk); 14] = [
    ("ignores-markers", CacheQuirk::IgnoresMarkers),
    ("silent", CacheQuirk::Silent),
    ("nested-5m", CacheQuirk::Nested5m),
    ("nested-creation", CacheQuirk::NestedCreation),
    ("read-only", CacheQuirk::ReadOnly),
    ("deepseek", CacheQuirk::DeepSeek),
    ("moonshot", CacheQuirk::Moonshot),
    ("llama-cpp", CacheQuirk::LlamaCpp),
    ("openrouter", CacheQuirk::OpenRouter),
    ("extra-inputs", CacheQuirk::ExtraInputs),
    ("unknown-parameter", CacheQuirk::UnknownParameter),
    ("no-tool-arrays", CacheQuirk::NoToolArrays),
    ("no-arrays", CacheQuirk::NoArrays),
    ("evicts", CacheQuirk::Evicts),
];

impl CacheQuirk {
    /// The words for the command line, in the order of the docs.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|(name, _)| *name)
    }

    /// The quirk of this name.
    pub fn named(name: &str) -> Option<Self> {
        TABLE.iter().find(|(known, _)| *known == name).map(|(_, quirk)| *quirk)
    }

    /// Makes a simulator such a server. Its lists of models should be final: some quirks move them.
    pub fn apply(self, options: &mut SimOptions) {
        match self {
            Self::IgnoresMarkers => without_cache(&mut options.cache),
            Self::Silent => {
                without_cache(&mut options.cache);
                options.shape.cache = CacheReport::Silent;
            }
            Self::Nested5m => options.shape.cache = CacheReport::Nested5m,
            Self::NestedCreation => options.shape.cache = CacheReport::NestedCreation,
            Self::ReadOnly => options.shape.cache = CacheReport::ReadOnly,
            Self::DeepSeek => by_itself(options, CacheReport::DeepSeek),
            Self::Moonshot => by_itself(options, CacheReport::Moonshot),
            Self::LlamaCpp => by_itself(options, CacheReport::LlamaCpp),
            Self::OpenRouter => options.shape.cache = CacheReport::OpenRouter,
            Self::ExtraInputs => options.strict.no_cache_control = true,
            Self::UnknownParameter => {
                options.strict.no_cache_control = true;
                options.strict.words = FieldRefusal::UnknownParameter;
            }
            Self::NoToolArrays => options.strict.no_tool_arrays = true,
            Self::NoArrays => options.strict.strings_only = true,
            Self::Evicts => options.cache.evict = Evict::Every(3),
        }
    }
}

fn without_cache(rules: &mut CacheRules) {
    rules.explicit_models.clear();
    rules.implicit_models.clear();
    rules.session_models.clear();
}

/// Every model finds prefixes by itself, and markers mean nothing.
fn by_itself(options: &mut SimOptions, report: CacheReport) {
    let rules = &mut options.cache;
    let moved = std::mem::take(&mut rules.explicit_models);
    rules.implicit_models.extend(moved);
    options.shape.cache = report;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_its_quirk_and_no_other_does() {
        let all: Vec<CacheQuirk> = CacheQuirk::names().filter_map(CacheQuirk::named).collect();
        assert_eq!(all, TABLE.map(|(_, quirk)| quirk));
        assert_eq!(CacheQuirk::named("Evicts"), None);
    }
}

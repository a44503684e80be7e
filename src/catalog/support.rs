//! What the catalogue knows of the cache, model by model: for lists that a person reads.

use super::{
    models::{MODELS, Markers, Row},
    profile::{Price, Provider},
    providers::{makers, provider},
};
use crate::{
    base::Tokens,
    protocol::{CacheTerms, Tier},
};

/// What Qwen Cloud's cache does for one model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Support {
    /// The model's name as it is sent.
    pub model: &'static str,
    /// What it does with markers.
    pub markers: Marking,
    /// Factors and minimum; `explicit`, `implicit` and `session` say whether the model has that cache.
    pub terms: CacheTerms,
    /// Its window.
    pub window: Tokens,
    /// Its largest output.
    pub max_output: Tokens,
    /// List prices by size of the input, ascending; empty when unknown.
    pub tiers: Vec<Tier>,
}

/// What a model does with markers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marking {
    /// It is on the provider's first published list.
    Listed,
    /// Later sources name it; they differ by region, so the first two reports decide.
    Watched,
    /// No source names it: no marker is sent.
    None,
}

impl Marking {
    /// The word in lists and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Watched => "watched",
            Self::None => "none",
        }
    }
}

/// All models with a row of their own, in the order of the table; `prices` stand above the catalogue's.
pub fn support<'a>(prices: impl Fn(&str) -> Option<&'a Price>) -> Vec<Support> {
    MODELS.iter().map(|row| of(row, prices(row.name))).collect()
}

/// Who serves a model of the table, Qwen Cloud first: it has all of them under these names.
pub fn servers(model: &str) -> impl Iterator<Item = &'static Provider> {
    let others = makers(model).iter().filter(|id| **id != "qwen-cloud");
    ["qwen-cloud"].iter().chain(others).filter_map(|id| provider(id))
}

fn of(row: &Row, own: Option<&Price>) -> Support {
    let markers = match row.markers {
        Markers::Honoured => Marking::Listed,
        Markers::Watched => Marking::Watched,
        Markers::Ignored => Marking::None,
    };
    let terms = CacheTerms {
        explicit: markers != Marking::None,
        implicit: row.implicit,
        session: row.session,
        write: row.write,
        read: row.read,
        implicit_read: row.implicit_read,
        ..CacheTerms::default()
    };
    let tiers = own.map(|price| price.tiers.clone()).filter(|tiers| !tiers.is_empty());
    Support {
        model: row.name,
        markers,
        terms: own.map_or(terms, |price| price.apply(terms)),
        window: Tokens(row.window),
        max_output: Tokens(row.max_output),
        tiers: tiers.unwrap_or_else(|| row.tiers()),
    }
}

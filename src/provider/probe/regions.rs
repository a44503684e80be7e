//! Which region of its provider a key belongs to.

use futures::future::join_all;

use crate::{
    auth::{Consent, Credential},
    catalog::{PRESETS, Preset},
    net,
};

use super::verdict::{Probe, test};

/// A region that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its preset.
    pub preset: &'static Preset,
    /// What it said.
    pub probe: Probe,
}

/// Shows a key to the other regions of its provider, all at once, and says what each made of it. None is asked
/// that belongs to somebody else, and none without the person's yes.
///
/// Shape: in the order of [`PRESETS`]; empty when the provider has one region only. [`home`] names the right one.
pub async fn regions(net: &net::Lazy, credential: &Credential, yes: &Consent) -> Vec<Region> {
    let host = credential.endpoint().host();
    let others = PRESETS.iter().filter_map(|preset| {
        let moved = credential.moved(preset, yes)?;
        (moved.endpoint().host() != host).then_some((preset, moved))
    });
    let asked = others.map(async |(preset, moved)| {
        let model = preset.provider().default_model.unwrap_or("none");
        Region { preset, probe: test(net, &moved, model).await }
    });
    join_all(asked).await
}

/// The region that knows the key, if one of those asked does.
pub fn home(asked: &[Region]) -> Option<&'static Preset> {
    asked.iter().find(|region| region.probe.verdict.knows_key()).map(|region| region.preset)
}

//! Keys that tell by their letters whose they are.

use crate::catalog::{Billing, Provider, provider, provider_for};

/// First letters and whose they are. Source: `docs/sources.md`, wire 1.8.
const SHAPES: &[(&str, &str)] = &[
    ("sk-sp-", "coding-plan"),
    ("sk-or-", "openrouter"),
    ("sk-proj-", "openai"),
    ("sk-svcacct-", "openai"),
    ("sk-admin-", "openai"),
];

/// Whose key it is, where its letters say so. The word in the middle of OpenAI's keys is what leak scanners go by.
pub(super) fn owner(key: &str) -> Option<&'static Provider> {
    let by_prefix = SHAPES.iter().find(|(prefix, _)| key.starts_with(prefix)).map(|(_, id)| *id);
    provider(by_prefix.or_else(|| key.contains("T3BlbkFJ").then_some("openai"))?)
}

/// The owner of a key that must not go to `host`, and whose host that is. A host that nobody is known by may be the
/// owner's own proxy; it gets what it is given.
pub(super) fn stranger(host: &str, key: &str) -> Option<(&'static Provider, &'static Provider)> {
    let (owner, there) = (owner(key)?, provider_for(host));
    // Keys of both plans of Qwen Cloud look alike, and neither works outside of its plan.
    let is_plan = |row: &Provider| row.is_qwen_cloud && row.billing == Billing::ByPlan;
    let is_at_home = there.id == owner.id || there.hosts.is_empty() || (is_plan(owner) && is_plan(there));
    (!is_at_home).then_some((owner, there))
}

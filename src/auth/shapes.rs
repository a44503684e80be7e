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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        auth::{Endpoint, Flags, Inputs, find},
        base::Secret,
        catalog::PRESETS,
    };

    /// Kinds of keys and the presets that take them; `*` is all of them.
    const KINDS: &[(&str, &[&str])] = &[
        ("sk-0123456789abcdef0123456789abcdef", &["*"]),
        ("0123456789abcdef.0123456789", &["*"]),
        ("ms-01234567-89ab-cdef", &["*"]),
        (
            "sk-sp-0123456789abcdef",
            &["coding-plan-china", "coding-plan-intl", "token-plan-china", "token-plan-singapore"],
        ),
        ("sk-or-v1-0123456789abcdef", &["openrouter"]),
        ("sk-proj-0123456789abcdef", &["openai"]),
        ("sk-svcacct-0123456789abcdef", &["openai"]),
        ("sk-admin-0123456789abcdef", &["openai"]),
        ("sk-0123456789T3BlbkFJ0123456789", &["openai"]),
    ];

    #[test]
    fn each_kind_of_key_goes_to_its_owners_presets_only() {
        let mut refused = 0;
        for (key, homes) in KINDS {
            for preset in PRESETS {
                let base = preset.example().replace(['<', '>'], "");
                let endpoint = Endpoint::parse(&base).unwrap();
                // Servers of one's own get what they are given.
                let is_own = preset.provider().hosts.is_empty();
                let is_taken = is_own || homes.contains(&"*") || homes.contains(&preset.id);
                assert_eq!(stranger(endpoint.host(), key).is_none(), is_taken, "{key} at {}", preset.id);
                let inputs = Inputs {
                    flags: Flags {
                        api_key: Some(Secret::new((*key).to_owned())),
                        base_url: Some(base.clone()),
                        model: Some("m".to_owned()),
                        ..Flags::default()
                    },
                    ..Inputs::default()
                };
                match find(&inputs) {
                    Ok(found) => assert!(is_taken && found.access.endpoint() == &endpoint, "{base}"),
                    Err(failure) => {
                        refused += 1;
                        assert!(!is_taken, "{key} at {}", preset.id);
                        assert!(!failure.to_string().contains(key), "{failure}");
                        assert!(failure.error.contains("is not sent to"), "{failure}");
                    }
                }
            }
        }
        assert!(refused > 80, "{refused}");
    }
}

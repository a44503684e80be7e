//! Keys that lie about: in flags, the environment, `.env` files and settings. For lists; what a run uses is `find`'s.

use crate::{
    base::Secret,
    catalog::{PROVIDERS, provider_for},
    protocol::Failure,
};

use super::{
    credential::{Credential, Endpoint},
    find::default_url,
    inputs::{BASE_URL, Hit, Inputs, KEY, Site, first},
    refusal,
};

/// All keys that were found and are not an account's, each with the address it would go to.
///
/// Shape: places from the highest to the lowest, names in the order of [`PROVIDERS`] within each. A key without an
/// address, and one that must not go to its address, is left out.
pub fn lying_about(inputs: &Inputs) -> Vec<Credential> {
    let custom = inputs.settings.models.iter().filter_map(|entry| entry.key_env.as_deref());
    let mut names: Vec<&str> = PROVIDERS.iter().map(|row| row.key_env).chain(custom).collect();
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    let places = inputs.places().filter(|place| !matches!(place, Site::Account(_)));
    let at = |place: Site<'_>, name: &str| {
        let hit = place.get(name)?;
        let endpoint = endpoint(inputs, place, name, &hit)?;
        refusal::foreign(&endpoint, hit.value, "it").ok()?;
        Some(Credential::new(endpoint, Some(Secret::new(hit.value.to_owned())), hit.source))
    };
    places
        .flat_map(|place| names.iter().filter_map(move |name| at(place, name)).collect::<Vec<_>>())
        .collect()
}

/// Where the key would go if it were the only one.
fn endpoint(inputs: &Inputs, place: Site<'_>, name: &str, key: &Hit<'_>) -> Option<Endpoint> {
    let url = match place {
        Site::File(file) if file.is_project => place.get(BASE_URL),
        _ => first(inputs.own_places().filter(|place| !matches!(place, Site::Account(_))), &[BASE_URL]),
    };
    let is_for = |endpoint: &Endpoint| name == KEY || provider_for(endpoint.host()).key_env == name;
    let named = url.and_then(|hit| Endpoint::parse(hit.value).ok()).filter(is_for);
    let entry = || inputs.settings.models.iter().find(|entry| entry.key_env.as_deref() == Some(name));
    let tied = || entry().and_then(|entry| entry.base_url.as_deref());
    named.or_else(|| Endpoint::parse(tied().or_else(|| default_url(name, key.value, ""))?).ok())
}

/// Whether a key may be sent to an address at all: some keys tell by their letters whose they are.
///
/// Errors: kind `auth`, with the owner's own addresses in the hints.
pub fn may_go(endpoint: &Endpoint, key: &Secret) -> Result<(), Failure> {
    refusal::foreign(endpoint, key.expose(), "this")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{EnvFile, EnvFiles};

    #[test]
    fn each_key_is_listed_with_the_host_it_goes_to_and_no_text_of_its_own() {
        let file = EnvFile::parse(
            std::path::Path::new("/p/.env"),
            true,
            "OPENAI_API_KEY=sk-project-canary\nOPENAI_BASE_URL=https://llm.example/v1\n",
        );
        let inputs = Inputs {
            env: [("DASHSCOPE_API_KEY", "sk-cloud-canary-1"), ("OPENROUTER_API_KEY", "sk-or-canary-000002")]
                .into_iter()
                .collect(),
            files: EnvFiles { project: Some(file), user: Vec::new() },
            ..Inputs::default()
        };
        let found: Vec<(String, String)> = lying_about(&inputs)
            .iter()
            .map(|found| (found.source().to_string(), found.endpoint().host().to_owned()))
            .collect();
        let expected = [
            ("DASHSCOPE_API_KEY from the environment", "dashscope.aliyuncs.com"),
            ("OPENROUTER_API_KEY from the environment", "openrouter.ai"),
            ("OPENAI_API_KEY from /p/.env", "llm.example"),
        ];
        assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn a_key_that_is_plainly_anothers_is_not_offered_for_a_host() {
        let env = [("DASHSCOPE_API_KEY", "sk-sp-canary-0123")].into_iter().collect();
        assert!(lying_about(&Inputs { env, ..Inputs::default() }).is_empty());
        let cloud = Endpoint::parse("https://dashscope.aliyuncs.com/compatible-mode/v1").unwrap();
        let failure = may_go(&cloud, &Secret::new("sk-sp-canary-0123".to_owned())).unwrap_err();
        assert!(!failure.to_string().contains("canary"), "{failure}");
    }
}

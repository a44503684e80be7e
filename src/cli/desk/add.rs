//! Adds a key: looked at, tested where the person says, kept, used. In this order.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{
    choose::{tested, unless_stopped},
    known::Known,
    rows::rows,
    service::Service,
};
use crate::{
    agent::Connection,
    auth::{Account, Credential, Endpoint, Source, may_go},
    base::{Moment, Secret},
    catalog::{Billing, Overrides, PROVIDERS, Profile, Proof, preset_at, provider_for},
    net,
    protocol::{Failure, Key, Kind, Tested},
    provider::probe,
};

/// What a person wants added.
#[derive(Clone, Debug)]
pub(in crate::cli) struct New {
    /// The row or the preset it was chosen from.
    pub(in crate::cli) preset: String,
    /// The address.
    pub(in crate::cli) base_url: String,
    /// The key; `None` for a server that needs none.
    pub(in crate::cli) key: Option<Key>,
    /// The model; `None` for the provider's own.
    pub(in crate::cli) model: Option<String>,
    /// The account's name; `None` for one made from the preset.
    pub(in crate::cli) name: Option<String>,
    /// Keep it although the test failed.
    pub(in crate::cli) keep_untested: bool,
}

/// What came of it: the test, and what the session goes on with when it was kept.
pub(in crate::cli) struct Outcome {
    pub(in crate::cli) tested: Tested,
    pub(in crate::cli) connection: Option<Connection>,
}

impl Service {
    /// Tests a key against its address, and keeps and uses it when it works or when that is wanted all the same.
    ///
    /// Errors: an address or a name that cannot be one, a key that is missing, a model that must be named; those of
    /// [`crate::auth::Book::add`]. A key that does not work is no error but a [`Tested`].
    pub(in crate::cli) async fn add(
        self: &Arc<Self>,
        new: New,
        stop: &CancellationToken,
    ) -> Result<Outcome, Failure> {
        let endpoint = address(&new.base_url)?;
        if new.key.is_none() && !endpoint.is_private() {
            return Err(Failure::new(Kind::Usage, format!("`{}` needs a key", endpoint.host())));
        }
        if let Some(tested) = new.key.as_ref().and_then(|key| misplaced(&endpoint, key.secret())) {
            // A key that is plainly another provider's cannot be kept for this address either.
            if !new.keep_untested || may_go(&endpoint, key_of(&new)).is_err() {
                return Ok(Outcome { tested, connection: None });
            }
        }
        let net = self.on_disk(|_, known| Ok(known.net())).await?;
        let (tested, model) = unless_stopped(stop, test(&net, &endpoint, &new)).await??;
        if !tested.is_ok && !new.keep_untested {
            return Ok(Outcome { tested, connection: None });
        }
        let connection =
            self.on_disk(move |service, known| keep(service, &known, new, endpoint, model)).await?;
        Ok(Outcome { tested, connection: Some(connection) })
    }
}

fn key_of(new: &New) -> &Secret {
    static NONE: std::sync::LazyLock<Secret> = std::sync::LazyLock::new(|| Secret::new(String::new()));
    new.key.as_ref().map_or(&NONE, Key::secret)
}

/// Reads an address as people paste it. Errors: kind `usage`, without the text: it may be a key.
pub(in crate::cli) fn address(text: &str) -> Result<Endpoint, Failure> {
    Endpoint::parse(text).map_err(|why| {
        Failure::new(Kind::Usage, format!("this address cannot be used: {why}"))
            .hint("most base URLs look like `https://host/v1`")
    })
}

/// What is wrong with a key at an address before anything is sent; `None` when it may be tried.
fn misplaced(endpoint: &Endpoint, key: &Secret) -> Option<Tested> {
    let provider = provider_for(endpoint.host());
    let failed = |failure: Failure, instead| Tested {
        host: endpoint.host().to_owned(),
        is_ok: false,
        line: "nothing was sent".to_owned(),
        failure: Some(failure),
        try_instead: instead,
        took: Duration::ZERO,
    };
    if may_go(endpoint, key).is_err() {
        let owner = rows().into_iter().find(|row| {
            let homes = row.addresses.iter().filter_map(|(_, url)| Endpoint::parse(url).ok());
            provider.id != row.id && homes.into_iter().any(|home| may_go(&home, key).is_ok())
        })?;
        let (label, url) = owner.addresses.first().cloned()?;
        let error = format!("this is a key for {}, which `{}` does not take", owner.name, endpoint.host());
        let failure = Failure::new(Kind::Auth, error)
            .hint(format!("choose {} instead", owner.name))
            .hint("or use a key that was made for this address");
        return Some(failed(failure, Some((format!("{}, {label}", owner.name), url))));
    }
    let is_plan = provider.is_qwen_cloud && provider.billing == Billing::ByPlan;
    if provider.id == "coding-plan" && is_plan && !key.expose().starts_with("sk-sp-") {
        let error =
            format!("`{}` takes keys of the Coding Plan only, which begin with `sk-sp-`", endpoint.host());
        let failure = Failure::new(Kind::Auth, error)
            .hint("a key that is paid by token works with Qwen Cloud (pay as you go)")
            .hint("the plan's key is on its own page, not among the API keys");
        return Some(failed(failure, None));
    }
    None
}

/// Tests the key; gives the model it will be used with. Errors: a model has to be named.
async fn test(net: &net::Lazy, endpoint: &Endpoint, new: &New) -> Result<(Tested, String), Failure> {
    let key = new.key.as_ref().map(|key| Secret::new(key.secret().expose().to_owned()));
    let credential = Credential::new(endpoint.clone(), key, Source::Given);
    let provider = provider_for(endpoint.host());
    let named = new.model.as_deref().map(str::trim).filter(|model| !model.is_empty());
    let model = named.or(provider.default_model);
    if model.is_none() && provider.proof == Proof::Chat {
        return Err(unnamed(endpoint, &[]));
    }
    let asked = model.unwrap_or("none");
    let probe = probe::test(net, &credential, asked).await;
    let mut tested = tested(&probe, endpoint.base(), asked);
    if let Some(model) = model {
        return Ok((tested, model.to_owned()));
    }
    tested.line = probe.line();
    if !tested.is_ok {
        return if new.keep_untested { Err(unnamed(endpoint, &[])) } else { Ok((tested, String::new())) };
    }
    let listed = probe::models(net, &credential).await.unwrap_or_default();
    let is_known =
        |id: &str| Profile::resolve(endpoint.host(), endpoint.base(), id, &Overrides::default()).is_known;
    let only = if listed.len() == 1 { listed.first() } else { None };
    let is_usual = |id: &str| PROVIDERS.iter().any(|row| row.default_model == Some(id));
    let usual = || listed.iter().find(|model| is_usual(&model.id));
    match only.or_else(usual).or_else(|| listed.iter().find(|model| is_known(&model.id))) {
        Some(model) => Ok((tested, model.id.clone())),
        None => Err(unnamed(endpoint, &listed)),
    }
}

fn unnamed(endpoint: &Endpoint, listed: &[probe::Listed]) -> Failure {
    let failure = Failure::new(Kind::Usage, format!("`{}` has no usual model: name one", endpoint.host()));
    let names: Vec<String> = listed.iter().take(5).map(|model| format!("`{}`", model.id)).collect();
    match names.as_slice() {
        [] => failure.hint("with `--model NAME`, or in the field for the model"),
        names => failure.hint(format!("it has {}", names.join(", "))),
    }
}

/// Keeps the account and makes it the one in use.
fn keep(
    service: &Service,
    known: &Known,
    new: New,
    endpoint: Endpoint,
    model: String,
) -> Result<Connection, Failure> {
    let preset = preset_at(endpoint.base()).map_or_else(|| new.preset.clone(), |preset| preset.id.to_owned());
    let name = match new.name {
        Some(name) => name,
        None => known.free_name(&preset, &endpoint),
    };
    let account = Account {
        name: name.clone(),
        preset,
        endpoint,
        model: Some(model),
        key: None,
        created: Moment(super::super::assemble::now()),
    };
    let added = known.book().add(&known.vault(), account, new.key.as_ref().map(Key::secret))?;
    let known = service.known()?;
    let mut connection = known.connect(known.alone(&name, None)?)?;
    connection.notes.extend(added.line);
    connection.notes.extend(known.above());
    Ok(connection)
}

impl Known {
    /// A name for a new account: that of the account it replaces, or one that is free.
    fn free_name(&self, preset: &str, endpoint: &Endpoint) -> String {
        let base = if matches!(preset, "custom" | "local") { endpoint.host() } else { preset };
        let all = &self.inputs.accounts;
        let is_fit = |name: &String| all.named(name).is_none_or(|other| other.endpoint == *endpoint);
        let numbered = (2..100).map(|n| format!("{base}-{n}"));
        std::iter::once(base.to_owned()).chain(numbered).find(is_fit).unwrap_or_else(|| base.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked_at(url: &str, key: &str) -> Option<(String, Option<String>)> {
        let found = misplaced(&address(url).unwrap(), &Secret::new(key.to_owned()))?;
        assert!(!format!("{found:?}").contains("canary"), "{found:?}");
        assert_eq!((found.is_ok, found.line.as_str()), (false, "nothing was sent"));
        Some((found.failure?.error, found.try_instead.map(|(label, _)| label)))
    }

    #[test]
    fn a_plans_key_and_a_key_by_token_are_told_apart_before_anything_is_sent() {
        let cloud = "https://dashscope.aliyuncs.com/compatible-mode/v1";
        let plan = "https://coding-intl.dashscope.aliyuncs.com/v1";
        assert_eq!(
            looked_at(cloud, "sk-sp-canary-1234"),
            Some((
                "this is a key for Coding Plan, which `dashscope.aliyuncs.com` does not take".to_owned(),
                Some("Coding Plan, China".to_owned())
            ))
        );
        assert_eq!(
            looked_at(plan, "sk-canary-1234"),
            Some((
                "`coding-intl.dashscope.aliyuncs.com` takes keys of the Coding Plan only, which begin with `sk-sp-`"
                    .to_owned(),
                None
            ))
        );
        assert_eq!(looked_at(plan, "sk-sp-canary-1234"), None);
        assert_eq!(looked_at(cloud, "sk-canary-1234"), None);
        assert_eq!(looked_at("http://127.0.0.1:1/v1", "sk-sp-canary-1234"), None, "one's own proxy");
        assert_eq!(
            looked_at("https://api.deepseek.com", "sk-or-canary-1234")
                .and_then(|(_, instead)| instead)
                .as_deref(),
            Some("OpenRouter, pay as you go")
        );
    }

    #[test]
    fn an_address_is_refused_without_being_repeated() {
        let failure = address("https://sk-canary@host.test/v1").unwrap_err();
        assert_eq!(failure.kind, Kind::Usage);
        assert!(!failure.to_string().contains("canary"), "{failure}");
    }
}

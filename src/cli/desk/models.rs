//! The models to choose from: of the account in use, of the other accounts, and of those that could be added.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{choose::unless_stopped, known::Known, service::Service};
use crate::{
    agent::Connection,
    auth::{Account, find, oauth::DEFAULT_MODEL},
    base::{Money, Tokens},
    catalog::{Billing, PROVIDERS, Profile, model_names, provider_for},
    protocol::{Failure, LocalServer, ModelRow},
    provider::probe::{self, Listed},
};

/// How long a server's own list is waited for: the person looks at an empty panel meanwhile.
const PATIENCE: Duration = Duration::from_secs(2);
/// Stands for the account of a model that the settings tie to a server.
pub(super) const SETTINGS: &str = "modelProviders";

impl Service {
    /// The models to choose from, those of the account in use first.
    ///
    /// Errors: settings that cannot be used; kind `interrupted` when it was stopped.
    pub(in crate::cli) async fn models(
        self: &Arc<Self>,
        stop: &CancellationToken,
    ) -> Result<Vec<ModelRow>, Failure> {
        let (net, connection) = self
            .on_disk(|service, known| {
                let begun = service.connection();
                let found = || find(&known.inputs).and_then(|found| known.connect(found)).ok();
                Ok((known.net(), begun.or_else(found)))
            })
            .await?;
        let asked = async {
            let connection = connection.as_ref()?;
            tokio::time::timeout(PATIENCE, probe::models(&net, &connection.credential)).await.ok()?.ok()
        };
        let listed = unless_stopped(stop, asked).await?.unwrap_or_default();
        self.on_disk(move |_, known| Ok(known.models(connection.as_ref(), &listed))).await
    }

    /// Model servers on this machine.
    ///
    /// Errors: kind `interrupted` when it was stopped.
    pub(in crate::cli) async fn local(
        self: &Arc<Self>,
        stop: &CancellationToken,
    ) -> Result<Vec<LocalServer>, Failure> {
        let net = self.on_disk(|_, known| Ok(known.net())).await?;
        let found = unless_stopped(stop, probe::local(&net)).await?;
        let row = |server: probe::Local| LocalServer {
            name: server.server.name().to_owned(),
            base_url: server.endpoint.base().to_owned(),
            models: server.models.into_iter().map(|model| model.id).collect(),
        };
        Ok(found.into_iter().map(row).collect())
    }
}

impl Known {
    fn models(&self, connection: Option<&Connection>, listed: &[Listed]) -> Vec<ModelRow> {
        let mut rows = connection.map(|c| self.of_provider(c, listed)).unwrap_or_default();
        let current =
            connection.map(|c| self.overview(Some(c)).current.map(|row| row.name).unwrap_or_default());
        let others = self.accounts().into_iter().filter(|account| Some(&account.name) != current.as_ref());
        rows.extend(others.filter_map(|account| self.of_other(&account)));
        for entry in self.inputs.settings.models.iter().filter(|entry| entry.base_url.is_some()) {
            let (url, account) = (entry.base_url.as_deref().unwrap_or_default(), SETTINGS.to_owned());
            rows.extend(self.row_at(url, &entry.id, Some(account)));
        }
        let seen: Vec<String> = rows.iter().map(|row| row.provider.clone()).collect();
        // What an account could be had for, where the provider has a usual model.
        let offers = PROVIDERS.iter().filter(|row| !seen.iter().any(|name| name == row.name));
        rows.extend(offers.filter_map(|row| self.row_at(row.base_urls.first()?, row.default_model?, None)));
        rows
    }

    /// The models of the provider in use: the one in use, the catalogue's, and what the server lists itself.
    fn of_provider(&self, connection: &Connection, listed: &[Listed]) -> Vec<ModelRow> {
        let (provider, endpoint) = (connection.profile.provider, connection.credential.endpoint());
        let current = connection.profile.model.as_str();
        let name = self.overview(Some(connection)).current.map(|row| row.name);
        let mut names: Vec<String> = vec![current.to_owned()];
        if connection.credential.is_sign_in() {
            names.extend(listed.is_empty().then(|| DEFAULT_MODEL.to_owned()));
        } else if provider.is_qwen_cloud && provider.billing == Billing::ByToken {
            names.extend(model_names().filter(|name| *name != DEFAULT_MODEL).map(str::to_owned));
        } else {
            names.extend(provider.default_model.map(str::to_owned));
        }
        names.extend(listed.iter().map(|model| model.id.clone()));
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        let row = |model: &str| {
            let row = self.row_at(endpoint.base(), model, name.clone())?;
            let window = listed.iter().find(|listed| listed.id == model).and_then(|listed| listed.window);
            let own = (model == current).then_some(connection.profile.window);
            Some(ModelRow {
                window: own.or(window).unwrap_or(row.window),
                is_current: model == current,
                ..row
            })
        };
        names.iter().filter_map(|name| row(name)).collect()
    }

    fn of_other(&self, account: &Account) -> Option<ModelRow> {
        let usual = if account.is_sign_in() {
            Some(DEFAULT_MODEL)
        } else {
            provider_for(account.endpoint.host()).default_model
        };
        let model = account.model.as_deref().or(usual)?;
        self.row_at(account.endpoint.base(), model, Some(account.name.clone()))
    }

    /// What is known of a model at an address.
    fn row_at(&self, base_url: &str, model: &str, account: Option<String>) -> Option<ModelRow> {
        let endpoint = crate::auth::Endpoint::parse(base_url).ok()?;
        let proxy = self.inputs.env.get("DASHSCOPE_PROXY_BASE_URL").map(str::to_owned);
        let overrides = self.settings.overrides(proxy);
        let profile = Profile::resolve(endpoint.host(), endpoint.base(), model, &overrides);
        Some(row(&profile, account))
    }
}

fn row(profile: &Profile, account: Option<String>) -> ModelRow {
    let million = Tokens(1_000_000);
    let tier = profile.tiers.first();
    let terms = &profile.cache;
    let read = match (terms.explicit || terms.session, terms.implicit) {
        (true, _) => Some(terms.read),
        (false, true) => Some(terms.implicit_read),
        (false, false) => None,
    };
    let cache = match (terms.session, terms.explicit, terms.implicit) {
        (true, ..) => "session",
        (_, true, _) => "explicit",
        (_, _, true) => "implicit",
        _ => "none known",
    };
    let price = |price: Money, factor: u32| price.times(million, factor);
    ModelRow {
        model: profile.model.clone(),
        provider: profile.provider.name.to_owned(),
        account,
        window: profile.window,
        input: tier.map(|tier| price(tier.input, 1_000)),
        cached: tier.zip(read).map(|(tier, read)| price(tier.input, read)),
        output: tier.map(|tier| price(tier.output, 1_000)),
        cache: cache.to_owned(),
        is_current: false,
    }
}

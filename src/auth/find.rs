//! Chooses server, key and model: a pure function over what was collected.
//!
//! Places are asked from the highest to the lowest: flags, environment, the project's `.env`, the person's own
//! `.env` files, the chosen account, settings. Four rules stand above that order:
//!
//! 1. An address from a project's file is used with a key from the same file only.
//! 2. A key that is named for a provider goes to that provider's hosts, or where the person's own settings send it.
//! 3. A key that looks like one provider's is not sent to another's host.
//! 4. An account's key goes to the account's address only; a key, an address or a model with a server of its own in
//!    a higher place stands above the whole account.
//!
//! A sign-in with Qwen OAuth is used when it is asked for, when it is the chosen account, or when the person has nothing
//! else (`signin.rs`).
//! `OPENAI_API_KEY` without an address goes to Qwen Cloud (China), as in Qwen Code, unless the key or the model is
//! plainly another provider's.

use crate::{
    base::Secret,
    catalog::{Billing, PROVIDERS, Provider, makers, provider, provider_for},
    protocol::Failure,
};

use super::{
    accounts::Account,
    credential::{Credential, Endpoint, Source},
    found::{Access, Found, StoredKey},
    inputs::{BASE_URL, Hit, Inputs, KEY, MODEL, ModelEntry, Site, first},
    refusal::{self, Way},
    shapes::owner,
    signin,
};

/// The variable with the address of the person's proxy for Qwen Cloud.
const PROXY: &str = "DASHSCOPE_PROXY_BASE_URL";

/// A server and what to open it with.
struct Pair<'a> {
    endpoint: Endpoint,
    key: Option<Hit<'a>>,
    /// The account whose key it is, when it is one.
    account: Option<&'a Account>,
    /// Where the address came from.
    source: Source,
    is_project: bool,
}

/// What becomes of the address in a project's file.
enum ProjectUrl<'a> {
    /// There is none, or a higher place names another.
    None,
    /// It is used, with the key beside it.
    Used(Pair<'a>),
    /// It must not be used.
    Shunned(Hit<'a>),
}

struct Search<'a> {
    inputs: &'a Inputs,
    /// The chosen account, unless a higher place stands above it.
    account: Option<&'a Account>,
    proxy: Option<Endpoint>,
    model: Option<Hit<'a>>,
    shunned: Option<Hit<'a>>,
}

/// Chooses the server, the key and the model of this run.
///
/// Errors: kind `auth`, naming every place that was asked, in order; kind `config` for a wrong address.
pub fn find(inputs: &Inputs) -> Result<Found, Failure> {
    match refusal::way(inputs)? {
        // A key in a higher place stands above every account, a sign-in among them.
        Way::SignIn(Source::Account(_)) if is_passed_over(inputs) => by_key(inputs),
        Way::SignIn(source) => signin::find(inputs, Some(&source)),
        Way::Key => by_key(inputs),
        Way::Unsaid => by_key(inputs).or_else(|failure| signin::instead(inputs, failure)),
    }
}

fn is_passed_over(inputs: &Inputs) -> bool {
    let search = Search { inputs, account: None, proxy: None, model: None, shunned: None };
    inputs.accounts.current().is_some_and(|account| search.is_above(account))
}

fn by_key(inputs: &Inputs) -> Result<Found, Failure> {
    let proxy = first(inputs.own_places(), &[PROXY]).map(|hit| read(&hit)).transpose()?;
    let mut search = Search { inputs, account: None, proxy, model: None, shunned: None };
    let current = inputs.accounts.current().filter(|account| !account.is_sign_in());
    search.account = current.filter(|account| !search.is_above(account));
    let pair = match search.project_url()? {
        ProjectUrl::Used(pair) => {
            search.model = first(search.places(), &MODEL);
            pair
        }
        ProjectUrl::None => {
            search.model = first(search.places(), &MODEL);
            search.own()?
        }
        ProjectUrl::Shunned(url) => {
            // The model in that file was meant for that address.
            search.model = first(search.own_places(), &MODEL);
            search.shunned = Some(url);
            search.own()?
        }
    };
    if let Some(key) = &pair.key {
        refusal::foreign(&pair.endpoint, key.value, &key.source.to_string())?;
    }
    search.finish(pair)
}

impl<'a> Search<'a> {
    /// Whether a place above the accounts names a key, another address, or a model with a server of its own.
    fn is_above(&self, account: &Account) -> bool {
        let above = || self.inputs.places().take_while(|place| !matches!(place, Site::Account(_)));
        let own = || above().filter(|place| !place.is_project());
        let entries = &self.inputs.settings.models;
        let has_server =
            |hit: Hit<'_>| entries.iter().any(|entry| entry.id == hit.value && entry.base_url.is_some());
        let is_elsewhere = |url: Hit<'_>| Endpoint::parse(url.value).as_ref() != Ok(&account.endpoint);
        first(above(), &self.key_names()).is_some()
            || first(own(), &[BASE_URL]).is_some_and(is_elsewhere)
            || first(own(), &MODEL).is_some_and(has_server)
    }

    /// All places that count in this search, the highest first.
    fn places(&self) -> impl Iterator<Item = Site<'a>> + use<'a> {
        let (inputs, has_account) = (self.inputs, self.account.is_some());
        inputs.places().filter(move |place| has_account || !matches!(place, Site::Account(_)))
    }

    /// Those that are the person's own.
    fn own_places(&self) -> impl Iterator<Item = Site<'a>> + use<'a> {
        self.places().filter(|place| !place.is_project())
    }

    fn project_url(&self) -> Result<ProjectUrl<'a>, Failure> {
        let above = || self.inputs.places().take_while(|place| !place.is_project());
        let Some(file) = self.inputs.places().find(|place| place.is_project()) else {
            return Ok(ProjectUrl::None);
        };
        let Some(url) = file.get(BASE_URL).filter(|_| first(above(), &[BASE_URL]).is_none()) else {
            return Ok(ProjectUrl::None);
        };
        let names = self.key_names();
        if first(above(), &names).is_some() {
            return Ok(ProjectUrl::Shunned(url));
        }
        let endpoint = read(&url)?;
        let key = self.names_for(&endpoint).into_iter().find_map(|name| file.get(name));
        let anything = [&names[..], &[BASE_URL]].concat();
        let has_own = || first(self.inputs.own_places(), &anything).is_some();
        if key.is_some() || (endpoint.is_loopback() && !has_own()) {
            return Ok(ProjectUrl::Used(Pair {
                endpoint,
                key,
                account: None,
                source: url.source,
                is_project: true,
            }));
        }
        Ok(ProjectUrl::Shunned(url))
    }

    /// The pair from everything but the address in the project's file.
    fn own(&self) -> Result<Pair<'a>, Failure> {
        let places: Vec<Site<'a>> = self.own_places().collect();
        let addressed = places.iter().enumerate().find_map(|(at, place)| Some((at, self.address(*place)?)));
        let Some((at, (url, key_env))) = addressed else {
            return self.by_key_alone(self.places());
        };
        let endpoint = read(&url)?;
        if let Some(account) = self.account.filter(|_| matches!(places[at], Site::Account(_))) {
            return Ok(Pair::of(account, url.source));
        }
        let names = key_env.map_or_else(|| self.names_for(&endpoint), |name| vec![name]);
        let flag = Site::Flags(&self.inputs.flags).get(KEY);
        let key = flag.or_else(|| first(self.places(), &names));
        if key.is_none()
            && let Some(account) = self.account.filter(|account| account.endpoint == endpoint)
        {
            return Ok(Pair::of(account, url.source));
        }
        if key.is_some() || endpoint.is_private() {
            return Ok(Pair { endpoint, key, account: None, source: url.source, is_project: false });
        }
        // A key in a higher place than an address that nobody has a key for is the newer word.
        let above = places.into_iter().take(at);
        self.by_key_alone(above).map_err(|_| refusal::no_key_for(self.inputs, &endpoint, &url.source, &names))
    }

    /// The address a place names, and the variable of its key if the place says which.
    fn address(&self, place: Site<'a>) -> Option<(Hit<'a>, Option<&'a str>)> {
        if let (Site::Settings(_), Some(entry)) = (place, self.entry())
            && let Some(url) = entry.base_url.as_deref()
        {
            let source = Source::Settings(format!("modelProviders, {}", entry.id));
            return Some((Hit { value: url, source }, entry.key_env.as_deref()));
        }
        Some((place.get(BASE_URL)?, None))
    }

    /// A key decides where it goes.
    fn by_key_alone(&self, places: impl Iterator<Item = Site<'a>>) -> Result<Pair<'a>, Failure> {
        let places: Vec<_> = places.collect();
        let model = self.model.as_ref().map_or("", |hit| hit.value);
        let preferred: Vec<&str> =
            makers(model).iter().filter_map(|id| provider(id)).map(|row| row.key_env).collect();
        let mut found = None;
        for names in [
            self.entry().and_then(|e| e.key_env.as_deref()).into_iter().collect(),
            preferred,
            self.key_names(),
        ] {
            found = found.or_else(|| {
                places.iter().find_map(|place| names.iter().find_map(|name| Some((*name, place.get(name)?))))
            });
        }
        let Some((name, key)) = found else {
            return Err(refusal::nothing_found(self.inputs, self.shunned.as_ref()));
        };
        let (url, source) = match self.inputs.settings.models.iter().find(|e| e.is_for_key(name)) {
            Some(entry) => {
                (entry.base_url.as_deref(), Source::Settings(format!("modelProviders, {}", entry.id)))
            }
            None => (default_url(name, key.value, model), Source::BuiltIn),
        };
        let Some(url) = url else {
            return Err(refusal::no_address(&key.source));
        };
        if let Some(shunned) = self.shunned.as_ref().filter(|_| name == KEY && source == Source::BuiltIn) {
            return Err(refusal::shunned(self.inputs, shunned));
        }
        let endpoint = read(&Hit { value: url, source: source.clone() })?;
        Ok(Pair { endpoint, key: Some(key), account: None, source, is_project: false })
    }

    /// The entry of `modelProviders` for the model.
    fn entry(&self) -> Option<&'a ModelEntry> {
        let model = self.model.as_ref()?.value;
        self.inputs.settings.models.iter().find(|entry| entry.id == model)
    }

    /// Variables whose keys may go to this server.
    fn names_for(&self, endpoint: &Endpoint) -> Vec<&'static str> {
        vec![self.provider_of(endpoint).key_env, KEY]
    }

    /// All variables that hold keys.
    fn key_names(&self) -> Vec<&'a str> {
        let custom = self.inputs.settings.models.iter().filter_map(|entry| entry.key_env.as_deref());
        PROVIDERS.iter().map(|row| row.key_env).chain(custom).collect()
    }

    fn provider_of(&self, endpoint: &Endpoint) -> &'static Provider {
        let by_host = provider_for(endpoint.host());
        match provider("qwen-cloud") {
            Some(qwen) if self.proxy.as_ref() == Some(endpoint) && !by_host.is_qwen_cloud => qwen,
            _ => by_host,
        }
    }

    fn finish(self, pair: Pair<'a>) -> Result<Found, Failure> {
        let (model, model_source) = match &self.model {
            Some(hit) => (hit.value.to_owned(), hit.source.clone()),
            None => self.default_model(&pair)?,
        };
        let mut notes: Vec<String> = self.inputs.files.iter().flat_map(|file| file.notes.clone()).collect();
        if pair.is_project {
            notes.push(format!("requests go to `{}`, as {} says", pair.endpoint.base(), pair.source));
        }
        notes.extend(self.shunned.as_ref().map(refusal::shunned_note));
        notes.extend(self.inputs.accounts.notes.iter().cloned());
        notes.extend(self.account_note(&pair));
        Ok(Found {
            access: pair.access(),
            model,
            model_source,
            proxy_base_url: self.proxy.map(|proxy| proxy.base().to_owned()),
            notes,
        })
    }

    /// What to say when the chosen account is passed over.
    fn account_note(&self, pair: &Pair<'a>) -> Option<String> {
        let account = self.inputs.accounts.current().filter(|_| pair.account.is_none())?;
        let instead = pair.key.as_ref().map_or(&pair.source, |key| &key.source);
        let undo = instead.undo().map(|undo| format!("; to use it, {undo}")).unwrap_or_default();
        Some(format!("the account `{}` is not used: {instead} stands above it{undo}", account.name))
    }

    fn default_model(&self, pair: &Pair<'a>) -> Result<(String, Source), Failure> {
        if let Some(model) = self.provider_of(&pair.endpoint).default_model {
            return Ok((model.to_owned(), Source::BuiltIn));
        }
        let is_there = |entry: &&ModelEntry| {
            entry
                .base_url
                .as_deref()
                .and_then(|url| Endpoint::parse(url).ok())
                .is_some_and(|e| e == pair.endpoint)
        };
        match self.inputs.settings.models.iter().find(is_there) {
            Some(entry) => Ok((entry.id.clone(), Source::Settings("modelProviders".to_owned()))),
            None => Err(refusal::no_model(&pair.endpoint)),
        }
    }
}

impl<'a> Pair<'a> {
    fn of(account: &'a Account, source: Source) -> Self {
        let endpoint = account.endpoint.clone();
        Self { endpoint, key: None, account: Some(account), source, is_project: false }
    }

    fn access(self) -> Access {
        if let Some((account, place)) = self.account.and_then(|account| Some((account, account.key?))) {
            return Access::Stored(StoredKey { account: account.clone(), place });
        }
        let source = self.key.as_ref().map_or(self.source, |hit| hit.source.clone());
        let key = self.key.map(|hit| Secret::new(hit.value.to_owned()));
        Access::Ready(Credential::new(self.endpoint, key, source))
    }
}

impl ModelEntry {
    fn is_for_key(&self, name: &str) -> bool {
        self.base_url.is_some() && self.key_env.as_deref() == Some(name)
    }
}

/// Where a key goes when nothing says where.
pub(super) fn default_url(name: &str, key: &str, model: &str) -> Option<&'static str> {
    let row = if name == KEY {
        let owner = owner(key).filter(|row| row.billing != Billing::ByPlan);
        let maker = makers(model).contains(&"openai").then(|| provider("openai")).flatten();
        owner.or(maker).or_else(|| provider("qwen-cloud"))
    } else {
        PROVIDERS.iter().find(|row| row.key_env == name)
    };
    row?.base_urls.first().copied()
}

fn read(url: &Hit<'_>) -> Result<Endpoint, Failure> {
    Endpoint::parse(url.value).map_err(|why| refusal::wrong_url(&url.source, &why))
}

#[cfg(test)]
mod tests;

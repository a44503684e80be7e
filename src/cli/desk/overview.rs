//! Who is signed in, what can be chosen, what was found.

use std::sync::Arc;

use super::{known::Known, rows::rows, service::Service};
use crate::{
    agent::Connection,
    auth::{Account, Credential, Found, Place, Source, Storage, find, lying_about},
    catalog::provider_for,
    protocol::{AccountRow, Failure, FoundKey, Overview},
};

impl Service {
    /// Everything a sign-in screen shows first. Asks no keyring and no network.
    ///
    /// Errors: settings that cannot be used.
    pub(in crate::cli) async fn overview(self: &Arc<Self>) -> Result<Overview, Failure> {
        self.on_disk(|service, known| Ok(known.overview(service.connection().as_ref()))).await
    }
}

impl Known {
    /// The same; `connection` is what a running session talks to, and without one it is what a new one would.
    pub(in crate::cli) fn overview(&self, connection: Option<&Connection>) -> Overview {
        let current = match connection {
            Some(connection) => Some(self.of_connection(connection)),
            None => find(&self.inputs).ok().map(|found| self.of_found(&found)),
        };
        let name = current.as_ref().map(|row| row.name.clone());
        let accounts = self.accounts();
        let all = accounts.iter().map(|account| self.of_account(account));
        Overview {
            accounts: all
                .map(|row| AccountRow { is_current: Some(&row.name) == name.as_ref(), ..row })
                .collect(),
            current,
            presets: rows(),
            found: lying_about(&self.inputs).iter().map(found_key).collect(),
            storage: self.storage(),
        }
    }

    /// What the chosen account, or whatever stands above it, looks like.
    pub(in crate::cli) fn of_found(&self, found: &Found) -> AccountRow {
        let source = found.access.source();
        let row = match &source {
            Source::Account(name) => self.account(name).ok().map(|account| self.of_account(&account)),
            Source::SignIn(_) => self.accounts().iter().find(|a| a.is_sign_in()).map(|a| self.of_account(a)),
            _ => None,
        };
        let endpoint = found.access.endpoint();
        let key = match &found.access {
            crate::auth::Access::Ready(credential) => credential.key().map(crate::base::Secret::masked),
            crate::auth::Access::Stored(_) => None,
        };
        let row = row.unwrap_or_else(|| AccountRow {
            name: source.to_string(),
            masked_key: key.unwrap_or_default(),
            source: source.to_string(),
            ..AccountRow::default()
        });
        AccountRow {
            provider: provider_for(endpoint.host()).name.to_owned(),
            base_url: endpoint.base().to_owned(),
            model: found.model.clone(),
            is_current: true,
            ..row
        }
    }

    /// What a running session talks to.
    fn of_connection(&self, connection: &Connection) -> AccountRow {
        let credential = &connection.credential;
        let account = match credential.source() {
            Source::Account(name) => self.account(name).ok(),
            Source::SignIn(_) => self.accounts().into_iter().find(Account::is_sign_in),
            _ => None,
        };
        let row = account.map_or_else(
            || AccountRow {
                name: connection.account.clone(),
                source: credential.source().to_string(),
                ..AccountRow::default()
            },
            |account| self.of_account(&account),
        );
        AccountRow {
            provider: connection.profile.provider.name.to_owned(),
            base_url: credential.endpoint().base().to_owned(),
            model: connection.profile.model.clone(),
            masked_key: credential.key().map(crate::base::Secret::masked).unwrap_or(row.masked_key),
            is_current: true,
            ..row
        }
    }

    /// One account. A key in the keyring is not read for a list: that could open a question.
    pub(in crate::cli) fn of_account(&self, account: &Account) -> AccountRow {
        let provider = provider_for(account.endpoint.host());
        let default = provider.default_model.filter(|_| !account.is_sign_in());
        let model = account.model.as_deref().or(default);
        let (masked_key, source) = match account.key {
            None => (String::new(), "no key needed".to_owned()),
            Some(Place::SignIn) => (String::new(), Source::SignIn(self.sign_in_path()).to_string()),
            Some(Place::Keyring) => ("…".to_owned(), "the system's keyring".to_owned()),
            Some(Place::File) => {
                let key = self.vault().read(&account.slot(), Place::File);
                let masked = key.map_or_else(|_| "missing".to_owned(), |key| key.masked());
                (masked, format!("`{}`", self.homes.qwen_home.join("credentials.json").display()))
            }
        };
        AccountRow {
            name: account.name.clone(),
            provider: provider.name.to_owned(),
            base_url: account.endpoint.base().to_owned(),
            model: model
                .unwrap_or(if account.is_sign_in() { crate::auth::oauth::DEFAULT_MODEL } else { "" })
                .to_owned(),
            masked_key,
            source,
            is_current: false,
        }
    }

    fn sign_in_path(&self) -> String {
        self.inputs.oauth.file.path().display().to_string()
    }

    /// Where a new key would be kept. The keyring is not asked.
    pub(in crate::cli) fn storage(&self) -> String {
        let file =
            format!("`{}`, which only you can read", self.homes.qwen_home.join("credentials.json").display());
        let is_skipped = self.inputs.env.get("QWEN_NO_KEYRING").is_some();
        match self.settings.storage() {
            Storage::File => file,
            Storage::Auto if is_skipped => file,
            Storage::Auto => format!("the system's keyring; where there is none, {file}"),
            Storage::Keyring => "the system's keyring".to_owned(),
        }
    }
}

fn found_key(credential: &Credential) -> FoundKey {
    let source = credential.source().to_string();
    FoundKey {
        masked_key: credential.key().map(crate::base::Secret::masked).unwrap_or_default(),
        host: credential.endpoint().host().to_owned(),
        account: source.clone(),
        source,
    }
}

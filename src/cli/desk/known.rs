//! Everything a decision about accounts is made from: files and environment, read anew each time.

use std::{path::PathBuf, sync::Arc};

use super::{super::connect::connect, rows::QWEN_OAUTH};
use crate::{
    agent::Connection,
    auth::{self, Account, Accounts, Book, EnvFiles, Found, Inputs, Source, Vars, Vault, find, oauth},
    base::{AbsPath, Moment, Secret},
    config::{self, Homes, Loaded, Paths},
    context, net,
    protocol::{Failure, Kind},
};

/// The variable with the address of the person's proxy for Qwen Cloud, which holds for every account.
const PROXY: &str = "DASHSCOPE_PROXY_BASE_URL";

/// Reads the environment anew.
pub(in crate::cli) type Environment = Arc<dyn Fn() -> Vars + Send + Sync>;

/// What the command line says, kept for as long as the program runs.
pub(in crate::cli) struct Asked {
    /// The folder the person works in.
    pub(in crate::cli) cwd: AbsPath,
    /// About keys and models.
    pub(in crate::cli) auth: auth::Flags,
    /// About settings.
    pub(in crate::cli) settings: config::Flags,
    /// Reads the environment: values are secrets, so nobody keeps them.
    pub(in crate::cli) env: Environment,
}

/// What there is.
pub(in crate::cli) struct Known {
    pub(in crate::cli) homes: Homes,
    pub(in crate::cli) settings: Loaded,
    pub(in crate::cli) inputs: Inputs,
}

impl Asked {
    /// Nothing, in the working folder. Errors: there is no such folder.
    pub(in crate::cli) fn nothing() -> Result<Self, Failure> {
        let cwd = super::super::assemble::working_folder()?;
        let env = Arc::new(Vars::from_process);
        Ok(Self { cwd, auth: auth::Flags::default(), settings: config::Flags::default(), env })
    }

    /// The same in another folder.
    pub(in crate::cli) fn at(&self, cwd: AbsPath) -> Self {
        Self { cwd, auth: self.flags(), settings: self.settings.clone(), env: Arc::clone(&self.env) }
    }

    /// The flags again: a key has one owner, so this makes another.
    fn flags(&self) -> auth::Flags {
        let key = self.auth.api_key.as_ref().map(|key| Secret::new(key.expose().to_owned()));
        auth::Flags {
            auth_type: self.auth.auth_type.clone(),
            api_key: key,
            base_url: self.auth.base_url.clone(),
            model: self.auth.model.clone(),
        }
    }
}

/// Everything a credential may come from.
pub(in crate::cli) fn inputs(
    flags: auth::Flags,
    settings: auth::Options,
    homes: &Homes,
    cwd: &AbsPath,
    env: Vars,
) -> Inputs {
    Inputs {
        flags,
        files: EnvFiles::collect(cwd.as_path(), &homes.qwen_home, &homes.user_home),
        accounts: Book::at(&homes.qwen_home).list(),
        settings,
        oauth: oauth::Collected::in_home(&homes.qwen_home),
        env,
    }
}

impl Known {
    /// Reads it. Errors: settings that cannot be used.
    pub(in crate::cli) fn read(asked: &Asked) -> Result<Self, Failure> {
        let env = (asked.env)();
        let homes = config::homes(&env)?;
        let root = context::root_of(&asked.cwd);
        let paths = Paths::usual(&homes, root.as_path(), &env);
        let settings = config::load(&paths, &env, &asked.settings)?;
        let inputs = inputs(asked.flags(), settings.auth(), &homes, &asked.cwd, env);
        Ok(Self { homes, settings, inputs })
    }

    /// The list of accounts.
    pub(in crate::cli) fn book(&self) -> Book {
        Book::at(&self.homes.qwen_home)
    }

    /// Where keys are kept. Nothing is touched.
    pub(in crate::cli) fn vault(&self) -> Vault {
        Vault::new(&self.homes.qwen_home, self.settings.storage(), self.inputs.env.get("QWEN_NO_KEYRING"))
    }

    /// How the network is reached.
    pub(in crate::cli) fn net(&self) -> net::Lazy {
        net::Lazy::new(self.settings.net(&self.inputs.env))
    }

    /// The person's own settings file.
    pub(in crate::cli) fn settings_file(&self) -> PathBuf {
        self.homes.qwen_home.join("settings.json")
    }

    /// All accounts, the newest first; a sign-in that another program made is one, too.
    pub(in crate::cli) fn accounts(&self) -> Vec<Account> {
        let mut all = self.inputs.accounts.all.clone();
        all.reverse();
        if !all.iter().any(Account::is_sign_in) {
            all.extend(self.sign_in());
        }
        all
    }

    /// The account of this name. Errors: kind `usage`, with the names there are.
    pub(in crate::cli) fn account(&self, name: &str) -> Result<Account, Failure> {
        let all = self.accounts();
        let names: Vec<String> = all.iter().map(|account| format!("`{}`", account.name)).collect();
        all.into_iter().find(|account| account.name == name).ok_or_else(|| {
            let failure = Failure::new(Kind::Usage, format!("there is no account `{name}`"));
            if names.is_empty() {
                failure.hint("there are none at all: `qwen auth login` adds one")
            } else {
                failure.hint(format!("there are {}", names.join(", ")))
            }
        })
    }

    /// The sign-in as an account, if somebody signed in.
    pub(in crate::cli) fn sign_in(&self) -> Option<Account> {
        let oauth::Kept::SignedIn(_) = &self.inputs.oauth.kept else { return None };
        let endpoint = self.sign_in_found(None).ok()?.access.endpoint().clone();
        Some(Account {
            name: QWEN_OAUTH.to_owned(),
            preset: QWEN_OAUTH.to_owned(),
            endpoint,
            model: None,
            key: Some(auth::Place::SignIn),
            created: Moment(super::super::assemble::now()),
        })
    }

    /// What a sign-in alone comes to. Errors: nobody signed in; a model it does not have.
    fn sign_in_found(&self, model: Option<String>) -> Result<Found, Failure> {
        let file = self.inputs.oauth.file.clone();
        let inputs = Inputs {
            flags: auth::Flags { auth_type: Some(QWEN_OAUTH.to_owned()), model, ..auth::Flags::default() },
            settings: auth::Options { oauth: self.inputs.settings.oauth.clone(), ..auth::Options::default() },
            oauth: oauth::Collected { kept: file.read(), file },
            ..Inputs::default()
        };
        find(&inputs)
    }

    /// What one account alone comes to, whatever else there is, with its own model or this one.
    ///
    /// Errors: there is none of this name; those of [`find`].
    pub(in crate::cli) fn alone(&self, name: &str, model: Option<&str>) -> Result<Found, Failure> {
        let account = self.account(name)?;
        if account.is_sign_in() {
            return self.sign_in_found(model.map(str::to_owned).or(account.model));
        }
        let proxy = self.inputs.env.get(PROXY).map(|url| (PROXY, url.to_owned()));
        let models = if model.is_some() { Vec::new() } else { self.inputs.settings.models.clone() };
        let inputs = Inputs {
            flags: auth::Flags { model: model.map(str::to_owned), ..auth::Flags::default() },
            env: proxy.into_iter().collect(),
            accounts: Accounts { current: Some(account.name.clone()), all: vec![account], notes: Vec::new() },
            settings: auth::Options { models, ..auth::Options::default() },
            ..Inputs::default()
        };
        find(&inputs)
    }

    /// The connection a [`Found`] leads to. May wait for the keyring. Errors: those of [`auth::Access::open`].
    pub(in crate::cli) fn connect(&self, found: Found) -> Result<Connection, Failure> {
        connect(found, &self.settings, &self.vault())
    }

    /// What stands above the chosen account at the start of a session, and how to undo that.
    pub(in crate::cli) fn above(&self) -> Option<String> {
        let current = self.inputs.accounts.current()?;
        let instead = match find(&self.inputs) {
            Ok(found) => found.access.source(),
            Err(failure) => return Some(format!("new sessions here do not start: {}", failure.error)),
        };
        match &instead {
            Source::Account(name) if *name == current.name => return None,
            Source::SignIn(_) if current.is_sign_in() => return None,
            _ => {}
        }
        let undo =
            instead.undo().map(|undo| format!("; to use the account there, {undo}")).unwrap_or_default();
        Some(format!(
            "new sessions here use {instead}, which stands above the account `{}`{undo}",
            current.name
        ))
    }
}

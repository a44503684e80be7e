//! Changes accounts: the list and the keys together.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::{
    auth::{Place, Vault, jsonfile::JsonFile, refusal},
    base::Secret,
    protocol::{Failure, Kind},
};

use super::account::{Account, Accounts, is_name};

/// `accounts.json`.
#[derive(Clone, Debug)]
pub struct Book {
    file: JsonFile,
}

/// An account that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// As it is kept: it says where its key is.
    pub account: Account,
    /// One line: where its key is, and why there; `None` when it needs none.
    pub line: Option<String>,
}

impl Book {
    /// The book in the person's folder. Nothing is touched.
    pub fn at(qwen_home: &Path) -> Self {
        Self { file: JsonFile::at(qwen_home.join("accounts.json")) }
    }

    /// All accounts. A file that cannot be read is a note, not an error: other keys may be there.
    pub fn list(&self) -> Accounts {
        match self.file.read() {
            Ok(object) => Accounts::of(&object),
            Err(failure) => Accounts { notes: vec![failure.error], ..Accounts::default() },
        }
    }

    /// Adds an account, with its key, and chooses it. One of the same name for the same address is replaced: this
    /// is how a key is changed.
    ///
    /// Errors: kind `usage` for a name that cannot be one, or is another server's; kind `auth` for a key that
    /// belongs to another provider; those of [`Vault::put`]; kind `config` when the list cannot be written. The list
    /// is then as it was.
    pub fn add(&self, vault: &Vault, new: Account, key: Option<&Secret>) -> Result<Added, Failure> {
        if !is_name(&new.name) {
            return Err(Failure::new(Kind::Usage, "this cannot be the name of an account")
                .hint("use 1 to 64 characters, without line breaks"));
        }
        let key = key.filter(|key| !key.is_empty());
        if let Some(key) = key {
            refusal::foreign(&new.endpoint, key.expose(), "this")?;
        }
        let before = self.list().named(&new.name).cloned();
        if let Some(other) = before.as_ref().filter(|other| other.endpoint != new.endpoint) {
            let (name, host) = (&other.name, other.endpoint.host());
            return Err(Failure::new(Kind::Usage, format!("the account `{name}` is for `{host}`"))
                .hint("choose another name, or remove that account first"));
        }
        let kept = key.map(|key| vault.put(&new.slot(), key)).transpose()?;
        let account = Account { key: kept.as_ref().map(|kept| kept.place), ..new };
        if let Err(failure) = self.write(&account) {
            if let Some(place) = account.key.filter(|_| before.is_none()) {
                // The list comes first: a key that nothing leads to would stay for ever.
                let _ = vault.remove(&account.slot(), place);
            }
            return Err(failure);
        }
        let mut line = kept.map(|kept| kept.line);
        let old = before.and_then(|before| before.key).filter(|old| Some(*old) != account.key);
        if let Some(Err(failure)) = old.map(|old| vault.remove(&account.slot(), old)) {
            let told = line.unwrap_or_default();
            line = Some(format!("{told}; the old one was not removed: {}", failure.error));
        }
        Ok(Added { account, line })
    }

    /// Adds the sign-in with Qwen OAuth, whose tokens are in a file of their own, and chooses it. An account of the
    /// same name is replaced if it is a sign-in, too.
    ///
    /// Errors: kind `usage` when the name is a server's with a key; kind `config` when the list cannot be written.
    pub fn add_sign_in(&self, new: Account) -> Result<Account, Failure> {
        if self.list().named(&new.name).is_some_and(|other| !other.is_sign_in()) {
            let error = format!("the account `{}` is a server with a key, not a sign-in", new.name);
            return Err(Failure::new(Kind::Usage, error).hint("remove that account first"));
        }
        let account = Account { key: Some(Place::SignIn), ..new };
        self.write(&account)?;
        Ok(account)
    }

    /// Changes the model an account is used with. Errors: kind `usage` when there is none of this name.
    pub fn set_model(&self, name: &str, model: &str) -> Result<(), Failure> {
        self.file.change(|object| {
            let accounts = Accounts::of(object);
            accounts.named(name).ok_or_else(|| no_such(&accounts, name))?;
            let entry =
                entries(object)?.iter_mut().find(|entry| entry.get("name").is_some_and(|n| n == name));
            if let Some(entry) = entry.and_then(Value::as_object_mut) {
                entry.insert("model".to_owned(), Value::from(model));
            }
            Ok(())
        })
    }

    /// Chooses none of the accounts; whether one was chosen.
    pub fn choose_none(&self) -> Result<bool, Failure> {
        self.file.change(|object| Ok(object.remove("current").is_some()))
    }

    /// Chooses an account. Errors: kind `usage` when there is none of this name.
    pub fn choose(&self, name: &str) -> Result<Account, Failure> {
        self.file.change(|object| {
            let accounts = Accounts::of(object);
            let account = accounts.named(name).ok_or_else(|| no_such(&accounts, name))?;
            object.insert("current".to_owned(), Value::from(name));
            Ok(account.clone())
        })
    }

    /// Removes an account: its key first. If it was the one in use, none is.
    ///
    /// Errors: kind `usage` when there is none of this name; those of [`Vault::remove`], and then the account
    /// stays, so that the key can still be reached.
    pub fn remove(&self, vault: &Vault, name: &str) -> Result<Account, Failure> {
        let accounts = self.list();
        let account = accounts.named(name).ok_or_else(|| no_such(&accounts, name))?;
        if let Some(place) = account.key {
            vault.remove(&account.slot(), place)?;
        }
        self.file.change(|object| {
            entries(object)?.retain(|entry| entry.get("name").is_none_or(|n| n != name));
            if object.get("current").is_some_and(|current| current == name) {
                object.remove("current");
            }
            Ok(())
        })?;
        Ok(account.clone())
    }

    fn write(&self, account: &Account) -> Result<(), Failure> {
        self.file.change(|object| {
            let entries = entries(object)?;
            let at = entries.iter().position(|entry| entry.get("name").is_some_and(|n| *n == account.name));
            if let Some(entry) = at.and_then(|at| entries[at].as_object_mut()) {
                account.write(entry);
            } else {
                let mut entry = Map::new();
                account.write(&mut entry);
                entries.push(Value::Object(entry));
            }
            object.insert("current".to_owned(), Value::from(account.name.as_str()));
            Ok(())
        })
    }
}

fn entries(object: &mut Map<String, Value>) -> Result<&mut Vec<Value>, Failure> {
    object.entry("accounts").or_insert_with(|| json!([])).as_array_mut().ok_or_else(|| {
        Failure::new(Kind::Config, "`accounts` in `accounts.json` is not a list")
            .hint("put it right, or move the file away")
    })
}

fn no_such(accounts: &Accounts, name: &str) -> Failure {
    let names: Vec<String> = accounts.all.iter().map(|account| format!("`{}`", account.name)).collect();
    let failure = Failure::new(Kind::Usage, format!("there is no account `{name}`"));
    match names.as_slice() {
        [] => failure.hint("there are none at all"),
        names => failure.hint(format!("there are {}", names.join(", "))),
    }
}

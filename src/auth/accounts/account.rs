//! One account, and all of them as data.

use serde_json::{Map, Value, json};

use crate::{
    auth::{Endpoint, Place, Slot},
    base::Moment,
};

/// A server a person has signed in to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The person's name for it: 1 to 64 characters.
    pub name: String,
    /// The preset it was made from, or the provider's id.
    pub preset: String,
    /// The only address its key goes to.
    pub endpoint: Endpoint,
    /// The model, unless another is named.
    pub model: Option<String>,
    /// Where its key is, or that somebody signed in; `None` for a server that needs neither.
    pub key: Option<Place>,
    /// When it was added.
    pub created: Moment,
}

/// What was read of `accounts.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    /// All accounts, in the order they were added.
    pub all: Vec<Account>,
    /// The name of the one that is used.
    pub current: Option<String>,
    /// What a person should know about the file.
    pub notes: Vec<String>,
}

impl Account {
    /// What its key is kept under.
    pub fn slot(&self) -> Slot {
        Slot::new(&self.endpoint, &self.name)
    }

    /// Whether it is the sign-in with Qwen OAuth. Its address is the one the sign-in named when it was made; the
    /// tokens go where the sign-in says now.
    pub fn is_sign_in(&self) -> bool {
        self.key == Some(Place::SignIn)
    }

    /// Reads an entry; `None` when it is not understood.
    fn read(entry: &Value) -> Option<Self> {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        let key = match text("key")? {
            "none" => None,
            word => Some(Place::ALL.into_iter().find(|place| place.name() == word)?),
        };
        Some(Self {
            name: text("name").filter(|name| is_name(name))?.to_owned(),
            preset: text("preset").unwrap_or("custom").to_owned(),
            endpoint: Endpoint::parse(text("baseUrl")?).ok()?,
            model: text("model").map(str::to_owned),
            key,
            created: Moment(entry.get("created").and_then(Value::as_u64).unwrap_or_default()),
        })
    }

    /// Writes what it knows into an entry, beside what it does not know.
    pub(super) fn write(&self, entry: &mut Map<String, Value>) {
        let known = json!({
            "name": self.name,
            "preset": self.preset,
            "baseUrl": self.endpoint.base(),
            "model": self.model,
            "key": self.key.map_or("none", Place::name),
            "created": self.created.0,
        });
        entry.extend(known.as_object().cloned().unwrap_or_default());
    }
}

impl Accounts {
    /// Reads the file's object. An entry that is not understood is passed over with a note.
    pub(super) fn of(object: &Map<String, Value>) -> Self {
        let mut accounts = Self::default();
        for entry in object.get("accounts").and_then(Value::as_array).into_iter().flatten() {
            match Account::read(entry) {
                Some(account) if accounts.named(&account.name).is_none() => accounts.all.push(account),
                _ => accounts
                    .notes
                    .push("an entry of `accounts.json` is not understood and not used".to_owned()),
            }
        }
        let named = object.get("current").and_then(Value::as_str);
        accounts.current = named.map(str::to_owned);
        if let Some(name) = named.filter(|name| accounts.named(name).is_none()) {
            let note = format!("the chosen account `{name}` is not in `accounts.json`");
            accounts.notes.push(note);
        }
        accounts
    }

    /// The account that is used.
    pub fn current(&self) -> Option<&Account> {
        self.named(self.current.as_deref()?)
    }

    /// The account of this name.
    pub fn named(&self, name: &str) -> Option<&Account> {
        self.all.iter().find(|account| account.name == name)
    }
}

/// Whether a text can be an account's name: it stands in lists, messages and a keyring.
pub(super) fn is_name(name: &str) -> bool {
    let count = name.chars().count();
    (1..=64).contains(&count) && name.trim() == name && !name.chars().any(char::is_control)
}

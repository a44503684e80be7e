//! What a credential is looked for in.

use crate::base::Secret;

use super::{
    accounts::{Account, Accounts},
    credential::Source,
    envfile::{EnvFile, EnvFiles},
    oauth,
    vars::Vars,
};

/// The variable of a key for any server.
pub(super) const KEY: &str = "OPENAI_API_KEY";
/// The variable of a base URL.
pub(super) const BASE_URL: &str = "OPENAI_BASE_URL";
/// The variables of a model's name.
pub(super) const MODEL: [&str; 2] = ["OPENAI_MODEL", "QWEN_MODEL"];

/// What the command line says.
#[derive(Default)]
pub struct Flags {
    /// `--auth-type`.
    pub auth_type: Option<String>,
    /// `--openai-api-key`.
    pub api_key: Option<Secret>,
    /// `--openai-base-url`.
    pub base_url: Option<String>,
    /// `--model`.
    pub model: Option<String>,
}

/// What the person's own settings say. A project's settings have no part in this.
#[derive(Default)]
pub struct Options {
    /// `security.auth.selectedType`.
    pub selected_type: Option<String>,
    /// `security.auth.apiKey`.
    pub api_key: Option<Secret>,
    /// `security.auth.baseUrl`.
    pub base_url: Option<String>,
    /// `model.name`.
    pub model: Option<String>,
    /// `modelProviders`, those that speak Chat Completions.
    pub models: Vec<ModelEntry>,
    /// `env`.
    pub env: Vars,
    /// Names of variables that settings took keys from, written there as `$NAME`.
    pub referenced: Vec<String>,
    /// `security.auth.oauth`.
    pub oauth: oauth::Overrides,
}

/// A model that settings tie to a server and a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelEntry {
    /// The model's name as it is sent.
    pub id: String,
    /// The server.
    pub base_url: Option<String>,
    /// The variable that holds the key.
    pub key_env: Option<String>,
}

/// Everything a credential may come from, collected before anything is decided.
#[derive(Default)]
pub struct Inputs {
    /// The command line.
    pub flags: Flags,
    /// The environment of the process.
    pub env: Vars,
    /// `.env` files.
    pub files: EnvFiles,
    /// Accounts: names and addresses. Their keys are read when it is known that one is needed.
    pub accounts: Accounts,
    /// The person's settings.
    pub settings: Options,
    /// The sign-in with Qwen OAuth.
    pub oauth: oauth::Collected,
}

/// A value and where it was found.
pub(super) struct Hit<'a> {
    pub(super) value: &'a str,
    pub(super) source: Source,
}

/// One place to look in.
#[derive(Clone, Copy)]
pub(super) enum Site<'a> {
    Flags(&'a Flags),
    Environment(&'a Vars),
    File(&'a EnvFile),
    Account(&'a Account),
    Settings(&'a Options),
}

impl Inputs {
    /// All places, the highest first.
    pub(super) fn places(&self) -> impl Iterator<Item = Site<'_>> {
        [Site::Flags(&self.flags), Site::Environment(&self.env)]
            .into_iter()
            .chain(self.files.iter().map(Site::File))
            .chain(self.accounts.current().map(Site::Account))
            .chain([Site::Settings(&self.settings)])
    }

    /// The places that are the person's own.
    pub(super) fn own_places(&self) -> impl Iterator<Item = Site<'_>> {
        self.places().filter(|place| !place.is_project())
    }
}

/// The first of `names` in the highest of `places`.
pub(super) fn first<'a>(mut places: impl Iterator<Item = Site<'a>>, names: &[&str]) -> Option<Hit<'a>> {
    places.find_map(|place| names.iter().find_map(|name| place.get(name)))
}

impl<'a> Site<'a> {
    pub(super) fn is_project(self) -> bool {
        matches!(self, Self::File(file) if file.is_project)
    }

    /// What this place says under a variable's name. Flags and settings have their own names for some.
    pub(super) fn get(self, name: &str) -> Option<Hit<'a>> {
        let (value, source) = match self {
            Self::Flags(flags) => flags.get(name)?,
            Self::Environment(vars) => (vars.get(name)?, Source::Environment(name.to_owned())),
            Self::File(file) => {
                (file.vars.get(name)?, Source::EnvFile(name.to_owned(), file.path.display().to_string()))
            }
            // Its key is not among the values that are lent out: it goes nowhere but to its own address.
            Self::Account(account) => (account.get(name)?, Source::Account(account.name.clone())),
            Self::Settings(settings) => settings.get(name)?,
        };
        Some(Hit { value, source })
    }
}

impl Account {
    fn get(&self, name: &str) -> Option<&str> {
        match name {
            BASE_URL => Some(self.endpoint.base()),
            "OPENAI_MODEL" => self.model.as_deref(),
            _ => None,
        }
    }
}

impl Flags {
    fn get(&self, name: &str) -> Option<(&str, Source)> {
        let (value, flag) = match name {
            KEY => (self.api_key.as_ref().map(Secret::expose), "--openai-api-key"),
            BASE_URL => (self.base_url.as_deref(), "--openai-base-url"),
            "OPENAI_MODEL" => (self.model.as_deref(), "--model"),
            _ => return None,
        };
        Some((filled(value)?, Source::Flag(flag)))
    }
}

impl Options {
    fn get(&self, name: &str) -> Option<(&str, Source)> {
        let (value, key) = match name {
            KEY => (self.api_key.as_ref().map(Secret::expose), "security.auth.apiKey"),
            BASE_URL => (self.base_url.as_deref(), "security.auth.baseUrl"),
            "OPENAI_MODEL" => (self.model.as_deref(), "model.name"),
            _ => (None, ""),
        };
        if let Some(value) = filled(value) {
            return Some((value, Source::Settings(key.to_owned())));
        }
        Some((self.env.get(name)?, Source::Settings(format!("env.{name}"))))
    }
}

fn filled(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|value| !value.is_empty())
}

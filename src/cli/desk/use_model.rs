//! Uses another model, of the account in use or of another one.

use std::sync::Arc;

use super::{known::Known, models::SETTINGS, service::Service, settings_file};
use crate::{
    agent::Connection,
    auth::{
        Source, find,
        oauth::{DEFAULT_MODEL, Options},
    },
    catalog::Profile,
    protocol::{Failure, Kind},
};

impl Service {
    /// Uses a model from now on; with `is_default` later sessions begin with it, too. A name nobody knows is used as
    /// it is, with a careful window and no markers, and what was perhaps meant is said.
    ///
    /// Errors: a name that is none; no account; a model the sign-in does not have; the default cannot be written.
    pub(in crate::cli) async fn use_model(
        self: &Arc<Self>,
        model: &str,
        account: Option<&str>,
        is_default: bool,
    ) -> Result<Connection, Failure> {
        let model = model.trim().to_owned();
        if model.is_empty() || model.chars().any(char::is_control) {
            return Err(Failure::new(Kind::Usage, "this cannot be the name of a model"));
        }
        let account = account.map(str::to_owned);
        self.on_disk(move |service, known| {
            let begun = service.connection();
            let mut connection = known.with_model(service, begun, &model, account.as_deref())?;
            connection.notes = connection.profile.unlisted().into_iter().collect();
            if is_default {
                connection.notes.push(known.keep_default(&connection)?);
            }
            Ok(connection)
        })
        .await
    }
}

impl Known {
    fn with_model(
        &self,
        service: &Service,
        begun: Option<Connection>,
        model: &str,
        account: Option<&str>,
    ) -> Result<Connection, Failure> {
        let is_tied = |wanted: &str| {
            self.inputs.settings.models.iter().any(|entry| entry.id == wanted && entry.base_url.is_some())
        };
        match (account, begun) {
            (Some(SETTINGS), _) => tied(service, model),
            // The account in use by another name than its own: a key that was found.
            (Some(name), Some(begun)) if name == begun.account => self.elsewhere(&begun, model),
            (Some(name), _) => self.connect(self.alone(name, Some(model))?),
            (None, _) if is_tied(model) => tied(service, model),
            (None, Some(begun)) => self.elsewhere(&begun, model),
            (None, None) => Err(find(&self.inputs).err().unwrap_or_else(|| {
                Failure::new(Kind::Auth, "nobody is signed in").hint("choose an account with `/auth`")
            })),
        }
    }

    /// The model with the account the session has.
    pub(in crate::cli) fn elsewhere(&self, begun: &Connection, model: &str) -> Result<Connection, Failure> {
        if begun.credential.is_sign_in() && Options::new(&self.inputs.settings.oauth)?.is_qwens() {
            return one_model(begun, model);
        }
        let endpoint = begun.credential.endpoint();
        let proxy = self.inputs.env.get("DASHSCOPE_PROXY_BASE_URL").map(str::to_owned);
        let overrides = self.settings.overrides(proxy);
        let profile = Profile::resolve(endpoint.host(), endpoint.base(), model, &overrides);
        Ok(Connection {
            cache_mode: self.settings.cache().mode(&profile.cache),
            cache_reason: super::super::connect::cache_reason(&profile),
            profile: Arc::new(profile),
            ..begun.clone()
        })
    }

    /// Lets later sessions begin with this model. Gives what was written, and where.
    fn keep_default(&self, connection: &Connection) -> Result<String, Failure> {
        let model = &connection.profile.model;
        let above =
            ["OPENAI_MODEL", "QWEN_MODEL"].into_iter().find(|name| self.inputs.env.get(name).is_some());
        let above =
            above.map(|name| format!("; {name} in the environment stands above it")).unwrap_or_default();
        // An account's model stands above the one in the settings.
        if let Source::Account(name) = connection.credential.source() {
            self.book().set_model(name, model)?;
            return Ok(format!("`{model}` is the default of the account `{name}` now{above}"));
        }
        if connection.credential.is_sign_in() {
            return Ok(format!("a sign-in begins with its own model in every session{above}"));
        }
        let path = self.settings_file();
        settings_file::set_model(&path, model)?;
        Ok(format!("`model.name` in `{}` is `{model}` now{above}", path.display()))
    }
}

/// Qwen's own sign-in has one model.
fn one_model(begun: &Connection, model: &str) -> Result<Connection, Failure> {
    if model == DEFAULT_MODEL {
        return Ok(begun.clone());
    }
    Err(Failure::new(Kind::Config, format!("Qwen OAuth has only the model `{DEFAULT_MODEL}`, not `{model}`"))
        .hint("choose another account with `/auth`"))
}

/// The model with the server and the key that the settings name for it.
fn tied(service: &Service, model: &str) -> Result<Connection, Failure> {
    let mut known = service.known()?;
    known.inputs.flags.model = Some(model.to_owned());
    known.connect(find(&known.inputs)?)
}

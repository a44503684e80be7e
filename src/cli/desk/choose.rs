//! Uses, removes and tests accounts.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{known::Known, rows::neighbour, service::Service};
use crate::{
    agent::Connection,
    auth::{Account, Found, find, lying_about},
    catalog::provider_for,
    protocol::{Failure, Kind, Tested},
    provider::probe::{self, Probe, Verdict},
};

impl Service {
    /// Uses an account from now on, also in later sessions. A key that was found may be named as it is listed; it is
    /// kept nowhere, so it is used by this session and wherever it is found again.
    ///
    /// Errors: there is none of this name; its key cannot be read.
    pub(in crate::cli) async fn choose(self: &Arc<Self>, name: &str) -> Result<Connection, Failure> {
        let name = name.to_owned();
        self.on_disk(move |service, known| {
            // A key that cannot be read is no reason to forget the choice before.
            let mut connection = known.connect(known.named(&name)?)?;
            connection.notes = known.remember(&name)?;
            connection.notes.extend(service.known()?.above());
            Ok(connection)
        })
        .await
    }

    /// Forgets an account and its key. Gives what it was.
    ///
    /// Errors: there is none of this name; its key cannot be removed, and then it stays.
    pub(in crate::cli) async fn remove(self: &Arc<Self>, name: &str) -> Result<Account, Failure> {
        let name = name.to_owned();
        let (account, file) = self
            .on_disk(move |_, known| Ok((known.account(&name)?, known.inputs.oauth.file.clone())))
            .await?;
        if account.is_sign_in() {
            file.remove().await?;
        }
        let removed = account.clone();
        self.on_disk(move |service, known| {
            // A sign-in of another program is in no list.
            if known.inputs.accounts.named(&removed.name).is_some() {
                known.book().remove(&known.vault(), &removed.name)?;
            }
            let mut now = service.now();
            if now.connection.as_ref().is_some_and(|connection| is_of(connection, &removed)) {
                now.connection = None;
            }
            Ok(())
        })
        .await?;
        Ok(account)
    }

    /// Tests an account, or, without a name, what a session here would use.
    ///
    /// Errors: there is none; its key cannot be read; kind `interrupted` when it was stopped.
    pub(in crate::cli) async fn test(
        self: &Arc<Self>,
        name: Option<&str>,
        stop: &CancellationToken,
    ) -> Result<Tested, Failure> {
        let name = name.map(str::to_owned);
        let (connection, net) = self
            .on_disk(move |_, known| {
                let found = match &name {
                    Some(name) => known.named(name)?,
                    None => find(&known.inputs)?,
                };
                let net = known.net();
                Ok((known.connect(found)?, net))
            })
            .await?;
        let asked = async {
            let (credential, model) = (&connection.credential, &connection.profile.model);
            if credential.is_sign_in() {
                probe::question(&net, credential, model).await
            } else {
                probe::test(&net, credential, model).await
            }
        };
        let probe = unless_stopped(stop, asked).await?;
        Ok(tested(&probe, connection.credential.endpoint().base(), &connection.profile.model))
    }
}

impl Known {
    /// Lets later sessions use it; gives what to say. Errors: the list of accounts cannot be written.
    fn remember(&self, name: &str) -> Result<Vec<String>, Failure> {
        if self.inputs.accounts.named(name).is_some() {
            self.book().choose(name)?;
            return Ok(Vec::new());
        }
        if let Some(account) = self.accounts().into_iter().find(|account| account.name == name) {
            self.book().add_sign_in(account)?;
            return Ok(Vec::new());
        }
        // An account would stand above a key in the settings.
        self.book().choose_none()?;
        Ok(vec!["this key is not kept: it is used where it is found".to_owned()])
    }

    /// What a name comes to: an account's, or the place of a key that was found. Errors: there is no such.
    pub(in crate::cli) fn named(&self, name: &str) -> Result<Found, Failure> {
        let missing = match self.alone(name, None) {
            Err(failure) if failure.kind == Kind::Usage => failure,
            found => return found,
        };
        let first = |place: &str| place.split(' ').next() == Some(name);
        let lying = lying_about(&self.inputs).into_iter().find(|credential| {
            let source = credential.source().to_string();
            source == name || first(&source)
        });
        let Some(credential) = lying else { return Err(missing) };
        if let Ok(found) = find(&self.inputs)
            && found.access.source() == *credential.source()
        {
            return Ok(found);
        }
        let provider = provider_for(credential.endpoint().host());
        let named = self.inputs.env.get("OPENAI_MODEL").filter(|_| provider.default_model.is_none());
        let Some(model) = provider.default_model.or(named) else {
            let host = credential.endpoint().host();
            return Err(Failure::new(Kind::Config, format!("no model was chosen for `{host}`"))
                .hint("add the key as an account with a model: `qwen auth login --model NAME`"));
        };
        Ok(Found {
            model: model.to_owned(),
            model_source: crate::auth::Source::BuiltIn,
            access: crate::auth::Access::Ready(credential),
            proxy_base_url: self.inputs.env.get("DASHSCOPE_PROXY_BASE_URL").map(str::to_owned),
            notes: Vec::new(),
        })
    }
}

/// Whether a session talks to this account.
fn is_of(connection: &Connection, account: &Account) -> bool {
    use crate::auth::Source;
    match connection.credential.source() {
        Source::Account(name) => *name == account.name,
        Source::SignIn(_) => account.is_sign_in(),
        _ => false,
    }
}

/// Waits for an answer, but not longer than the person wants. Errors: kind `interrupted`.
pub(super) async fn unless_stopped<T>(
    stop: &CancellationToken,
    work: impl Future<Output = T>,
) -> Result<T, Failure> {
    tokio::select! {
        biased;
        () = stop.cancelled() => Err(Failure::new(Kind::Interrupted, "it was stopped before the answer came")),
        done = work => Ok(done),
    }
}

/// What a probe means for the person. A server that only asks for patience knows the key.
pub(super) fn tested(probe: &Probe, base_url: &str, model: &str) -> Tested {
    let is_ok = matches!(probe.verdict, Verdict::Accepted | Verdict::Limited);
    let is_missing = is_ok && probe.has_model == Some(false);
    let missing = if is_missing { format!("; `{model}` is not on its list") } else { String::new() };
    let is_region = probe.verdict == Verdict::WrongKeyOrRegion;
    Tested {
        host: probe.host.clone(),
        is_ok,
        line: format!("{}{missing}", probe.line()),
        failure: probe.failure.clone().filter(|_| !is_ok),
        try_instead: is_region.then(|| neighbour(base_url)).flatten(),
        took: probe.latency,
    }
}

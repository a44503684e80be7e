//! The sign-in with a code: from the first request to the first real answer.

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{
    super::open_browser,
    choose::{tested, unless_stopped},
    rows::QWEN_OAUTH,
    service::Service,
};
use crate::{
    agent::Connection,
    auth::{
        hidden_names,
        oauth::{DeviceFlow, Options, other_ways},
    },
    protocol::{Failure, Kind, SignIn},
    provider::probe,
};

/// How long a server's list of models is waited for when a sign-in is done but for that.
const LISTED: Duration = Duration::from_secs(3);

impl Service {
    /// Signs a person in: asks for a code, waits for the person, keeps what was granted, makes one real request, and
    /// uses the account. Every step is told; the success is what is returned, after the request.
    ///
    /// Errors: the failure that ended it, which was told as well; a code that ran out is told as
    /// [`SignIn::Expired`]. Stopping it is kind `interrupted`, and not told.
    pub(in crate::cli) async fn sign_in(
        self: &Arc<Self>,
        stop: &CancellationToken,
        tell: &(dyn Fn(SignIn) + Send + Sync),
    ) -> Result<Connection, Failure> {
        let done = self.signed_in(stop, tell).await;
        self.now().links.clear();
        match &done {
            Err(failure) if failure.kind == Kind::Interrupted => {}
            Err(failure) if failure.kind == Kind::Expired => tell(SignIn::Expired),
            Err(failure) => tell(SignIn::Failed(failure.clone())),
            Ok(_) => {}
        }
        done
    }

    async fn signed_in(
        self: &Arc<Self>,
        stop: &CancellationToken,
        tell: &(dyn Fn(SignIn) + Send + Sync),
    ) -> Result<Connection, Failure> {
        tell(SignIn::Contacting);
        let (options, net, file) = self
            .on_disk(|_, known| {
                let options = Options::new(&known.inputs.settings.oauth)?;
                Ok((options, known.net(), known.inputs.oauth.file.clone()))
            })
            .await?;
        let flow = unless_stopped(stop, DeviceFlow::start(&net, &options)).await?.map_err(other_ways_too)?;
        self.approve(&flow, tell).await?;
        let mut progress = |step: crate::auth::oauth::Step| tell(SignIn::Waiting { last: step.to_string() });
        let grant = flow.wait(&net, stop, &mut progress).await?;
        // From here on nothing is stopped halfway: what was granted is kept whole.
        file.save(grant).await?;
        tell(SignIn::Testing);
        let connection = self.on_disk(|_, known| known.connect(known.alone(QWEN_OAUTH, None)?)).await?;
        let asked = probe::question(&net, &connection.credential, &connection.profile.model);
        let mut probe = unless_stopped(stop, asked).await?;
        if probe.failure.is_none() {
            // How many models there are is good to know and nothing to wait for.
            let listed = timeout(LISTED, probe::models(&net, &connection.credential));
            probe.models = unless_stopped(stop, listed).await?.ok().and_then(Result::ok).map(|all| all.len());
        }
        let tested = tested(&probe, connection.credential.endpoint().base(), &connection.profile.model);
        if let Some(failure) = tested.failure {
            return Err(failure.hint(format!(
                "the sign-in itself is kept in `{}`; `qwen auth logout {QWEN_OAUTH}` removes it",
                file.path().display()
            )));
        }
        self.chosen_sign_in(connection, &tested.line).await
    }

    /// Shows the code and opens the page where a person sees it.
    async fn approve(
        self: &Arc<Self>,
        flow: &DeviceFlow,
        tell: &(dyn Fn(SignIn) + Send + Sync),
    ) -> Result<(), Failure> {
        let link = flow.verification_uri().to_owned();
        let full_link = flow.verification_uri_complete().unwrap_or(&link).to_owned();
        self.now().links = vec![link.clone(), full_link.clone()];
        let was_opened = self.is_interactive && self.open(&full_link).await;
        tell(SignIn::Approve {
            user_code: flow.user_code().to_owned(),
            link,
            full_link,
            expires_in: flow.expires_in(),
            was_opened,
        });
        Ok(())
    }

    /// Opens a page of the running sign-in, and no other; whether it was opened.
    pub(super) async fn open(self: &Arc<Self>, link: &str) -> bool {
        if !self.now().links.iter().any(|known| known == link) {
            return false;
        }
        let link = link.to_owned();
        let opened = self.on_disk(move |_, known| {
            let hidden = hidden_names(&known.inputs);
            Ok(open_browser(&link, &known.inputs.env, &hidden).is_ok())
        });
        opened.await.unwrap_or(false)
    }

    /// Remembers the sign-in as the account that is used.
    async fn chosen_sign_in(
        self: &Arc<Self>,
        mut connection: Connection,
        line: &str,
    ) -> Result<Connection, Failure> {
        let line = line.to_owned();
        self.on_disk(move |service, known| {
            // The address is the one this sign-in names, not that of an earlier one.
            let account = known.sign_in().map_or_else(|| known.account(QWEN_OAUTH), Ok)?;
            known.book().add_sign_in(account)?;
            connection.notes.push(format!("✓ signed in: {line}"));
            connection
                .notes
                .push(format!("the sign-in is in `{}`", known.inputs.oauth.file.path().display()));
            connection.notes.extend(service.known()?.above());
            Ok(connection)
        })
        .await
    }
}

/// Who cannot begin a sign-in can go another way.
fn other_ways_too(failure: Failure) -> Failure {
    let is_told = failure.hints.iter().any(|hint| hint.contains("`qwen auth`"));
    if failure.kind == Kind::Network || is_told { failure } else { other_ways(failure) }
}

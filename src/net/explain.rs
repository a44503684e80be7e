//! Why a request did not get through, in words for a person.

use std::{error::Error, io};

use super::client::CONNECT;
use crate::protocol::{Failure, Kind};

/// Says why a request to `host` failed and what can be done. Neither the address beyond its host nor a header is
/// repeated: both may hold a key.
pub fn explain(error: &reqwest::Error, host: &str) -> Failure {
    let network = |words: String| Failure::new(Kind::Network, words);
    let text = causes(error);
    let lower = text.to_lowercase();
    if lower.contains("certificate") {
        return certificate(&lower, host);
    }
    if error.is_builder() {
        return Failure::new(Kind::Config, format!("the request to `{host}` could not be made: {text}"));
    }
    if lower.contains("proxy") || lower.contains("tunnel") {
        return proxy(&lower, host);
    }
    if error.is_dns() || lower.contains("dns error") {
        return network(format!("the name `{host}` was not found"))
            .hint("check the base URL, the network, and whether a proxy is needed (`HTTPS_PROXY`)");
    }
    if error.is_timeout() && error.is_connect() {
        let seconds = CONNECT.as_secs();
        return network(format!("`{host}` could not be reached within {seconds} seconds"))
            .hint("check the network, and whether a proxy is needed (`HTTPS_PROXY`)");
    }
    if error.is_timeout() {
        return network(format!("`{host}` took too long to answer"));
    }
    match io_kind(error) {
        Some(io::ErrorKind::ConnectionRefused) => network(format!("`{host}` refused the connection"))
            .hint("is the server running, and is the port in the base URL right?"),
        Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
            network(format!("there is no way to `{host}` from here")).hint("check the network")
        }
        _ if error.is_connect() && is_tls(&lower) => {
            network(format!("no encrypted connection to `{host}` could be made: {text}"))
                .hint("a server that speaks plain `http` needs a base URL with `http://`")
        }
        _ if error.is_connect() => network(format!("no connection to `{host}`: {text}")),
        _ if error.is_decode() => network(format!("the answer of `{host}` could not be unpacked: {text}")),
        _ => network(format!("the connection to `{host}` was lost: {text}")),
    }
}

/// What a proxy did. Its address is not repeated, for it may hold a password.
fn proxy(lower: &str, host: &str) -> Failure {
    let fail = |words: String| Failure::new(Kind::Network, words);
    if lower.contains("authorization required") {
        return fail(format!("the proxy on the way to `{host}` wants a name and a password"))
            .hint("give them in `HTTPS_PROXY`: `http://name:password@proxy.example:8080`");
    }
    if lower.contains("underlying connection") {
        return fail(format!("the proxy on the way to `{host}` could not be reached"))
            .hint("check the address in `HTTPS_PROXY`, or exclude the host with `NO_PROXY`");
    }
    fail(format!("the proxy did not let a request through to `{host}`"))
        .hint("check `HTTPS_PROXY`, or exclude the host with `NO_PROXY`")
}

fn certificate(lower: &str, host: &str) -> Failure {
    let fail = |why: &str| {
        Failure::new(Kind::Network, format!("the certificate of `{host}` was not accepted: {why}"))
    };
    if lower.contains("unknownissuer") || lower.contains("unknown issuer") || lower.contains("self-signed") {
        return fail("it is signed by an authority this machine does not know").hint(
            "behind a company proxy, name its certificate file with `QWEN_CA_CERTIFICATE` or `SSL_CERT_FILE`",
        );
    }
    if lower.contains("expired") || lower.contains("notvalidyet") || lower.contains("not valid yet") {
        return fail("it is not valid today").hint("check the clock of this machine");
    }
    if lower.contains("causedasendentity") {
        return fail("it is the certificate of an authority, as those that sign themselves often are")
            .hint("have it made for a server (`CA:FALSE`), then name it with `QWEN_CA_CERTIFICATE`");
    }
    if lower.contains("name") {
        return fail("it belongs to another host").hint("check the host name in the base URL");
    }
    fail("it is not valid").hint("name the right authority with `QWEN_CA_CERTIFICATE` or `SSL_CERT_FILE`")
}

fn is_tls(lower: &str) -> bool {
    ["tls", "ssl", "handshake", "corrupt message", "invalid content type"].iter().any(|w| lower.contains(w))
}

/// The innermost cause.
pub(super) fn cause(error: &reqwest::Error) -> String {
    chain(error).last().map_or_else(|| "unknown cause".to_owned(), ToString::to_string)
}

/// All causes below reqwest's own line, which would repeat the address.
fn causes(error: &reqwest::Error) -> String {
    let mut all: Vec<String> = Vec::new();
    for text in chain(error).skip(1).map(ToString::to_string) {
        // Wrappers often repeat the text of what they wrap.
        if !all.iter().any(|seen| seen.contains(&text)) {
            all.push(text);
        }
    }
    if all.is_empty() { "no cause was given".to_owned() } else { all.join(": ") }
}

/// Whether nobody listens at the address.
pub fn is_refused(error: &reqwest::Error) -> bool {
    io_kind(error) == Some(io::ErrorKind::ConnectionRefused)
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    chain(error).find_map(|e| e.downcast_ref::<io::Error>()).map(io::Error::kind)
}

fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(Some(error as &(dyn Error + 'static)), |&e| e.source())
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncWriteExt as _, net::TcpListener};

    use super::*;
    use crate::net::Lazy;

    async fn failure_of(url: &str, host: &str) -> Failure {
        let lazy = Lazy::default();
        let client = lazy.client_for("127.0.0.1").expect("a client");
        let error = client.get(url).send().await.expect_err("nobody answers there");
        explain(&error, host)
    }

    #[tokio::test]
    async fn a_closed_port_is_a_refused_connection() {
        let port = {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            listener.local_addr().expect("bound").port()
        };
        let failure = failure_of(&format!("http://127.0.0.1:{port}/v1?key=canary"), "127.0.0.1").await;
        assert_eq!(failure.error, "`127.0.0.1` refused the connection");
        assert!(!failure.to_string().contains("canary"));
    }

    #[tokio::test]
    async fn a_server_that_hangs_up_is_a_lost_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move { listener.accept().await.map(drop) });
        let failure = failure_of(&format!("http://127.0.0.1:{port}/?key=canary"), "127.0.0.1").await;
        assert_eq!(failure.kind, Kind::Network);
        assert!(failure.error.starts_with("the connection to `127.0.0.1` was lost"), "{failure}");
        assert!(!failure.to_string().contains("canary"));
    }

    #[tokio::test]
    async fn plain_http_behind_an_https_address_is_explained() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await?;
            socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await
        });
        let failure = failure_of(&format!("https://127.0.0.1:{port}/"), "127.0.0.1").await;
        assert!(failure.error.starts_with("no encrypted connection to `127.0.0.1`"), "{failure}");
    }

    #[test]
    fn an_unknown_authority_names_the_way_out_and_never_advises_to_look_away() {
        let failure = certificate("invalid peer certificate: unknownissuer", "api.example.com");
        assert!(failure.hints[0].contains("QWEN_CA_CERTIFICATE"));
        assert!(!failure.to_string().to_lowercase().contains("insecure"));
    }
}

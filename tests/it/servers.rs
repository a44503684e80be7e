//! Servers that behave as no simulator does: bytes as they are, connections that break, certificates that are wrong.

use std::{
    fs::File,
    io::{BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

/// A request that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Has `serve` speak with everyone who connects; the address.
fn listens(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("bound").to_string();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let (Ok(connection), serve) = (connection, serve.clone()) else { return };
            let _ = connection.set_read_timeout(Some(PATIENCE));
            thread::spawn(move || serve(connection));
        }
    });
    address
}

/// Reads a request to its end, except so many bytes.
fn reads(from: &mut impl Read, except: usize) {
    let mut from = BufReader::with_capacity(1, from);
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        match from.read(&mut byte) {
            Ok(1..) => head.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; usize::saturating_sub(length.unwrap_or_default(), except)];
    // A client that is gone has said all it will.
    let _ = from.read_exact(&mut body);
}

/// A server that says these bytes to everyone.
pub(crate) fn parrot(bytes: impl Into<String>) -> String {
    let bytes = bytes.into();
    listens(move |mut connection| {
        reads(&mut connection, 0);
        let _ = connection.write_all(bytes.as_bytes());
    })
}

/// A server that says these bytes, then resets the connection.
pub(crate) fn resets_after(bytes: impl Into<String>) -> String {
    let bytes = bytes.into();
    listens(move |mut connection| {
        // To close a connection on which something was not read is to reset it.
        reads(&mut connection, 1);
        let _ = connection.write_all(bytes.as_bytes());
    })
}

/// A server that takes no request at all: it says these bytes as soon as the first byte has come.
pub(crate) fn interrupts(bytes: &'static str) -> String {
    listens(move |mut connection| {
        let _ = connection.read(&mut [0; 4_096]);
        let _ = connection.write_all(bytes.as_bytes());
    })
}

/// Where the certificates lie. All but the `self-signed` ones are signed by `authority`; the key of each is `server.key`.
pub(crate) fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/tls/{name}.pem"))
}

/// A server that says these bytes to everyone who accepts this certificate.
pub(crate) fn encrypted(name: &str, bytes: impl Into<String>) -> String {
    let chain = CertificateDer::from_pem_file(certificate(name)).expect("a certificate");
    let key = File::open(certificate(name).with_file_name("server.key")).expect("there is a key");
    let key = PrivateKeyDer::from_pem_reader(key).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows them")
        .with_no_client_auth()
        .with_single_cert(vec![chain], key)
        .expect("the key is that of the certificate");
    let (config, bytes) = (Arc::new(config), bytes.into());
    listens(move |connection| {
        let session = ServerConnection::new(Arc::clone(&config)).expect("the configuration is whole");
        let mut stream = StreamOwned::new(session, connection);
        reads(&mut stream, 0);
        let _ = stream.write_all(bytes.as_bytes());
        stream.conn.send_close_notify();
        let _ = stream.flush();
    })
}

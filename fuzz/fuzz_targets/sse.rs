//! Whatever a server sends as a stream, there is a whole answer or a failure, and what is whole holds together.
//!
//! The reader is reached through the library's front door: the bytes come from a server on loopback.
#![no_main]

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener},
    sync::{Arc, LazyLock},
    thread,
};

use libfuzzer_sys::fuzz_target;
use qwen::{
    auth::{Credential, Endpoint, Source},
    cache::Plan,
    catalog::{Overrides, Profile},
    net,
    prompt::{Head, Prompt},
    protocol::UserMessage,
    provider::{Chat, Options},
};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().expect("a runtime"));

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

/// Answers one request with these bytes and gives its base URL.
fn serve(bytes: Vec<u8>) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}/v1", listener.local_addr()?);
    thread::spawn(move || -> std::io::Result<()> {
        let (mut stream, _) = listener.accept()?;
        let _ = stream.read(&mut [0; 64 * 1024])?;
        stream.write_all(HEAD)?;
        stream.write_all(&bytes)?;
        stream.shutdown(Shutdown::Write)
    });
    Ok(base)
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(base) = serve(bytes.to_vec()) else { return };
    let Ok(endpoint) = Endpoint::parse(&base) else { return };
    let profile = Profile::resolve(endpoint.host(), endpoint.base(), "m", &Overrides::default());
    let credential = Credential::new(endpoint, None, Source::BuiltIn);
    let net = net::Lazy::new(net::Options::default());
    let chat = Chat::new(net, Arc::new(credential), Arc::new(profile), Options::default());
    let mut prompt = Prompt::new(Arc::new(Head::new(Vec::new(), "system".into(), String::new())));
    prompt.push(UserMessage::words("hi".to_owned()));
    let body = chat.body(&prompt, &Plan::none());
    let sent = RUNTIME.block_on(chat.send(body, &CancellationToken::new(), &mut |_| {}));
    if let Ok(reply) = sent {
        let mut ids: Vec<_> = reply.turn.calls.iter().map(|call| call.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), reply.turn.calls.len(), "two calls share an id");
    }
});

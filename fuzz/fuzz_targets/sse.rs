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
    provider::{Chat, Options, Reply, Responses, Trouble},
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

/// Who is asked, and by which model's name, when these bytes are the answer.
fn asked(bytes: &[u8]) -> Option<(Arc<Credential>, Arc<Profile>)> {
    let endpoint = Endpoint::parse(&serve(bytes.to_vec()).ok()?).ok()?;
    let profile = Profile::resolve(endpoint.host(), endpoint.base(), "m", &Overrides::default());
    Some((Arc::new(Credential::new(endpoint, None, Source::BuiltIn)), Arc::new(profile)))
}

/// An answer holds together.
fn check(sent: Result<Reply, Trouble>) {
    let Ok(reply) = sent else { return };
    let mut ids: Vec<_> = reply.turn.calls.iter().map(|call| call.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), reply.turn.calls.len(), "two calls share an id");
}

fuzz_target!(|bytes: &[u8]| {
    let net = net::Lazy::new(net::Options::default());
    let stop = CancellationToken::new();
    let mut prompt = Prompt::new(Arc::new(Head::new(Vec::new(), "system".into(), String::new())));
    prompt.push(UserMessage::words("hi".to_owned()));
    if let Some((credential, profile)) = asked(bytes) {
        let chat = Chat::new(net.clone(), credential, profile, Options::default());
        let body = chat.body(&prompt, &Plan::none());
        check(RUNTIME.block_on(chat.send(body, &stop, &mut |_| {})));
    }
    if let Some((credential, profile)) = asked(bytes) {
        let responses = Responses::new(net, credential, profile, Options::default());
        let body = responses.body(&prompt, &Plan::none(), None);
        check(RUNTIME.block_on(responses.send(body, &stop, &mut |_| {})));
    }
});

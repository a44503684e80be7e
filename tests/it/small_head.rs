//! The first request of a session is small.

use qwen::sim::{Blocks, Count, Sizes, say};

use crate::{Session, wire};

/// *Unit:* tokens of the Qwen vocabulary.
const MOST: usize = 4_500;

fn large_repository() -> Session {
    let session =
        Session::new().file("Cargo.toml", "[package]\nname = \"large\"\n").file(".gitignore", "target\n");
    (0..300).fold(session, |session, n| {
        let folder = ["src/parser", "src/engine/inner", "src/net", "tests", "docs/guide"][n % 5];
        let name = ["reader", "writer", "planner", "session_state", "connection_pool", "error"][n % 6];
        session.file(&format!("{folder}/{name}_{n}.rs"), format!("//! File {n}.\n"))
    })
}

#[test]
fn a_hello_in_three_hundred_files_fits_in_4500_tokens() {
    let vocabulary = tiktoken::get_encoding("qwen2").expect("built in");
    let ran = large_repository().model_says(say("Hello.")).run("hello");
    let request = &ran.exit_is(0).asks(1).requests()[0];
    let mut json = (*request.json).clone();
    json["messages"] = wire::messages(request)
        .iter()
        .map(|message| serde_json::json!({"role": message["role"], "content": wire::text(message)}))
        .collect();
    let count = Count::new(move |text| vocabulary.count(text) as u64);
    let sizes = Sizes { count, ..Sizes::default() };
    let tokens = Blocks::of(&json, "", &sizes).tokens();
    assert!(tokens <= MOST as u64, "{tokens} tokens");
    // Small must not mean empty: the map names what is there.
    let system = ran.system();
    for folder in ["parser", "engine", "net", "tests", "docs"] {
        assert!(system.contains(folder), "{folder} is missing in {system}");
    }
    // The head is worth a marker, so that the second request reads it from cache.
    assert!(request.bill.is_some_and(|bill| bill.created >= 1_024));
}

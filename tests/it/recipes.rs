//! The recipes of `docs/headless.md`, run as they stand there.

use std::{fs, os::unix::fs::symlink, path::Path};

use qwen::sim::{Script, call, say};
use serde_json::json;

use crate::Session;

/// The blocks of shell under `## Recipes`, each with what it prints.
fn recipes() -> Vec<(String, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/headless.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let (_, rest) = page.split_once("\n## Recipes\n").expect("the page has recipes");
    let mut found = Vec::new();
    for part in rest.split("```sh\n").skip(1) {
        let (commands, rest) = part.split_once("```").expect("a block ends");
        let (_, rest) = rest.split_once("```text\n").expect("what it prints follows");
        let (printed, _) = rest.split_once("```").expect("a block ends");
        found.push((commands.to_owned(), printed.to_owned()));
    }
    found
}

fn story() -> Session {
    Session::new().without("QWEN").sim(|options| {
        options.script = Script::by(|request| {
            if request.offers("structured_output") {
                call("structured_output", json!({"count": 3}))
            } else {
                say("Hello.")
            }
        });
    })
}

#[test]
fn every_recipe_prints_what_the_page_says() {
    if std::process::Command::new("jq").arg("--version").output().is_err() {
        return;
    }
    let recipes = recipes();
    assert!(recipes.len() > 9, "the recipes are found");
    for (commands, printed) in recipes {
        // Of several runs in one home, one need not begin as another.
        let session = story().compacts();
        let bin = session.world().repository().join(".bin");
        fs::create_dir_all(&bin).expect("made");
        symlink(env!("CARGO_BIN_EXE_qwen"), bin.join("qwen")).expect("made");
        let ran = session.shell(&format!("PATH=\"$PWD/.bin:$PATH\"\n{commands}"));
        assert_eq!(lines(&ran.exit_is(0).stdout), lines(&printed), "{commands}\n{}", ran.stderr);
    }
}

/// Without the difference that a last line without its end makes.
fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

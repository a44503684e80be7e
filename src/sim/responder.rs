//! The model when there is no script: a few fixed answers, so that a person can look around.

use std::fmt::Write as _;

use serde_json::json;

use super::{
    request::Request,
    turn::{Turn, call, say, think},
};

const HELP: &str = "I am a simulator, not a model: my answers are fixed, everything around them is real. Try:\n\n\
    - `markdown`: a page with everything a terminal can get wrong\n\
    - `think`: an answer with thoughts before it\n\
    - `lines 200`: so many lines\n\
    - `read README.md`: a call of `read_file`\n\
    - `run ls -l`: a call of `run_shell_command`";

const MARKDOWN: &str = "# A page of markdown\n\n\
    Plain, **bold**, *italic*, ~~gone~~, `code`, and a [link](https://example.com).\n\n\
    ## Lists\n\n1. first\n2. second\n   - inside\n   - also inside\n3. third\n\n\
    - [x] done\n- [ ] open\n\n\
    ## A table\n\n| word | 词 | width |\n| :--- | :---: | ---: |\n| cat | 猫 | 2 |\n| smile | 😀 | 2 |\n\
    | family | 👩‍👩‍👧 | 2 |\n\n\
    ## Code\n\n```rust\nfn main() {\n    println!(\"你好, {}\", 42); // a comment\n}\n```\n\n\
    > A quotation\n> of two lines.\n\n---\n\nThe end.";

const MOST_LINES: usize = 100_000;

/// Answers a request by the last line of what the person said.
pub(super) fn answer(request: &Request) -> Turn {
    if let Some(result) = request.last_tool() {
        return told(&result);
    }
    let asked = request.asked();
    let (word, rest) = asked.split_once(' ').unwrap_or((&asked, ""));
    let word = word.trim_end_matches(|c: char| c.is_ascii_punctuation()).to_lowercase();
    match word.as_str() {
        "hi" | "hello" | "hey" => say(format!("Hello! {HELP}")),
        "markdown" => say(MARKDOWN),
        "think" => {
            think("The person wants to see thoughts.\nThese are some.").say("I have thought about it.")
        }
        "lines" => lines(rest.trim().parse().unwrap_or(100)),
        "read" if !rest.is_empty() && request.offers("read_file") => {
            call("read_file", json!({"file_path": place(rest.trim())}))
        }
        "run" if !rest.is_empty() && request.offers("run_shell_command") => call(
            "run_shell_command",
            json!({"command": rest.trim(), "description": "What the person asked for"}),
        ),
        _ => say(format!("You said: {asked}\n\n{HELP}")),
    }
}

fn told(result: &str) -> Turn {
    let count = result.lines().count();
    let first = result.lines().find(|line| !line.trim().is_empty()).unwrap_or("nothing");
    say(format!("The tool answered with {count} lines; the first says: {first}"))
}

fn place(path: &str) -> String {
    if std::path::Path::new(path).is_absolute() { path.to_owned() } else { format!("{{{{cwd}}}}/{path}") }
}

fn lines(count: usize) -> Turn {
    let mut text = String::new();
    for n in 1..=count.min(MOST_LINES) {
        let _ = writeln!(text, "Line {n} of {count}: the quick brown fox jumps over the lazy dog.");
    }
    say(text)
}

//! Files that are made from the code: they must be what the code would make now.
//!
//! `QWEN_BLESS=1 cargo test --lib generated` writes them anew.

use std::{env, fmt::Write as _, fs, path::Path};

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::{Arguments, exit::SOME_FAILED};
use crate::protocol::Kind;

/// Compares a file of the tree with what it should hold, or writes it.
fn check(path: &str, expected: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if env::var_os("QWEN_BLESS").is_some() {
        fs::create_dir_all(file.parent().expect("a folder")).expect("the folder can be made");
        fs::write(&file, expected).expect("the file can be written");
    }
    let found = fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        found == expected,
        "{path} is stale; write it anew with `QWEN_BLESS=1 cargo test --lib generated`"
    );
}

#[test]
fn the_completions_are_those_of_the_tree() {
    use clap_complete::Shell;
    let files = [
        (Shell::Bash, "completions/qwen.bash"),
        (Shell::Zsh, "completions/_qwen"),
        (Shell::Fish, "completions/qwen.fish"),
        (Shell::PowerShell, "completions/_qwen.ps1"),
        (Shell::Elvish, "completions/qwen.elv"),
    ];
    for (shell, path) in files {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Arguments::command(), "qwen", &mut script);
        check(path, &String::from_utf8(script).expect("text"));
    }
}

#[test]
fn the_man_page_is_that_of_the_tree() {
    check("docs/qwen.1", &man_page());
}

#[test]
fn the_exit_codes_are_those_of_the_kinds() {
    check("docs/exit-codes.md", &exit_codes());
}

#[test]
fn no_two_kinds_share_an_exit_code_and_none_is_success() {
    let mut codes: Vec<u8> = Kind::ALL.into_iter().map(Kind::exit_code).collect();
    codes.extend([0, SOME_FAILED]);
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Kind::ALL.len() + 2);
}

fn exit_codes() -> String {
    let mut page = String::from(
        "\
<!-- Made from `src/protocol/failure.rs`; write it anew with `QWEN_BLESS=1 cargo test --lib generated`. -->

# Exit codes

| code | name | meaning |
| ---: | --- | --- |
| 0 | success | the run ended and the model had nothing more to do |
",
    );
    for kind in Kind::ALL {
        let _ = writeln!(page, "| {} | {} | {} |", kind.exit_code(), kind.name(), kind.meaning());
    }
    let _ = writeln!(
        page,
        "| {SOME_FAILED} | tasks | some tasks of `qwen batch` failed; their own codes are in the results |"
    );
    page.push_str(
        "
A run that ends with an error never exits with 0, in any output format. With `-o json` and `-o stream-json` the
last message on stdout has `is_error: true` and `error.type` is the name above; stderr gets the error once more as
`{\"error\":{\"type\",\"message\",\"code\"}}`. An error before the session starts leaves stdout empty.

A call that needs a person's approval is denied in a one-shot run. The model is told and goes on; if it then ends
its turn by itself, the exit code is 0 and the call is listed under `permission_denials`, as in Qwen Code.

A reader that closes the pipe early (`qwen -p … | head -1`) ends the run with 0.

## Beside Qwen Code

41, 42, 52, 53 and 130 mean what they mean there. Qwen Code exits with 1 for wrong flags, for missing input and for
a missing key, as it does for an error of the provider; here these are 42, 42 and 41, so that a script can tell
them from a provider that answered with an error, which is 1 in both. Its 54 is an error of a tool; here a tool
that fails is an answer the model reads, and 54 is a permission that nobody could give.
",
    );
    page
}

fn man_page() -> String {
    let command = Arguments::command();
    let man =
        Man::new(command.clone()).manual("User Commands").source(concat!("qwen ", env!("CARGO_PKG_VERSION")));
    let mut page = rendered(|into| {
        man.render_title(into)?;
        man.render_name_section(into)?;
        man.render_synopsis_section(into)?;
        man.render_description_section(into)?;
        man.render_options_section(into)
    });
    page.push_str(".SH COMMANDS\n");
    for (name, subcommand) in with_children(&command) {
        let man = Man::new(subcommand.clone());
        let body = rendered(|into| {
            man.render_description_section(into)?;
            man.render_options_section(into)
        });
        let body: Vec<&str> = body.lines().filter(|line| !line.starts_with(".SH ")).collect();
        let _ = write!(page, ".SS \"qwen {}\"\n{}\n", name, body.join("\n"));
    }
    page.push_str(".SH \"EXIT STATUS\"\n.TP\n0\nsuccess\n");
    for kind in Kind::ALL {
        let _ = write!(page, ".TP\n{}\n{}\n", kind.exit_code(), kind.meaning());
    }
    let _ = write!(page, ".TP\n{SOME_FAILED}\nsome tasks of a batch failed\n");
    page + &after_help(&command.get_after_long_help().expect("the tree has one").to_string())
}

/// All subcommands, each followed by its own.
fn with_children(command: &Command) -> Vec<(String, &Command)> {
    let mut all = Vec::new();
    for parent in command.get_subcommands() {
        all.push((parent.get_name().to_owned(), parent));
        let of = |child: &Command| format!("{} {}", parent.get_name(), child.get_name());
        all.extend(parent.get_subcommands().map(|child| (of(child), child)));
    }
    all
}

/// The paragraphs after the help as sections, with their columns kept: `Examples:` becomes EXAMPLES.
fn after_help(text: &str) -> String {
    let mut sections = String::new();
    for paragraph in text.split("\n\n") {
        if let Some((title, body)) = paragraph.split_once(":\n") {
            let body = body.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
            let _ = write!(sections, ".SH {}\n.nf\n{body}\n.fi\n", title.to_uppercase());
        }
    }
    sections
}

/// A part of the page without the preamble, which each part would repeat, and without the one string that the
/// preamble defines.
fn rendered(render: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut roff = Vec::new();
    render(&mut roff).expect("a vector takes all");
    let roff = String::from_utf8(roff).expect("text");
    let lines = roff.lines().filter(|line| !line.starts_with(".ie ") && !line.starts_with(".el "));
    lines.map(|line| line.replace("\\*(Aq", "\\(aq") + "\n").collect()
}

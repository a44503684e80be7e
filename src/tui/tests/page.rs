//! The page about the screen lists what the tables hold.

use std::{fmt::Write as _, fs, path::Path};

use crate::tui::{commands, keys, lang::Language};

/// The page with the tables of today between their marks.
fn with_tables(page: &str) -> String {
    let mut page = page.to_owned();
    for (name, file, table) in [
        ("commands", "src/tui/commands.rs", commands_table()),
        ("signs", "src/tui/keys.rs", signs_table()),
        ("keys", "src/tui/keys.rs", keys_table()),
    ] {
        let open = format!("<!-- {name}: made from `{file}` -->\n");
        let close = format!("<!-- end of {name} -->");
        let from = page.find(&open).expect("the page has a place for it") + open.len();
        let to = from + page[from..].find(&close).expect("the place has an end");
        page.replace_range(from..to, &format!("\n{}\n\n", table.trim()));
    }
    page
}

/// A text that stands in a row of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn commands_table() -> String {
    let words = Language::English.words();
    let mut out = String::new();
    for (group, heading) in commands::Group::ALL {
        let _ = write!(out, "### {}\n\n| command | does | also |\n|---|---|---|\n", heading(words));
        for command in commands::ALL.iter().filter(|c| c.group == group) {
            let name = format!("/{} {}", command.name, command.arguments.hint(words));
            let also: Vec<String> = command.also.iter().map(|name| format!("`/{name}`")).collect();
            let (name, about) = (cell(name.trim()), cell((command.about)(words)));
            let _ = writeln!(out, "| `{name}` | {about} | {} |", also.join(", "));
        }
        out.push('\n');
    }
    out
}

fn signs_table() -> String {
    let words = Language::English.words();
    let mut out = "| sign | does |\n|---|---|\n".to_owned();
    for sign in keys::SIGNS {
        let _ = writeln!(out, "| `{}` | {} |", cell(sign.name), cell((sign.about)(words)));
    }
    out
}

fn keys_table() -> String {
    let words = Language::English.words();
    let mut out = String::new();
    for (group, heading) in keys::Group::ALL {
        let _ = write!(out, "### {}\n\n| key | does |\n|---|---|\n", heading(words));
        for (names, _, about) in keys::told().filter(|(_, of, _)| *of == group) {
            let _ = writeln!(out, "| {} | {} |", cell(&names), cell(about(words)));
        }
        out.push('\n');
    }
    out
}

#[test]
fn the_page_lists_every_command_and_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tui.md");
    let kept = fs::read_to_string(&path).expect("the page is there").replace("\r\n", "\n");
    let page = with_tables(&kept);
    if std::env::var_os("QWEN_BLESS").is_some() {
        fs::write(&path, &page).expect("the page can be written");
    } else {
        assert!(
            kept == page,
            "docs/tui.md is stale; write it anew with `QWEN_BLESS=1 cargo test --lib tui::`"
        );
    }
}

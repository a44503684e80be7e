//! What is typed and what comes back.

use qwen::sim::{call, say, think};
use serde_json::json;

use crate::{Desk, Key, bytes, numbered};

/// A long answer with everything that is hard to print once and straight.
fn long_answer() -> String {
    let mut text = String::from("# 重试 Retries\n\nThe client retries **three** times 🎉, 每次等待更久:\n\n");
    text.push_str(
        "| try | wait | 说明 |\n| --- | ---: | --- |\n| 1 | 1 s | 第一次 |\n| 2 | 20 s | ok 🎉 done |\n\n",
    );
    text.push_str(&numbered(1..=40, |n| format!("- point {n:02} of forty, 第{n:02}点\n")));
    text.push_str("\n```rust\nfn main() {\n    println!(\"数\");\n}\n```\n\nThat is all of it.");
    text
}

#[test]
fn a_long_answer_stands_in_the_scrollback_once_and_its_table_is_straight() {
    for (columns, rows) in [(100, 30), (40, 12)] {
        let mut terminal = Desk::new(columns, rows).model_says(say(long_answer()).pace(2_000)).opens();
        terminal.is_ready().says("how do retries work?").waits_for_printed("That is all of it.");
        terminal.waits_for("cache").waits_for_rest();
        terminal
            .shows_once("> how do retries work?")
            .shows_once("重试 Retries")
            .shows_once("That is all of it.");
        terminal.shows_once("fn main() {").shows_once("第一次").shows_once("ok 🎉 done");
        for n in 1..=40 {
            terminal.shows_once(&format!("point {n:02} of forty"));
        }
        let all = terminal.scrollback();
        let places = |row: &str| -> Vec<usize> {
            let mut column = 0;
            let mut found = Vec::new();
            for sign in row.chars() {
                if "│┼├┤".contains(sign) {
                    found.push(column);
                }
                column += qwen::base::width(&sign.to_string());
            }
            found
        };
        let table: Vec<&str> = all.lines().filter(|row| row.contains('│') || row.contains('┼')).collect();
        assert!(table.len() >= 3, "{columns}: {all}");
        for row in &table {
            assert_eq!(places(row), places(table[0]), "{columns}: {}", table.join("\n"));
        }
    }
}

#[test]
fn what_is_typed_before_the_first_frame_is_not_lost() {
    let mut terminal = Desk::new(100, 30).model_says(say("Hello.")).opens();
    terminal.type_text("early").waits_for("> early").is_ready().waits_for("> early");
    terminal.key(Key::Enter).waits_for_printed("Hello.").waits_for_rest();
    terminal.shows_once("> early");
    let asked = &terminal.requests()[0].json["messages"];
    assert!(asked.to_string().contains("early"), "{asked}");
}

#[test]
fn thinking_is_folded_and_opened_on_demand() {
    let turn = think("First I look at the retry loop.").say("It retries.");
    let mut terminal = Desk::new(100, 30).model_says(turn).opens();
    terminal.is_ready().says("why?").waits_for_printed("It retries.").waits_for_printed("+ Thought");
    terminal.waits_for_rest().shows("First I look", 0);
    terminal.key(Key::Control('o')).waits_for_printed("First I look at the retry loop.");
}

#[test]
fn several_turns_stand_in_the_scrollback_once_each_and_in_order() {
    let mut terminal = Desk::new(100, 30)
        .model_says(say("Answer one.\n\nIts second part."))
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/README.md"})))
        .model_says(say("Answer two."))
        .model_says(say("Answer three."))
        .opens();
    terminal.is_ready();
    for (words, answer) in [("first", "Answer one."), ("second", "Answer two."), ("third", "Answer three.")] {
        terminal.says(words).waits_for_printed(answer).waits_for_rest();
    }
    terminal.key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    let all = terminal.scrollback();
    let parts = [
        "> first",
        "Answer one.",
        "Its second part.",
        "> second",
        "README.md",
        "Answer two.",
        "> third",
        "Answer three.",
    ];
    let places: Vec<_> = parts.iter().map(|part| all.find(part)).collect();
    assert!(places.is_sorted() && places[0].is_some(), "{places:?}\n{all}");
    for part in parts {
        terminal.shows_once(part);
    }
}

#[test]
fn a_screen_at_rest_writes_nothing() {
    let mut terminal = Desk::new(100, 30).model_says(say("Hello.")).opens();
    terminal.is_ready().says("hi").waits_for_printed("Hello.").waits_for("cache").waits_for_rest();
    let before = terminal.raw().len();
    terminal.pauses(2_000);
    assert_eq!(terminal.raw().len(), before);
}

#[test]
fn without_colour_no_colour_is_set_and_a_change_is_still_readable() {
    let edit = json!({"file_path": "{{cwd}}/app.py", "old_string": "one", "new_string": "two"});
    let mut terminal = Desk::new(100, 30)
        .env("NO_COLOR", "1")
        .file("app.py", "one\n")
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/app.py"})))
        .model_says(call("edit", edit))
        .model_says(say(long_answer()))
        .opens();
    terminal.is_ready().says("change it").waits_for_question("Change app.py?");
    terminal.waits_for("- one").waits_for("+ two").key(Key::Enter).waits_for_printed("That is all of it.");
    let styles = bytes::styles(&terminal.raw());
    assert!(styles.iter().all(|code| *code < 30), "{styles:?}");
    assert!(styles.contains(&1), "weight is left");
}

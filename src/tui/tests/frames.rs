//! Whole screens.

use super::*;
use crate::protocol::{Diff, DiffLine, LineKind};

#[test]
fn the_first_frame_needs_no_session() {
    assert_eq!(Stage::starting(80, 24).screen(), "> ▏\nstarting");
}

#[test]
fn the_header_is_two_lines() {
    assert_eq!(
        Stage::new(80, 24).history(),
        "\
qwen 0.1.0   ~/src/shop (main)                     qwen3-coder-plus · Qwen Cloud
Type a request, / for commands, @ for files, ! for shell, ? for keys"
    );
}

#[test]
fn a_draft_of_several_lines_with_wide_signs() {
    let mut stage = Stage::new(40, 12);
    stage.write("你好 hello").control('j').write("a second line that is too long for the screen");
    assert_eq!(
        stage.screen(),
        "\
> 你好 hello
  a second line that is too long for
  the screen▏
qwen3-coder-plus · ctx 0% 0/131k · $0.00"
    );
}

#[test]
fn a_command_to_approve_at_100x30() {
    let mut stage = Stage::new(100, 30);
    stage.ask("build it").wait(2_000);
    stage.hear(asks_to_run(
        "cargo build --release --workspace --all-features \\\n  && rm -rf target/release/deps/very-long",
    ));
    stage.wait(700);
    assert_eq!(
        stage.screen(),
        "\
┌ Run this command?
│ $ cargo build --release --workspace --all-features \\
│     && rm -rf target/release/deps/very-long
│ in ~/src/shop · writes files · deletes: target/release/deps/very-long · commands ask in this mode
│ › 1 Yes, once
│   2 Yes, and stop asking for exactly `Bash(cargo build)` this session
│   3 Edit the command
│   4 No, and say what to do instead (Esc)
└
> ▏a digit, or ↑↓ and Enter; letters go here"
    );
}

#[test]
fn a_command_to_approve_at_40x12() {
    let mut stage = Stage::new(40, 12);
    stage.ask("build it").wait(2_000);
    stage.hear(asks_to_run("cargo build --release && rm -rf target/release/deps/very-long"));
    stage.wait(700);
    assert_eq!(
        stage.screen(),
        "\
Run this command?  showing 4 of 5 lines
$ cargo build --release && rm -rf target
  /release/deps/very-long
rule: Bash(cargo build)
in ~/src/shop · commands ask in this
writes files · deletes: target/release/
deps/very-long
› 1 Yes, once
  2 Yes, stop asking (rule above)
  3 Edit
  4 No (Esc)
> ▏a digit, or ↑↓ and Enter; letters go …"
    );
}

#[test]
fn an_edit_to_approve() {
    let line = |kind, number, text: &str| DiffLine { kind, number, text: text.into() };
    let diff = Diff {
        path: "app.py".into(),
        is_new: false,
        added: 2,
        removed: 1,
        lines: vec![
            line(LineKind::Same, 3, "import os"),
            line(LineKind::Removed, 4, "def greet(name):"),
            line(LineKind::Added, 4, "def greet(name: str) -> str:"),
            line(LineKind::Added, 5, "\t\"\"\"返回问候语\"\"\""),
            line(LineKind::Gap, 0, ""),
            line(LineKind::Same, 10, "end"),
        ],
    };
    let question = Question {
        preview: Preview::Change { diff, content: String::new() },
        remember: None,
        reason: "edits ask in this mode".into(),
        effects: Vec::new(),
    };
    let mut stage = Stage::new(80, 24);
    stage.ask("type it").wait(2_000).hear(Event::Permission { call: call("c1", "edit"), question }).wait(700);
    assert_eq!(
        stage.screen(),
        "\
┌ Change app.py?  +2 −1 · 2 hunks
│  3   import os
│  4 - def greet(name):
│  4 + def greet(name: str) -> str:
│  5 +     \"\"\"返回问候语\"\"\"
│    …
│ 10   end
│ edits ask in this mode
│ › 1 Yes, once
│   3 Open in $EDITOR; what you save there is written
│   4 No, and say what to do instead (Esc)
└
> ▏a digit, or ↑↓ and Enter; letters go here"
    );
}

#[test]
fn an_answer_being_written() {
    let mut stage = Stage::new(80, 24);
    stage
        .ask("explain")
        .wait(12_000)
        .answers("Retries:\n\n| try | 等待 |\n|---|---|\n| 1 | 1 s |\n")
        .write("and th");
    assert_eq!(
        stage.screen(),
        "\
│ try │ 等待 │
├─────┼──────┤
│ 1   │ 1 s  │
─ Writing · 12 s · ↓ 13 tok · Esc stop · Enter queues · Tab says it now
> and th▏
~/src/shop main · default · qwen3-coder-plus · ctx 0% 0/131k · $0.00"
    );
}

#[test]
fn a_long_open_answer_takes_half_of_a_small_screen_at_most() {
    let mut stage = Stage::new(40, 12);
    stage.ask("list").answers("one\ntwo\nthree\nfour\nfive\nsix\nseven");
    stage.write("next").enter();
    assert_eq!(
        stage.screen(),
        "\
six
seven
─ Writing · 0 s · ↓ 9 tok · Esc stop
queued 1: next · ↑ edit · Esc back
> ▏
qwen3-coder-plus · ctx 0% 0/131k · $0.00"
    );
}

#[test]
fn a_call_that_runs() {
    let mut stage = Stage::new(80, 24);
    stage.ask("test").hear(Event::ToolStarted { call: call("c1", "x"), title: "run cargo test".into() });
    stage.hear(Event::ToolOutput { call: CallId::new("c1"), text: "\u{1b}[32mok\u{1b}[0m 1\nok 2\n".into() });
    stage.wait(61_000);
    assert_eq!(
        stage.screen(),
        "\
▸ run cargo test · 1:01 min
  ok 1
  ok 2
─ Running · 1:01 min · Esc stop
> ▏
~/src/shop main · default · qwen3-coder-plus · ctx 0% 0/131k · $0.00"
    );
}

#[test]
fn the_list_of_commands() {
    let mut stage = Stage::new(80, 24);
    stage.write("/c");
    assert_eq!(
        stage.screen(),
        "
> /c▏
› /cache                     1/9 what each request read from cache, and the bill
  /compress [what to keep]   replace the history by a summary
  /context [refresh]         how full the window is; read the repository anew
  /copy [code|all]           copy the last answer, or its code, or everything
  /clear                     start a new conversation
  /auth (/connect)           sign in, add a key, switch accounts
  /resume (/continue)        go on with an earlier session
  /settings (/config)        all settings, their values and sources
  /privacy [allow number]    what leaves, what is kept, what was hidden"
    );
}

//! Pictures for the docs, drawn from the frames themselves, so that they cannot go stale. `QWEN_BLESS=1` draws them anew.

use std::{fmt::Write as _, fs, path::Path};

use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::Cell,
    style::{Color, Modifier},
};

use super::*;
use crate::{
    protocol::{DeskEvent, Diff, DiffLine, LineKind, ModelRow, Overview, PresetRow},
    tui::look::{Depth, Ground, Paint, Theme},
};

/// The name of a picture, and what it shows.
type Scene = (&'static str, fn(Ground) -> Stage);

const COLUMNS: u16 = 100;
const ROWS: u16 = 24;
/// Size of a cell in the picture.
const WIDE: u16 = 9;
const HIGH: u16 = 20;

/// What the history's end and the block look like in a window.
fn picture(stage: &Stage, ground: Ground) -> String {
    let mut terminal = Terminal::new(TestBackend::new(COLUMNS, ROWS)).expect("a window without a terminal");
    let frame = stage.frame();
    let room = usize::from(ROWS) - frame.rows.len();
    let from = stage.printed.len().saturating_sub(room);
    let rows: Vec<_> = stage.printed[from..].iter().chain(&frame.rows).cloned().collect();
    terminal
        .draw(|window| {
            for (at, row) in (0..).zip(&rows) {
                window.buffer_mut().set_line(0, at, row, COLUMNS);
            }
        })
        .expect("it takes all");
    svg(terminal.backend().buffer(), rows.len(), ground)
}

fn svg(buffer: &ratatui::buffer::Buffer, rows: usize, ground: Ground) -> String {
    let (page, text) = match ground {
        Ground::Dark => ("#0d1117", "#e6edf3"),
        Ground::Light => ("#ffffff", "#1f2328"),
    };
    let rows = u16::try_from(rows).expect("a window is small");
    let (width, height) = (COLUMNS * WIDE + 20, rows * HIGH + 20);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"ui-monospace, \
         'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"15\" fill=\"{text}\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{page}\"/>\n"
    );
    for y in 0..rows {
        let mut x = 0;
        while x < COLUMNS {
            let cell = &buffer[(x, y)];
            let style = looks(cell);
            let (mut run, mut end) = (String::new(), x);
            while end < COLUMNS && looks(&buffer[(end, y)]) == style {
                let symbol = buffer[(end, y)].symbol();
                run.push_str(symbol);
                end += u16::try_from(crate::base::width(symbol).max(1)).expect("a sign is small");
            }
            push_run(&mut out, &run, (x, end, y), style);
            x = end;
        }
    }
    out.push_str("</svg>\n");
    out
}

fn looks(cell: &Cell) -> (Color, Color, Modifier) {
    (cell.fg, cell.bg, cell.modifier)
}

fn push_run(
    out: &mut String,
    run: &str,
    (from, to, row): (u16, u16, u16),
    (fg, bg, weight): (Color, Color, Modifier),
) {
    let (left, wide) = (10 + from * WIDE, (to - from) * WIDE);
    if let Color::Rgb(red, green, blue) = bg {
        let top = 10 + row * HIGH;
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{wide}\" height=\"{HIGH}\" fill=\"#{red:02x}{green:02x}{blue:02x}\"/>"
        );
    }
    if run.trim().is_empty() {
        return;
    }
    let mut style = String::new();
    if let Color::Rgb(red, green, blue) = fg {
        let _ = write!(style, " fill=\"#{red:02x}{green:02x}{blue:02x}\"");
    }
    for (modifier, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::DIM, " opacity=\"0.65\""),
    ] {
        style.push_str(if weight.contains(modifier) { attribute } else { "" });
    }
    let text = run.trim_end().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let long = u16::try_from(crate::base::width(run.trim_end())).expect("a row is small") * WIDE;
    let base = 10 + row * HIGH + 15;
    let _ = writeln!(
        out,
        "<text x=\"{left}\" y=\"{base}\" textLength=\"{long}\" xml:space=\"preserve\"{style}>{text}</text>"
    );
}

fn stage(ground: Ground) -> Stage {
    let mut stage = Stage::starting(COLUMNS.into(), ROWS.into());
    stage.model.paint = Paint { theme: Theme::Auto, ground, depth: Depth::True, can_ask: false };
    stage.model.wear(Theme::Auto);
    stage
}

fn ready(ground: Ground) -> Stage {
    let mut stage = stage(ground);
    stage.hear(Event::SessionStarted(session()));
    stage
}

fn first_start(ground: Ground) -> Stage {
    let mut stage = stage(ground);
    let nobody = SessionInfo { model: String::new(), provider: String::new(), ..session() };
    let why =
        crate::protocol::Failure::new(crate::protocol::Kind::Auth, "No account yet: choose how to sign in");
    let preset = |id: &str, name: &str, about: &str| PresetRow {
        id: id.into(),
        name: name.into(),
        group: name.into(),
        about: about.into(),
        addresses: Vec::new(),
        key_page: None,
        needs_key: true,
    };
    let presets = vec![
        preset("qwen-oauth", "Qwen account", "opens a page, approve it with a code"),
        preset("dashscope", "Qwen Cloud", "API key, pay as you go"),
        preset("custom", "Another server", "any address that speaks Chat Completions"),
    ];
    stage.hear(Event::SessionStarted(nobody));
    stage.hear(Event::Desk(DeskEvent::SignInNeeded { text: None, why }));
    stage.hear(Event::Desk(DeskEvent::Overview(Overview { presets, ..Overview::default() })));
    stage
}

fn streaming(ground: Ground) -> Stage {
    let mut stage = ready(ground);
    stage.ask("explain how retries work").wait(12_400).answers(
        "The client retries **three** times, see `src/retry.rs`:\n\n```rust\n// Waits longer each time.\n\
         fn wait(attempt: u32) -> Duration {\n    Duration::from_secs(1 << attempt)\n}\n```\n\n\
         | try | 等待 |\n|---|---|\n| 1 | 2 s |\n| 2 | 4 s |\n",
    );
    stage.write("also update the docs").enter().write("and");
    stage
}

fn edit(ground: Ground) -> Stage {
    let line = |kind, number, text: &str| DiffLine { kind, number, text: text.into() };
    let diff = Diff {
        path: "app.py".into(),
        is_new: false,
        added: 3,
        removed: 2,
        lines: vec![
            line(LineKind::Same, 3, "import os"),
            line(LineKind::Removed, 4, "def greet(name):"),
            line(LineKind::Removed, 5, "    return \"Hello, \" + name"),
            line(LineKind::Added, 4, "def greet(name: str) -> str:"),
            line(LineKind::Added, 5, "    \"\"\"Return a greeting. 返回问候语\"\"\""),
            line(LineKind::Added, 6, "    return f\"Hello, {name}!\""),
        ],
    };
    let preview = Preview::Change { diff, content: String::new() };
    let question = Question {
        preview,
        remember: Some("Edit".into()),
        reason: "edits ask in this mode".into(),
        effects: Vec::new(),
    };
    let mut stage = ready(ground);
    stage.ask("give greet types").wait(2_000);
    stage.hear(Event::Permission { call: call("c1", "edit"), question }).wait(1_400);
    stage
}

fn command(ground: Ground) -> Stage {
    let mut stage = ready(ground);
    stage.ask("build it").wait(2_000);
    stage.hear(asks_to_run(
        "cargo build --release --workspace --all-features \\\n  && rm -rf target/release/deps/very-long",
    ));
    stage.wait(1_400);
    stage
}

fn cache(ground: Ground) -> Stage {
    let mut stage = ready(ground);
    stage.write("/cache").enter();
    stage
}

fn models(ground: Ground) -> Stage {
    let money = |thousandths| Some(crate::base::Money::per_million(thousandths));
    let row = |model: &str, window, input, output, is_current| ModelRow {
        model: model.into(),
        provider: "Qwen Cloud".into(),
        account: Some("cloud".into()),
        window: Tokens(window),
        input,
        cached: None,
        output,
        cache: "explicit".into(),
        is_current,
    };
    let all = vec![
        row("qwen3-coder-plus", 1_000_000, money(1_000_000_000), money(5_000_000_000), true),
        row("qwen3-coder-flash", 1_000_000, money(300_000_000), money(1_500_000_000), false),
        row("deepseek-v3.2", 131_072, None, None, false),
    ];
    let mut stage = ready(ground);
    stage.write("/model").enter();
    stage.hear(Event::Desk(DeskEvent::Models(all)));
    stage
}

#[test]
fn the_pictures_in_the_docs_show_the_screen_as_it_is() {
    // Code has its colours, whichever test comes first.
    crate::tui::markdown::load();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screens");
    let scenes: [Scene; 6] = [
        ("first-start", first_start),
        ("streaming", streaming),
        ("approve-edit", edit),
        ("approve-command", command),
        ("cache", cache),
        ("model", models),
    ];
    let mut stale = Vec::new();
    for (name, scene) in scenes {
        for (page, ground) in [("dark", Ground::Dark), ("light", Ground::Light)] {
            let (path, drawn) = (folder.join(format!("{name}-{page}.svg")), picture(&scene(ground), ground));
            if fs::read_to_string(&path).is_ok_and(|kept| kept == drawn) {
                continue;
            }
            if std::env::var_os("QWEN_BLESS").is_some() {
                fs::create_dir_all(&folder).expect("our own folder");
                fs::write(&path, drawn).expect("our own file");
            } else {
                stale.push(format!("{name}-{page}.svg"));
            }
        }
    }
    assert!(
        stale.is_empty(),
        "{stale:?} in docs/screens are not as the screen is; QWEN_BLESS=1 draws them anew"
    );
}

//! The screen in Chinese: nothing is wider than the screen, and no sentence is left in English.

use super::*;
use crate::{
    protocol::{DeskEvent, Failure, Kind, Overview, PresetRow},
    tui::Language,
};

const SIZES: [(usize, usize); 2] = [(80, 24), (40, 12)];

/// A screen that has not begun.
fn dark(columns: usize, rows: usize) -> Stage {
    let mut stage = Stage::starting(columns, rows);
    stage.model.look.words = Language::Chinese.words();
    stage.model.composer = crate::tui::composer::Composer::speaking(Language::Chinese.words());
    stage
}

fn ready(columns: usize, rows: usize) -> Stage {
    let mut stage = dark(columns, rows);
    stage.hear(Event::SessionStarted(session()));
    stage
}

/// Nobody is signed in.
fn first(mut stage: Stage) -> Stage {
    let preset = |id: &str, group: &str, about: &str| PresetRow {
        id: id.into(),
        name: group.into(),
        group: group.into(),
        about: about.into(),
        addresses: Vec::new(),
        key_page: None,
        needs_key: true,
    };
    let presets = vec![
        preset("qwen-oauth", "Qwen account", ""),
        preset("qwen-cloud", "Qwen Cloud (pay as you go)", "API key"),
        preset("custom", "Custom address", ""),
        preset("local", "A server on this machine", ""),
    ];
    let why = Failure::new(Kind::Auth, "No account yet");
    stage.hear(Event::SessionStarted(SessionInfo {
        model: String::new(),
        provider: String::new(),
        ..session()
    }));
    stage.hear(Event::Desk(DeskEvent::SignInNeeded { text: None, why }));
    stage.hear(Event::Desk(DeskEvent::Overview(Overview { presets, ..Overview::default() })));
    stage
}

/// All that stands on the screen and above it; every row fits.
fn seen(stage: &Stage) -> String {
    let columns = stage.model.size.columns;
    let printed = stage.history();
    for row in printed.lines() {
        assert!(crate::base::width(row) <= columns, "wider than {columns}: {row}");
    }
    format!("{printed}\n{}", stage.screen())
}

#[test]
fn the_first_screen_shows_how_to_sign_in() {
    let screens = [
        first(Stage::starting(80, 24)),
        first(Stage::starting(40, 12)),
        first(dark(80, 24)),
        first(dark(40, 12)),
    ];
    let screens = screens.map(|stage| seen(&stage)).join("\n\n");
    assert_eq!(
        screens,
        "\
\
"
    );
}

#[test]
fn an_answer_is_written_and_a_command_is_asked_for() {
    for (columns, rows) in SIZES {
        let mut stage = ready(columns, rows);
        stage
            .ask("解释一下重试")
            .wait(12_400)
            .answers("客户端会重试三次。\n\n下一段还没有写完，它很长很长很长很长很长很长很长");
        stage.write("也看看").enter().send(Msg::Paste("行\n".repeat(40)));
        let shown = seen(&stage);
        for sentence in ["正在输出", "Esc 停止", "排队 1：也看看", "> [粘贴 40 行，160 B]▏"]
        {
            assert!(shown.contains(sentence), "{sentence} in {shown}");
        }
        stage.hear(asks_to_run("cargo build --release && rm -rf target/release/deps/很长的名字")).wait(700);
        let shown = seen(&stage);
        for sentence in ["运行这条命令？", "1 是，仅此一次", "rm -rf"] {
            assert!(shown.contains(sentence), "{sentence} in {shown}");
        }
    }
}

#[test]
fn the_bill_and_the_help_fit() {
    for (columns, rows) in SIZES {
        let mut stage = super::cache::after(columns, rows, &super::cache::week());
        stage.model.look.words = Language::Chinese.words();
        stage.write("/cache").enter();
        let shown = seen(&stage);
        for sentence in ["读取", "写入", "合计", "单位", "模式"] {
            assert!(shown.contains(sentence), "{sentence} in {shown}");
        }
        stage.write("/help").enter();
        let shown = seen(&stage);
        for sentence in ["账户与模型", "/compress [要保留的内容]", "换行（也可 \\ 加 Enter）"]
        {
            assert!(shown.contains(sentence), "{sentence} in {shown}");
        }
        stage.write("/frobnicate").enter();
        assert!(seen(&stage).contains("没有命令 `/frobnicate`"), "{}", stage.screen());
    }
}

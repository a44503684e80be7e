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
    let preset = |id: &str, name: &str, group: &str| PresetRow {
        id: id.into(),
        name: name.into(),
        group: group.into(),
        about: String::new(),
        addresses: Vec::new(),
        key_page: None,
        needs_key: true,
    };
    let presets = vec![
        preset("qwen-oauth", "Qwen account", "Qwen account"),
        preset("qwen-cloud", "Singapore", "Qwen Cloud (pay as you go)"),
        preset("qwen-cloud-china", "Beijing", "Qwen Cloud (pay as you go)"),
        preset("custom", "Custom address", "Custom address"),
        preset("local", "A server on this machine", "A server on this machine"),
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
qwen 0.1.0   ~/src/shop (main)                             not signed in · /auth
Type a request, / for commands, @ for files, ! for shell, ? for keys
> ▏
┌ Sign in
│ No account yet
│ › 1 Qwen account                approve a code; free tier ended 2026-04-15
│   2 Qwen Cloud (pay as you go)  Singapore, Beijing
│   3 Custom address              any server that speaks Chat Completions; need…
│   4 A server on this machine    Ollama, LM Studio, llama.cpp, vLLM; free, no …
└ Enter choose · ↑↓ move · Esc later (! and /help still work)

qwen 0.1.0   ~/src/shop (main)
not signed in · /auth
Type a request, / for commands, @ for
files, ! for shell, ? for keys
> ▏
Sign in
No account yet
› 1 Qwen account
  2 Qwen Cloud (pay as you go)
  3 Custom address
  4 A server on this machine
approve a code; free tier ended
  2026-04-15
Enter choose · ↑↓ move
Esc later (! and /help still work)

qwen 0.1.0   ~/src/shop (main)                                    未登录 · /auth
直接输入请求，/ 命令，@ 文件，! 命令行，? 按键
> ▏
┌ 登录
│ No account yet
│ › 1 Qwen 账户               在浏览器中确认代码；Qwen OAuth 免费额度已于 2026-…
│   2 Qwen Cloud（按量付费）  Singapore, Beijing
│   3 自定义地址              任何支持 Chat Completions 的服务器；需要模型名称
│   4 本机的服务器            Ollama、LM Studio、llama.cpp、vLLM；免费，无需密钥
└ Enter 选择 · ↑↓ 移动 · Esc 以后再说（! 和 /help 仍可用）

qwen 0.1.0   ~/src/shop (main)
未登录 · /auth
直接输入请求，/ 命令，@ 文件，! 命令
行，? 按键
> ▏
登录
No account yet
› 1 Qwen 账户
  2 Qwen Cloud（按量付费）
  3 自定义地址
  4 本机的服务器
在浏览器中确认代码；Qwen OAuth 免费额度
  已于 2026-04-15 结束
Enter 选择 · ↑↓ 移动
Esc 以后再说（! 和 /help 仍可用）"
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
        for sentence in ["账户与模型", "/compress [要保留的内容]", "停止或清空草稿"] {
            assert!(shown.contains(sentence), "{sentence} in {shown}");
        }
        stage.write("/frobnicate").enter();
        assert!(seen(&stage).contains("没有命令 `/frobnicate`"), "{}", stage.screen());
    }
}

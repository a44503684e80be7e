//! Choosing the colours.

use ratatui::style::Color;

use super::*;
use crate::{
    protocol::DeskOp,
    tui::look::{Depth, Paint, Theme},
};

/// A screen that shows any colour.
fn painted() -> Stage {
    let mut stage = Stage::new(80, 24);
    stage.model.paint = Paint { depth: Depth::True, can_ask: true, ..Paint::default() };
    stage.model.wear(Theme::Auto);
    stage
}

fn worn(stage: &Stage) -> (Theme, Option<Color>) {
    (stage.model.paint.theme, stage.model.look.accent.fg)
}

const DARK: Option<Color> = Some(Color::Rgb(0x8A, 0xAD, 0xF4));
const LIGHT: Option<Color> = Some(Color::Rgb(0x1E, 0x56, 0xC5));

#[test]
fn the_list_of_themes_wears_the_marked_one_and_esc_gives_the_old_one_back() {
    let mut stage = painted();
    stage.write("/theme").enter();
    assert_eq!(
        stage.screen(),
        "\
> ▏
┌ Colours
│ › 1 auto   as the terminal's page is
│   2 dark   for a dark page
│   3 light  for a light page
│   4 ansi   the terminal's own sixteen
│   5 none   none; weight and signs remain
│
│ 7   // a comment
│ 8 - let name = greet(\"world\", 42);
│ 8 + let name = greet(\"世界\", 42);
│ 9   struct Shop;
│ > selection   ✓ went well   ! needs care   ✗ failed
└ Enter keeps it · Up, Down try · Esc as before"
    );
    stage.key(KeyCode::Down).key(KeyCode::Down);
    assert_eq!(worn(&stage), (Theme::Light, LIGHT));
    stage.write("5");
    assert_eq!(worn(&stage), (Theme::None, None));
    assert!(stage.frame().rows.iter().all(|row| row.spans.iter().all(|span| span.style.bg.is_none())));
    stage.escape();
    assert_eq!(worn(&stage), (Theme::Auto, DARK));
    assert!(stage.model.panel.is_none());
    assert_eq!(stage.ops(), []);
}

#[test]
fn a_theme_is_kept_by_enter_or_by_name() {
    let set = |value: &str| {
        vec![Op::Desk(DeskOp::Set { name: "ui.theme".into(), value: Some(format!("\"{value}\"")) })]
    };
    let mut stage = painted();
    stage.write("/theme").enter().key(KeyCode::Down).key(KeyCode::Down).enter();
    assert_eq!((worn(&stage), stage.ops()), ((Theme::Light, LIGHT), set("light")));
    stage.write("/theme Qwen Dark").enter();
    assert_eq!((worn(&stage), stage.ops()), ((Theme::Dark, DARK), set("dark")));
    stage.write("/theme purple").enter();
    assert_eq!((worn(&stage).0, stage.ops()), (Theme::Dark, vec![]));
    assert!(stage.screen().contains("the themes are auto, dark, light, ansi, none"), "{}", stage.screen());
}

#[test]
fn the_terminals_page_counts_until_somebody_has_spoken() {
    let mut stage = painted();
    stage.send(Msg::Page([253, 246, 227]));
    assert_eq!(worn(&stage), (Theme::Auto, LIGHT));
    stage.ask("hi").send(Msg::Page([0, 0, 0]));
    assert_eq!(worn(&stage), (Theme::Auto, LIGHT));
}

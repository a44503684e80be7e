//! A hand on the keyboard that does not know what it does.

use super::{Dice, Msg, Stage};
use crate::tui::editor::Edited;
use crossterm::event::{KeyCode, KeyModifiers};

const SIGNS: &str = "abc xyz/@!?\\#`*:-_ 中文🎉é0123456789";
const CODES: [KeyCode; 16] = [
    KeyCode::Enter,
    KeyCode::Enter,
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Esc,
    KeyCode::Backspace,
    KeyCode::Delete,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::PageDown,
];
const WITH_CONTROL: &str = "abcdefghijklnoprstuwxyz_";
const WHOLE: [&str; 26] = [
    "/cache",
    "/help",
    "/stats",
    "/clear",
    "/compress",
    "/theme",
    "/resume",
    "/settings",
    "/model",
    "/auth",
    "/context",
    "/permissions",
    "/memory",
    "/about",
    "/copy",
    "/export n.md",
    "/undo",
    "/vim",
    "/quit x",
    "tell me",
    "中文 please",
    "!ls",
    "@src",
    "/no",
    "?",
    "a longer message that has to be wrapped in a small window",
];

/// Does something.
pub(super) fn acts(stage: &mut Stage, dice: &mut Dice) {
    match dice.below(13) {
        0..=4 => {
            let signs: Vec<char> = SIGNS.chars().collect();
            stage.key(KeyCode::Char(signs[dice.below(signs.len())]));
        }
        5..=6 => drop(stage.key(CODES[dice.below(CODES.len())])),
        7 => {
            let letters: Vec<char> = WITH_CONTROL.chars().collect();
            stage.control(letters[dice.below(letters.len())]);
        }
        8 => {
            let code = CODES[dice.below(CODES.len())];
            stage.press(code, [KeyModifiers::ALT, KeyModifiers::SHIFT, KeyModifiers::CONTROL][dice.below(3)]);
        }
        9 => {
            let many = [1, 3, 40][dice.below(3)];
            let joined = if dice.is_joined { "👩\u{200d}💻" } else { "🎉" };
            let text = format!("pasted 中文\ttext \u{1b}[31m\u{202e}\u{7}\0 of it {joined}e\u{301}\r\n");
            stage.send(Msg::Paste(text.repeat(many)));
        }
        10 => {
            stage.send(Msg::Paste(format!("\u{1b}[2Jtell me {}", dice.tells())));
            stage.key([KeyCode::Enter, KeyCode::Enter, KeyCode::Tab][dice.below(3)]);
        }
        _ => drop(stage.write(WHOLE[dice.below(WHOLE.len())]).enter()),
    }
    answers_errands(stage, dice);
}

/// What was handed to an editor, a clipboard or a file comes back.
fn answers_errands(stage: &mut Stage, dice: &mut Dice) {
    for page in std::mem::take(&mut stage.pages) {
        let edited = match dice.below(3) {
            0 => Edited::Unchanged,
            1 => Edited::Failed("`vi` ended with 1".into()),
            _ => Edited::Text(format!("{} changed", page.text)),
        };
        stage.send(Msg::Edited(page.errand, edited));
    }
    for _ in std::mem::take(&mut stage.copied) {
        stage.send(Msg::Copied("copied: 12 B".into()));
    }
    for _ in std::mem::take(&mut stage.written) {
        stage.send(Msg::Written(true, "written to ~/n.md".into()));
    }
}

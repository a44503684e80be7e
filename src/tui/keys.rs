//! Table: every key and what it does.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::composer::Edit;

/// What a key does. What that means depends on what is open (`update.rs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Send,
    Edit(Edit),
    Up,
    Down,
    PageUp,
    PageDown,
    /// Stop, close, or No.
    Escape,
    /// Clear, stop, or leave.
    Cancel,
    Leave,
    Complete,
    NextMode,
    OpenFolded,
    Redraw,
    Suspend,
}

/// One binding.
pub(super) struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
    /// What it does.
    pub(super) action: Action,
    /// How a person writes it.
    pub(super) name: &'static str,
    /// What it does, for `/help`; empty for the other ways to say the same.
    pub(super) help: &'static str,
}

const fn key(
    code: KeyCode,
    modifiers: KeyModifiers,
    action: Action,
    name: &'static str,
    help: &'static str,
) -> Key {
    Key { code, modifiers, action, name, help }
}

const NONE: KeyModifiers = KeyModifiers::NONE;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const ALT: KeyModifiers = KeyModifiers::ALT;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

/// All bindings.
pub(super) const ALL: &[Key] = &[
    key(KeyCode::Enter, NONE, Action::Send, "Enter", "send; while busy: say it when the turn ends"),
    key(
        KeyCode::Enter,
        SHIFT,
        Action::Edit(Edit::Newline),
        "Shift-Enter",
        "new line (also Alt-Enter, Ctrl-J, \\ Enter)",
    ),
    key(KeyCode::Enter, ALT, Action::Edit(Edit::Newline), "Alt-Enter", ""),
    key(KeyCode::Char('j'), CTRL, Action::Edit(Edit::Newline), "Ctrl-J", ""),
    key(KeyCode::Esc, NONE, Action::Escape, "Esc", "stop the running turn; in a question: No"),
    key(
        KeyCode::Char('c'),
        CTRL,
        Action::Cancel,
        "Ctrl-C",
        "clear the draft, or stop; twice when idle: leave",
    ),
    key(KeyCode::Char('d'), CTRL, Action::Leave, "Ctrl-D", "leave, when there is no draft"),
    key(KeyCode::BackTab, NONE, Action::NextMode, "Shift-Tab", "next mode: plan, default, auto-edit"),
    key(KeyCode::Tab, NONE, Action::Complete, "Tab", "complete a command"),
    key(
        KeyCode::Char('o'),
        CTRL,
        Action::OpenFolded,
        "Ctrl-O",
        "print the last folded thought, output or change in full",
    ),
    key(KeyCode::Up, NONE, Action::Up, "Up / Down", "move; on the first and last row: earlier texts"),
    key(KeyCode::Down, NONE, Action::Down, "Down", ""),
    key(KeyCode::Char('p'), CTRL, Action::Up, "Ctrl-P", ""),
    key(KeyCode::Char('n'), CTRL, Action::Down, "Ctrl-N", ""),
    key(KeyCode::PageUp, NONE, Action::PageUp, "PgUp / PgDn", "scroll a long question"),
    key(KeyCode::PageDown, NONE, Action::PageDown, "PgDn", ""),
    key(KeyCode::Char('l'), CTRL, Action::Redraw, "Ctrl-L", "draw again"),
    key(KeyCode::Char('z'), CTRL, Action::Suspend, "Ctrl-Z", "suspend"),
    key(KeyCode::Backspace, NONE, Action::Edit(Edit::Backspace), "Backspace", ""),
    key(KeyCode::Backspace, SHIFT, Action::Edit(Edit::Backspace), "Shift-Backspace", ""),
    key(KeyCode::Char('h'), CTRL, Action::Edit(Edit::Backspace), "Ctrl-H", ""),
    key(KeyCode::Delete, NONE, Action::Edit(Edit::Delete), "Delete", ""),
    key(KeyCode::Left, NONE, Action::Edit(Edit::Left), "Left", ""),
    key(KeyCode::Right, NONE, Action::Edit(Edit::Right), "Right", ""),
    key(KeyCode::Char('b'), CTRL, Action::Edit(Edit::Left), "Ctrl-B", ""),
    key(KeyCode::Char('f'), CTRL, Action::Edit(Edit::Right), "Ctrl-F", ""),
    key(KeyCode::Left, CTRL, Action::Edit(Edit::WordLeft), "Ctrl-Left", ""),
    key(KeyCode::Right, CTRL, Action::Edit(Edit::WordRight), "Ctrl-Right", ""),
    key(KeyCode::Left, ALT, Action::Edit(Edit::WordLeft), "Alt-Left", ""),
    key(KeyCode::Right, ALT, Action::Edit(Edit::WordRight), "Alt-Right", ""),
    key(KeyCode::Char('b'), ALT, Action::Edit(Edit::WordLeft), "Alt-B", ""),
    key(KeyCode::Char('f'), ALT, Action::Edit(Edit::WordRight), "Alt-F", ""),
    key(KeyCode::Home, NONE, Action::Edit(Edit::Head), "Home", ""),
    key(KeyCode::End, NONE, Action::Edit(Edit::End), "End", ""),
    key(KeyCode::Char('a'), CTRL, Action::Edit(Edit::Head), "Ctrl-A / Ctrl-E", "start / end of the line"),
    key(KeyCode::Char('e'), CTRL, Action::Edit(Edit::End), "Ctrl-E", ""),
    key(
        KeyCode::Char('u'),
        CTRL,
        Action::Edit(Edit::ToHead),
        "Ctrl-U / Ctrl-K",
        "delete to the start / end of the line",
    ),
    key(KeyCode::Char('k'), CTRL, Action::Edit(Edit::ToEnd), "Ctrl-K", ""),
    key(KeyCode::Char('w'), CTRL, Action::Edit(Edit::WordBack), "Ctrl-W", "delete the word before"),
    key(KeyCode::Backspace, ALT, Action::Edit(Edit::WordBack), "Alt-Backspace", ""),
    key(KeyCode::Backspace, CTRL, Action::Edit(Edit::WordBack), "Ctrl-Backspace", ""),
    key(KeyCode::Char('d'), ALT, Action::Edit(Edit::WordForward), "Alt-D", ""),
    key(KeyCode::Delete, CTRL, Action::Edit(Edit::WordForward), "Ctrl-Delete", ""),
    key(KeyCode::Char('y'), CTRL, Action::Edit(Edit::Yank), "Ctrl-Y", "put back what was deleted"),
    key(KeyCode::Char('_'), CTRL, Action::Edit(Edit::Undo), "Ctrl-_", "undo"),
    key(KeyCode::Char('7'), CTRL, Action::Edit(Edit::Undo), "Ctrl-7", ""),
    key(KeyCode::Char('-'), CTRL, Action::Edit(Edit::Undo), "Ctrl--", ""),
    key(KeyCode::Char('_'), ALT, Action::Edit(Edit::Redo), "Alt-_", "undo the undo"),
];

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It writes a character.
    Text(char),
    /// It does something.
    Does(Action),
    /// Nothing.
    Nothing,
}

/// Looks a key up.
pub(super) fn meaning(event: KeyEvent) -> Meaning {
    let held = event.modifiers & (CTRL | ALT | SHIFT);
    let code = match event.code {
        KeyCode::Char(c) if held.intersects(CTRL | ALT) => KeyCode::Char(c.to_ascii_lowercase()),
        KeyCode::Tab if held == SHIFT => KeyCode::BackTab,
        code => code,
    };
    let is_letter = matches!(code, KeyCode::Char(_));
    let wanted = if is_letter || code == KeyCode::BackTab { held - SHIFT } else { held };
    if let Some(found) = ALL.iter().find(|k| k.code == code && k.modifiers == wanted) {
        return Meaning::Does(found.action);
    }
    match event.code {
        // Both together are how some keyboards write their third level.
        KeyCode::Char(c) if !held.intersects(CTRL | ALT) || held.contains(CTRL | ALT) => Meaning::Text(c),
        _ => Meaning::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_bound_twice() {
        for (at, key) in ALL.iter().enumerate() {
            let twice = ALL[..at].iter().any(|k| k.code == key.code && k.modifiers == key.modifiers);
            assert!(!twice, "{}", key.name);
        }
    }

    #[test]
    fn a_letter_with_shift_is_text_and_with_control_is_a_command() {
        let press = |code, modifiers| meaning(KeyEvent::new(code, modifiers));
        assert_eq!(press(KeyCode::Char('A'), SHIFT), Meaning::Text('A'));
        assert_eq!(press(KeyCode::Char('@'), CTRL | ALT), Meaning::Text('@'));
        assert_eq!(press(KeyCode::Char('C'), CTRL | SHIFT), Meaning::Does(Action::Cancel));
        assert_eq!(press(KeyCode::Tab, SHIFT), Meaning::Does(Action::NextMode));
        assert_eq!(press(KeyCode::BackTab, SHIFT), Meaning::Does(Action::NextMode));
        assert_eq!(press(KeyCode::F(5), NONE), Meaning::Nothing);
    }
}

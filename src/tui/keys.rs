//! Table: every key and what it does.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{composer::Edit, lang::Sentence};

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
    /// Everything that was said, on the whole screen.
    Transcript,
    /// Choose among the texts that were sent before.
    Past,
    /// Open the draft in the person's editor.
    Editor,
    Redraw,
    Suspend,
}

/// What a key is about. The order is that of the key sheet and of `/help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// Sending, stopping, choosing.
    Talk,
    /// What is on the screen.
    Screen,
    /// Moving in the draft.
    Move,
    /// Changing the draft.
    Change,
}

impl Group {
    /// All of them, each with its heading.
    pub(super) const ALL: [(Self, Sentence); 4] = [
        (Self::Talk, |w| w.keys_talk),
        (Self::Screen, |w| w.keys_screen),
        (Self::Move, |w| w.keys_move),
        (Self::Change, |w| w.keys_change),
    ];
}

/// One binding.
pub(super) struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
    /// What it does.
    pub(super) action: Action,
    /// How a person writes it.
    pub(super) name: &'static str,
    /// What it is about and what it does, for people; `None` for another way to say the same as the row above.
    pub(super) about: Option<(Group, Sentence)>,
}

/// A binding that people are told of.
const fn key(
    code: KeyCode,
    modifiers: KeyModifiers,
    action: Action,
    name: &'static str,
    group: Group,
    about: Sentence,
) -> Key {
    Key { code, modifiers, action, name, about: Some((group, about)) }
}

/// Another key for what the row above is about.
const fn also(code: KeyCode, modifiers: KeyModifiers, action: Action, name: &'static str) -> Key {
    Key { code, modifiers, action, name, about: None }
}

/// A sign that a draft may begin with, and what the draft is then.
pub(super) struct Sign {
    /// How a person writes it.
    pub(super) name: &'static str,
    /// What it does.
    pub(super) about: Sentence,
}

const NONE: KeyModifiers = KeyModifiers::NONE;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const ALT: KeyModifiers = KeyModifiers::ALT;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

/// What a draft may begin with.
pub(super) const SIGNS: &[Sign] = &[
    Sign { name: "/", about: |w| w.sign_command },
    Sign { name: "@path", about: |w| w.sign_file },
    Sign { name: "!", about: |w| w.sign_shell },
    Sign { name: "?", about: |w| w.sign_keys },
];

/// All bindings.
pub(super) const ALL: &[Key] = &[
    key(KeyCode::Enter, NONE, Action::Send, "Enter", Group::Talk, |w| w.key_send),
    key(KeyCode::Esc, NONE, Action::Escape, "Esc", Group::Talk, |w| w.key_escape),
    key(KeyCode::Char('c'), CTRL, Action::Cancel, "Ctrl-C", Group::Talk, |w| w.key_cancel),
    key(KeyCode::Char('d'), CTRL, Action::Leave, "Ctrl-D", Group::Talk, |w| w.key_leave),
    key(KeyCode::BackTab, NONE, Action::NextMode, "Shift-Tab", Group::Talk, |w| w.key_next_mode),
    key(KeyCode::Tab, NONE, Action::Complete, "Tab", Group::Talk, |w| w.key_complete),
    key(KeyCode::Char('o'), CTRL, Action::OpenFolded, "Ctrl-O", Group::Screen, |w| w.key_open_folded),
    key(KeyCode::Char('t'), CTRL, Action::Transcript, "Ctrl-T", Group::Screen, |w| w.key_transcript),
    key(KeyCode::PageUp, NONE, Action::PageUp, "PgUp / PgDn", Group::Screen, |w| w.key_page),
    also(KeyCode::PageDown, NONE, Action::PageDown, "PgDn"),
    key(KeyCode::Char('l'), CTRL, Action::Redraw, "Ctrl-L", Group::Screen, |w| w.key_redraw),
    key(KeyCode::Char('z'), CTRL, Action::Suspend, "Ctrl-Z", Group::Screen, |w| w.key_suspend),
    key(KeyCode::Up, NONE, Action::Up, "Up / Down", Group::Move, |w| w.key_up_down),
    also(KeyCode::Down, NONE, Action::Down, "Down"),
    also(KeyCode::Char('p'), CTRL, Action::Up, "Ctrl-P"),
    also(KeyCode::Char('n'), CTRL, Action::Down, "Ctrl-N"),
    key(KeyCode::Char('r'), CTRL, Action::Past, "Ctrl-R", Group::Move, |w| w.key_past),
    key(KeyCode::Left, NONE, Action::Edit(Edit::Left), "Left / Right", Group::Move, |w| w.key_left_right),
    also(KeyCode::Right, NONE, Action::Edit(Edit::Right), "Right"),
    also(KeyCode::Char('b'), CTRL, Action::Edit(Edit::Left), "Ctrl-B"),
    also(KeyCode::Char('f'), CTRL, Action::Edit(Edit::Right), "Ctrl-F"),
    key(KeyCode::Left, CTRL, Action::Edit(Edit::WordLeft), "Ctrl-Left / Ctrl-Right", Group::Move, |w| {
        w.key_word
    }),
    also(KeyCode::Right, CTRL, Action::Edit(Edit::WordRight), "Ctrl-Right"),
    also(KeyCode::Left, ALT, Action::Edit(Edit::WordLeft), "Alt-Left"),
    also(KeyCode::Right, ALT, Action::Edit(Edit::WordRight), "Alt-Right"),
    also(KeyCode::Char('b'), ALT, Action::Edit(Edit::WordLeft), "Alt-B"),
    also(KeyCode::Char('f'), ALT, Action::Edit(Edit::WordRight), "Alt-F"),
    key(KeyCode::Char('a'), CTRL, Action::Edit(Edit::Head), "Ctrl-A / Ctrl-E", Group::Move, |w| {
        w.key_line_ends
    }),
    also(KeyCode::Char('e'), CTRL, Action::Edit(Edit::End), "Ctrl-E"),
    also(KeyCode::Home, NONE, Action::Edit(Edit::Head), "Home"),
    also(KeyCode::End, NONE, Action::Edit(Edit::End), "End"),
    key(KeyCode::Char('g'), CTRL, Action::Editor, "Ctrl-G", Group::Change, |w| w.key_editor),
    key(KeyCode::Enter, SHIFT, Action::Edit(Edit::Newline), "Shift-Enter", Group::Change, |w| w.key_newline),
    also(KeyCode::Enter, ALT, Action::Edit(Edit::Newline), "Alt-Enter"),
    also(KeyCode::Char('j'), CTRL, Action::Edit(Edit::Newline), "Ctrl-J"),
    key(KeyCode::Backspace, NONE, Action::Edit(Edit::Backspace), "Backspace", Group::Change, |w| {
        w.key_backspace
    }),
    also(KeyCode::Backspace, SHIFT, Action::Edit(Edit::Backspace), "Shift-Backspace"),
    also(KeyCode::Char('h'), CTRL, Action::Edit(Edit::Backspace), "Ctrl-H"),
    key(KeyCode::Delete, NONE, Action::Edit(Edit::Delete), "Delete", Group::Change, |w| w.key_delete),
    key(KeyCode::Char('w'), CTRL, Action::Edit(Edit::WordBack), "Ctrl-W", Group::Change, |w| w.key_word_back),
    also(KeyCode::Backspace, ALT, Action::Edit(Edit::WordBack), "Alt-Backspace"),
    also(KeyCode::Backspace, CTRL, Action::Edit(Edit::WordBack), "Ctrl-Backspace"),
    key(KeyCode::Char('d'), ALT, Action::Edit(Edit::WordForward), "Alt-D", Group::Change, |w| {
        w.key_word_forward
    }),
    also(KeyCode::Delete, CTRL, Action::Edit(Edit::WordForward), "Ctrl-Delete"),
    key(KeyCode::Char('u'), CTRL, Action::Edit(Edit::ToHead), "Ctrl-U / Ctrl-K", Group::Change, |w| {
        w.key_cut_line
    }),
    also(KeyCode::Char('k'), CTRL, Action::Edit(Edit::ToEnd), "Ctrl-K"),
    key(KeyCode::Char('y'), CTRL, Action::Edit(Edit::Yank), "Ctrl-Y", Group::Change, |w| w.key_yank),
    key(KeyCode::Char('_'), CTRL, Action::Edit(Edit::Undo), "Ctrl-_ / Alt-_", Group::Change, |w| w.key_undo),
    also(KeyCode::Char('7'), CTRL, Action::Edit(Edit::Undo), "Ctrl-7"),
    also(KeyCode::Char('-'), CTRL, Action::Edit(Edit::Undo), "Ctrl--"),
    also(KeyCode::Char('_'), ALT, Action::Edit(Edit::Redo), "Alt-_"),
];

/// What people are told: the keys of each row that has something to say, its group, and what it does. Other ways to
/// say the same stand behind the name.
pub(super) fn told() -> impl Iterator<Item = (String, Group, Sentence)> {
    ALL.iter().enumerate().filter_map(|(at, key)| {
        let (group, about) = key.about?;
        let others = ALL[at + 1..].iter().take_while(|other| other.about.is_none());
        let others = others.filter(|other| !key.name.split(" / ").any(|name| name == other.name));
        let names = std::iter::once(key.name).chain(others.map(|other| other.name));
        Some((names.collect::<Vec<_>>().join(", "), group, about))
    })
}

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

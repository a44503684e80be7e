//! The key sheet.

use super::*;

#[test]
fn a_question_mark_alone_opens_the_sheet_and_any_key_closes_it() {
    let mut stage = Stage::new(120, 50);
    stage.write("?");
    let screen = stage.screen();
    assert!(screen.starts_with("> ▏\n┌ Keys\n│ A draft that begins with"), "{screen}");
    assert!(screen.ends_with("└ any key closes it"), "{screen}");
    for (names, _, about) in crate::tui::keys::told() {
        let words = crate::tui::lang::Language::English.words();
        assert!(screen.contains(&names) || names.len() > 18, "{names}: {screen}");
        assert!(screen.contains(about(words).split(' ').next().unwrap_or_default()), "{names}: {screen}");
    }
    stage.escape();
    assert!(!stage.screen().contains("Keys"));
    stage.write("?").write("?");
    assert!(!stage.screen().contains("Keys"), "the sign closes it too");
    stage.write("?").write("why");
    assert_eq!(stage.draft(), "why", "letters are not lost");
    stage.write("?");
    assert_eq!(stage.draft(), "why?", "in a draft it is text");
}

#[test]
fn on_a_small_screen_it_scrolls_and_says_how_much_there_is() {
    let mut stage = Stage::new(40, 12);
    stage.write("?");
    let mut seen: Vec<String> = Vec::new();
    let mut all = String::new();
    for _ in 0..40 {
        let screen = stage.screen();
        let rows: Vec<&str> = screen.lines().collect();
        assert_eq!(rows.len(), 12, "{screen}");
        seen.extend(rows[2..11].iter().map(|row| (*row).to_owned()));
        if all == rows[11] {
            break;
        }
        all = rows[11].to_owned();
        stage.key(KeyCode::PageDown);
    }
    assert!(all.contains(" of "), "{all}");
    for (heading, _) in crate::tui::printed::key_groups(stage.model.look) {
        assert!(seen.iter().any(|row| row == heading), "{heading} in {seen:?}");
    }
    stage.key(KeyCode::Up).key(KeyCode::PageUp);
    assert!(stage.model.sheet.is_some());
    stage.enter();
    assert!(stage.model.sheet.is_none());
    assert_eq!(stage.ops(), []);
}

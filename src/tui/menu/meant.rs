//! Whether what stands behind an `@` is the beginning of a path, or prose that happens to have its letters.

/// Whether a text begins words of a path, in their order, and is not the whole path: `smain` begins words of
/// `src/main.rs`, `rc` does not.
pub(super) fn is_meant(typed: &str, path: &str) -> bool {
    let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<char>>();
    let typed = lower(typed);
    // A folder that is there in full is a place of its own; so is a file.
    if typed.is_empty() || typed.ends_with(&['/']) || typed == lower(path) {
        return false;
    }
    let signs: Vec<char> = path.chars().collect();
    let starts: Vec<usize> = (0..signs.len()).filter(|at| begins_word(&signs, *at)).collect();
    // For each length of the text: the earliest place in the path behind which it was found.
    let mut behind = vec![None; typed.len() + 1];
    behind[0] = Some(0);
    for done in 0..typed.len() {
        let Some(from) = behind[done] else { continue };
        for start in starts.iter().filter(|start| **start >= from) {
            let alike = signs[*start..].iter().zip(&typed[done..]);
            let many = alike.take_while(|(a, b)| a.to_lowercase().eq(b.to_lowercase())).count();
            for length in 1..=many {
                let end = start + length;
                let known = &mut behind[done + length];
                *known = Some(known.map_or(end, |before: usize| before.min(end)));
            }
        }
    }
    behind[typed.len()].is_some()
}

/// A word begins behind a sign that is no letter, with a capital behind a small letter, and with every sign of a script
/// that has no blanks.
fn begins_word(path: &[char], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| path[before]) else { return true };
    let now = path[at];
    !before.is_alphanumeric() || !now.is_ascii() || (before.is_lowercase() && now.is_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_words_of_a_path_is_meant_and_scattered_letters_are_not() {
        for typed in ["main", "smain", "src/ma", "s", "MAIN.r", "sm", "src/main.r", "rs"] {
            assert!(is_meant(typed, "src/main.rs"), "{typed}");
        }
        for typed in ["", "src/", "rc", "ain", "sain", "src/main.rs", "smainx", "mains"] {
            assert!(!is_meant(typed, "src/main.rs"), "{typed}");
        }
        assert!(is_meant("文", "src/deep/er/文件.py") && is_meant("件", "src/deep/er/文件.py"));
        assert!(is_meant("ReadMe", "docs/ReadMeFirst.md") && is_meant("first", "docs/ReadMeFirst.md"));
        assert!(!is_meant("me", "docs/name.md"), "prose such as `@me`");
    }
}

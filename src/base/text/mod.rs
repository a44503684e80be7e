//! Text that is safe to draw, and how wide it is.

mod clean;

pub use clean::Clean;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// How many terminal columns `text` takes: by grapheme, so that a joined emoji counts 2 and not the sum of its
/// parts. One table for layout and cursor.
pub fn width(text: &str) -> usize {
    text.graphemes(true).map(|g| if g.len() > 1 && g.width() > 2 { 2 } else { g.width() }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_joined_emoji_is_two_columns_wide() {
        assert_eq!(width("👩‍💻"), 2);
        assert_eq!(width("中文ab"), 6);
        assert_eq!(width("e\u{301}"), 1);
    }
}

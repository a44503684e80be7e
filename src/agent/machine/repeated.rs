//! Text that repeats itself without end.

/// Where repetition is looked for: in so many bytes at the end, ten times the same. The smaller window sees phrases and
/// lines, the larger one paragraphs. Ours: no table, list or dump of ordinary answers is as long and as even.
const WINDOWS: [usize; 2] = [3_000, 12_000];
/// How often the same must stand in a window.
const TIMES: usize = 10;
/// After so many bytes more it is looked again.
const STEP: usize = 500;

/// The end of a text that grows.
#[derive(Debug, Default)]
pub(super) struct Tail {
    bytes: Vec<u8>,
    unseen: usize,
}

impl Tail {
    /// Takes in more. Whether the text goes in circles.
    pub(super) fn grows(&mut self, text: &str) -> bool {
        self.bytes.extend_from_slice(text.as_bytes());
        self.unseen += text.len();
        let most = WINDOWS[1];
        if self.bytes.len() > 2 * most {
            self.bytes.drain(..self.bytes.len() - most);
        }
        if self.unseen < STEP {
            return false;
        }
        self.unseen = 0;
        period(&self.bytes).is_some()
    }
}

/// After how many bytes the end of the text repeats itself, if it does.
fn period(bytes: &[u8]) -> Option<usize> {
    WINDOWS.into_iter().find_map(|window| {
        let end = bytes.get(bytes.len().checked_sub(window)?..)?;
        let period = shortest_period(end);
        (period * TIMES <= window).then_some(period)
    })
}

/// The smallest number of bytes by which the text can be shifted onto itself: its length less its longest border,
/// found as Knuth, Morris and Pratt do.
fn shortest_period(text: &[u8]) -> usize {
    let mut borders = vec![0_usize; text.len()];
    for at in 1..text.len() {
        let mut border = borders[at - 1];
        while border > 0 && text[at] != text[border] {
            border = borders[border - 1];
        }
        borders[at] = border + usize::from(text[at] == text[border]);
    }
    text.len() - borders.last().copied().unwrap_or_default()
}

/// The text with what repeats at its end said twice and no more.
pub(super) fn once(text: &str) -> String {
    let bytes = text.as_bytes();
    let Some(period) = period(bytes) else { return text.to_owned() };
    let mut start = bytes.len() - period;
    while start > 0 && bytes[start - 1] == bytes[start - 1 + period] {
        start -= 1;
    }
    let mut end = (start + 2 * period).min(bytes.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    format!("{} …", text[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn circles(text: &str, piece: usize) -> bool {
        let mut tail = Tail::default();
        let chars: Vec<char> = text.chars().collect();
        chars.chunks(piece.max(1)).any(|piece| tail.grows(&piece.iter().collect::<String>()))
    }

    #[test]
    fn the_same_phrase_line_or_paragraph_over_and_over_is_seen() {
        let paragraph = (0..100).map(|n| format!("{} ", n * 37)).collect::<Vec<_>>().concat();
        for unit in ["I will check. ", "\n", "我再看一下。", "let x = 1;\nlet y = 2;\n", &paragraph] {
            let text = format!("First something else. {}", unit.repeat(15_000 / unit.len()));
            assert!(circles(&text, 7), "{unit:?}");
            let once = once(&text);
            assert!(
                once.len() < 60 + 2 * unit.len() && once.starts_with("First something else."),
                "{once:?}"
            );
        }
    }

    #[test]
    fn lists_tables_and_short_repetition_are_ordinary() {
        let table = (0..600).map(|n| format!("| {n:>6} | yes | no |\n")).collect::<Vec<_>>().concat();
        let rule = format!("{}\n", "=".repeat(100));
        let code = "    assert_eq!(one, two);\n".repeat(100);
        for text in [table, rule, code, "word ".repeat(400)] {
            assert!(!circles(&text, 11), "{}", &text[..40]);
            assert_eq!(once(&text), text);
        }
    }

    proptest! {
        #[test]
        fn words_in_any_order_are_no_circle(words in prop::collection::vec("[a-z]{1,8}", 200..3_000), piece in 1_usize..80) {
            let text = words.join(" ");
            prop_assert!(!circles(&text, piece));
        }

        #[test]
        fn any_unit_is_seen_however_it_is_cut(unit in "\\PC{1,100}", piece in 1_usize..200) {
            let text = unit.repeat(15_000 / unit.len() + 1);
            prop_assert!(circles(&text, piece));
            prop_assert!(once(&text).len() <= 2 * unit.len() + 8);
        }
    }
}

//! Follows brackets and strings of JSON text as it arrives, so that nobody parses it anew with each piece.

/// Where in a JSON object or array the text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    depth: u32,
    is_started: bool,
    in_string: bool,
    is_escaped: bool,
}

impl Scan {
    /// Takes the next piece.
    pub(super) fn feed(&mut self, text: &str) {
        for byte in text.bytes() {
            if self.in_string {
                match byte {
                    _ if self.is_escaped => self.is_escaped = false,
                    b'\\' => self.is_escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => {
                    self.depth += 1;
                    self.is_started = true;
                }
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// Whether something was opened and everything is closed again.
    pub(super) fn is_whole(self) -> bool {
        self.is_started && self.depth == 0 && !self.in_string
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_do_not_count() {
        let text = r#"{"a":"}\"]","b":[{}]}"#;
        for end in 0..=text.len() {
            let mut scan = Scan::default();
            scan.feed(&text[..end]);
            assert_eq!(scan.is_whole(), end == text.len(), "{}", &text[..end]);
        }
    }
}

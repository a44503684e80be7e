//! The only text a screen takes.

use std::fmt::{self, Write as _};

/// Text in which nothing can move the cursor, change the terminal or hide what is written.
///
/// Shape: lines end in `\n`; no other control character is left; tabs are kept. Bidirectional controls and
/// invisible characters are replaced by their code in `⟨⟩`, so that what a person reads is what is there.
/// Joiners stay between characters that need them (emoji, Persian, Indic scripts).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Clean(String);

impl Clean {
    /// Makes every control character visible: what an approval must show, byte for byte.
    pub fn new(raw: &str) -> Self {
        let mut out = String::with_capacity(raw.len());
        let mut before = None;
        let mut rest = raw.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '\r' if rest.peek() == Some(&'\n') => continue,
                '\n' | '\t' => out.push(c),
                '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}'
                    if before.is_some_and(|b: char| !b.is_ascii() || c >= '\u{fe0e}') =>
                {
                    out.push(c);
                }
                c if is_hidden(c) => {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "⟨U+{:04X}⟩", u32::from(c));
                }
                c if (c as u32) < 0x20 => {
                    out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'));
                }
                '\u{7f}' => out.push('\u{2421}'),
                c => out.push(c),
            }
            before = Some(c);
        }
        Self(out)
    }

    /// As [`Clean::new`], on one line: line ends become `⏎`.
    pub fn line(raw: &str) -> Self {
        Self(Self::new(raw).0.replace('\n', "⏎").replace('\t', " "))
    }

    /// For a command that is to be allowed: as [`Clean::new`], and what looks like a blank or a line end and is something
    /// else to a shell is shown by its code.
    pub fn command(raw: &str) -> Self {
        let clean = Self::new(&raw.replace("\r\n", "␍\n")).0;
        let mut out = String::with_capacity(clean.len());
        for c in clean.chars() {
            if looks_blank(c) {
                // Writing to a string cannot fail.
                let _ = write!(out, "⟨U+{:04X}⟩", u32::from(c));
            } else {
                out.push(c);
            }
        }
        Self(out)
    }

    /// For output of programs: drops whole terminal sequences (colours, titles, cursor moves), keeps the last
    /// state of a line that was rewritten with carriage returns, then cleans the rest.
    pub fn output(raw: &str) -> Self {
        let text = without_sequences(raw);
        let mut out = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            let (body, end) = match line.strip_suffix('\n') {
                Some(body) => (body.strip_suffix('\r').unwrap_or(body), "\n"),
                None => (line, ""),
            };
            out.push_str(body.trim_end_matches('\r').rsplit('\r').next().unwrap_or(body));
            out.push_str(end);
        }
        Self::new(&out)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Characters that change how others look or that cannot be seen at all.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe0e}' | '\u{fe0f}' | '\u{feff}' | '\u{3164}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// Blanks that no shell takes for one, and signs without ink.
fn looks_blank(c: char) -> bool {
    matches!(
        c,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{2800}' | '\u{3000}'
    )
}

/// Removes CSI, OSC, DCS, APC, PM, SOS and two-character escape sequences. A sequence that never ends is removed
/// up to the end of its line.
fn without_sequences(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw.chars().peekable();
    while let Some(c) = rest.next() {
        let kind = match c {
            '\u{1b}' => rest.next_if(|n| ('\u{20}'..='\u{7e}').contains(n)),
            '\u{9b}' => Some('['),
            '\u{90}' => Some('P'),
            '\u{9d}' => Some(']'),
            c => {
                out.push(c);
                continue;
            }
        };
        match kind {
            Some('[') => {
                while let Some(n) = rest.next_if(|n| *n != '\n') {
                    if ('\u{40}'..='\u{7e}').contains(&n) {
                        break;
                    }
                }
            }
            Some(']' | 'P' | 'X' | '^' | '_') => {
                while let Some(n) = rest.next_if(|n| *n != '\n') {
                    if n == '\u{7}' || n == '\u{9c}' || (n == '\u{1b}' && rest.next_if_eq(&'\\').is_some()) {
                        break;
                    }
                }
            }
            Some('\u{20}'..='\u{2f}') => {
                rest.next_if(|n| ('\u{30}'..='\u{7e}').contains(n));
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_approval_shows_what_was_hidden() {
        assert_eq!(
            Clean::new("rm \u{1b}[8m-rf /\u{202e}x\u{200b}").as_str(),
            "rm ␛[8m-rf /⟨U+202E⟩x⟨U+200B⟩"
        );
        assert_eq!(Clean::line("a\nb\r\nc").as_str(), "a⏎b⏎c");
    }

    #[test]
    fn a_command_shows_what_only_looks_like_a_blank_or_a_line_end() {
        assert_eq!(
            Clean::command("rm a\u{a0}b\u{3000}c\u{3164}\r\n\tls\r").as_str(),
            "rm a⟨U+00A0⟩b⟨U+3000⟩c⟨U+3164⟩␍\n\tls␍"
        );
        assert_eq!(Clean::new("全角\u{3000}空格").as_str(), "全角\u{3000}空格");
    }

    #[test]
    fn colours_and_titles_of_programs_are_dropped() {
        assert_eq!(
            Clean::output("\u{1b}[1;31merror\u{1b}[0m: x\u{1b}]0;title\u{7}\n 10%\r 99%\r100%\r\nok")
                .as_str(),
            "error: x\n100%\nok"
        );
    }

    #[test]
    fn joined_emoji_stay_whole() {
        assert_eq!(Clean::new("👩‍💻 ✔️").as_str(), "👩‍💻 ✔️");
        assert_eq!(Clean::new("a\u{200d}b").as_str(), "a⟨U+200D⟩b");
    }

    proptest! {
        #[test]
        fn nothing_that_can_act_is_left(raw in any::<String>()) {
            for clean in [Clean::new(&raw), Clean::output(&raw), Clean::line(&raw)] {
                prop_assert!(clean.as_str().chars().all(|c| c == '\n' || c == '\t' || !c.is_control()));
            }
        }

        #[test]
        fn cleaning_twice_changes_nothing(raw in any::<String>()) {
            let once = Clean::new(&raw);
            prop_assert_eq!(Clean::new(once.as_str()), once);
        }
    }
}

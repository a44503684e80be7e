//! What may be written to a terminal at all.

/// How often some bytes occur.
pub(crate) fn count(all: &[u8], wanted: &[u8]) -> usize {
    all.windows(wanted.len()).filter(|part| *part == wanted).count()
}

/// Control sequences, in order: everything from an escape to the byte that ends it, and single control characters.
pub(crate) fn sequences(raw: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(raw);
    let mut signs = text.chars().peekable();
    let mut found = Vec::new();
    while let Some(sign) = signs.next() {
        if sign != '\x1b' {
            found.extend(sign.is_control().then(|| sign.to_string()));
            continue;
        }
        let mut sequence = String::from("ESC ");
        sequence.extend(signs.next());
        if sequence == "ESC ]" {
            for next in signs.by_ref() {
                let is_end = next == '\x07' || next == '\\' && sequence.ends_with('\x1b');
                sequence.push(next);
                if is_end {
                    break;
                }
            }
        }
        if sequence == "ESC [" {
            for next in signs.by_ref() {
                sequence.push(next);
                if ('@'..='~').contains(&next) {
                    break;
                }
            }
        }
        found.push(sequence);
    }
    found
}

/// The colours and weights that were set. A colour by number or by its parts is one code, 38 or 48.
pub(crate) fn styles(raw: &[u8]) -> Vec<u8> {
    let all = sequences(raw).into_iter();
    let codes =
        all.filter_map(|s| s.strip_prefix("ESC [").and_then(|s| s.strip_suffix('m')).map(str::to_owned));
    codes.flat_map(|codes| parted(&codes).unwrap_or_else(|| vec![255])).collect()
}

/// The codes of one setting of styles, without what belongs to a code; `None` for one that is written wrong.
fn parted(codes: &str) -> Option<Vec<u8>> {
    let mut all = codes.split(';').map(|code| code.parse::<u8>().ok());
    let mut found = Vec::new();
    while let Some(code) = all.next() {
        found.push(code?);
        if matches!(code, Some(38 | 48)) {
            let parts = match all.next()?? {
                5 => 1,
                2 => 3,
                _ => return None,
            };
            for _ in 0..parts {
                all.next()??;
            }
        }
    }
    Some(found)
}

/// What we say to the terminal itself: the question for its colour, the bell, and what waits.
const OURS: &[&str] = &[
    "ESC ]11;?\x1b\\",
    "\x07",
    "ESC ]9;qwen: something needs your OK\x1b\\",
    "ESC ]9;qwen: the turn has ended\x1b\\",
];

/// The window's name: ours, and behind it that of a folder, in which nothing can act.
fn is_title(sequence: &str) -> bool {
    let name = sequence.strip_prefix("ESC ]0;qwen · ").and_then(|rest| rest.strip_suffix("\x1b\\"));
    name.is_some_and(|name| !name.contains(char::is_control))
}

/// Every sequence is one that the screen writes by itself: no erasing of the whole screen or of
/// the scrollback, no mouse, no title, no clipboard, nothing that came from a model or a file.
pub(crate) fn are_ours(raw: &[u8]) {
    for sequence in sequences(raw) {
        let known = match sequence.strip_prefix("ESC [") {
            Some(
                "?2026h" | "?2026l" | "?25h" | "?25l" | "?2004h" | "?2004l" | "?1004h" | "?1004l" | "22;0t"
                | "23;0t" | ">1u" | "<1u" | "K" | "J",
            ) => true,
            Some(other) => {
                let (numbers, last) = other.split_at(other.len().saturating_sub(1));
                let is_number = |n: &str| n.parse::<u16>().is_ok();
                match last {
                    // The full-screen transcript stands on the terminal's other screen.
                    "h" | "l" => numbers == "?1049",
                    "A" | "B" | "C" => is_number(numbers),
                    "H" => numbers
                        .split_once(';')
                        .is_some_and(|(row, column)| is_number(row) && is_number(column)),
                    "m" => parted(numbers).is_some_and(|codes| {
                        codes.iter().all(|code| matches!(code, 0..=4 | 7 | 9 | 30..=36 | 38 | 48 | 107))
                    }),
                    _ => false,
                }
            }
            None => {
                matches!(sequence.as_str(), "\r" | "\n")
                    || OURS.contains(&sequence.as_str())
                    || is_title(&sequence)
            }
        };
        assert!(known, "{sequence:?} was written to the terminal");
    }
    is_plain_text(raw);
}

/// What is written is UTF-8, so that no single byte acts as a control of eight bits, and holds no sign that cannot be
/// seen or that turns others around. Joiners stay where scripts and pictures need them: behind what is not ASCII.
fn is_plain_text(raw: &[u8]) {
    let text = match std::str::from_utf8(raw) {
        Ok(text) => text,
        // Who is killed may have written half a sign.
        Err(e) => {
            assert_eq!(e.error_len(), None, "byte {:#x} was written", raw[e.valid_up_to()]);
            std::str::from_utf8(&raw[..e.valid_up_to()]).expect("valid up to there")
        }
    };
    let is_hidden = |c: char| {
        matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}'
            | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    let mut before = ' ';
    for c in text.chars() {
        assert!(!is_hidden(c), "{c:?} was written to the terminal");
        let is_joiner = matches!(c, '\u{200c}' | '\u{200d}');
        assert!(!is_joiner || !before.is_ascii(), "{c:?} was written behind {before:?}");
        before = c;
    }
}

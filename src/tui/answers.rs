//! Tells the terminal's own answers from keys.
//!
//! A terminal that is asked for its page's colour answers on the line where the keys come from:
//! `ESC ] 11 ; rgb:1e1e/1e1e/2e2e ESC \`. The reader of keys takes that for Alt-] and letters. This puts it together again,
//! whenever it comes, so that none of it ends up as typed text. What only looks like the beginning of an answer is given
//! back as keys, in order.

use std::{
    io,
    time::{Duration, Instant},
};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

/// The question for the colour of the page.
pub(super) const QUESTION: &str = "\x1b]11;?\x1b\\";
/// How long the rest of an answer may take: it comes in one piece, however late.
const REST: Duration = Duration::from_millis(50);
/// How long an answer may be, which is longer than any is.
const LONGEST: usize = 64;
/// How long a lone Esc may be the beginning of an answer that was cut in two on its way. After that it is a key at once.
const CUT: Duration = Duration::from_secs(2);

/// Where events come from.
pub(super) trait Source {
    /// Waits for the next one.
    fn read(&mut self) -> io::Result<Event>;
    /// Whether the next one is there within this time.
    fn poll(&mut self, within: Duration) -> io::Result<bool>;
}

/// What came.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Heard {
    /// Something a person did.
    Input(Event),
    /// The colour of the terminal's page.
    Colour([u8; 3]),
}

/// Reads events with the answers put together.
pub(super) struct Answers<S> {
    source: S,
    /// When the terminal was asked; `None` when it was not, or has answered.
    asked: Option<Instant>,
}

impl<S: Source> Answers<S> {
    pub(super) fn new(source: S, asked: Option<Instant>) -> Self {
        Self { source, asked }
    }

    /// Waits for what comes next.
    pub(super) fn next(&mut self) -> io::Result<Vec<Heard>> {
        let first = self.source.read()?;
        let Some(asked) = self.asked else { return Ok(vec![Heard::Input(first)]) };
        let is_first = match sign(&first).as_deref() {
            Some("\x1b]") => true,
            Some("\x1b") => asked.elapsed() < CUT,
            _ => false,
        };
        if is_first { self.put_together(first) } else { Ok(vec![Heard::Input(first)]) }
    }

    fn put_together(&mut self, first: Event) -> io::Result<Vec<Heard>> {
        let mut text = sign(&first).unwrap_or_default();
        let (mut held, mut others) = (vec![first], Vec::new());
        while read(&text) == Read::More && self.source.poll(REST)? {
            let event = self.source.read()?;
            match (sign(&event), &event) {
                (Some(more), _) => text.push_str(&more),
                // The window may change while an answer is on its way.
                (None, Event::Resize(..) | Event::FocusGained | Event::FocusLost) => {
                    others.push(Heard::Input(event));
                    continue;
                }
                (None, _) => text.push('\0'),
            }
            held.push(event);
        }
        if let Read::Answer(colour) = read(&text) {
            self.asked = None;
            others.extend(colour.map(Heard::Colour));
            return Ok(others);
        }
        Ok(held.into_iter().map(Heard::Input).chain(others).collect())
    }
}

/// The bytes a key stands for, if they can be part of an answer.
fn sign(event: &Event) -> Option<String> {
    let Event::Key(KeyEvent { code, modifiers, .. }) = event else { return None };
    let held = *modifiers - KeyModifiers::SHIFT;
    Some(match (code, held) {
        (KeyCode::Esc, KeyModifiers::NONE) => "\x1b".to_owned(),
        (KeyCode::Char(c), KeyModifiers::NONE) => c.to_string(),
        (KeyCode::Char(c @ (']' | '\\')), KeyModifiers::ALT) => format!("\x1b{c}"),
        (KeyCode::Char('g'), KeyModifiers::CONTROL) => "\x07".to_owned(),
        _ => return None,
    })
}

/// What a text is, as far as it came.
#[derive(Debug, PartialEq)]
enum Read {
    /// It may become an answer.
    More,
    /// It is one; the colour if it can be read.
    Answer(Option<[u8; 3]>),
    /// It is none.
    Other,
}

fn read(text: &str) -> Read {
    const LEAD: &str = "\x1b]11;";
    let Some(rest) = text.strip_prefix(LEAD) else {
        return if LEAD.starts_with(text) { Read::More } else { Read::Other };
    };
    let end = rest.find(['\x1b', '\x07']).unwrap_or(rest.len());
    let (colour, end) = rest.split_at(end);
    if colour.len() > LONGEST || colour.chars().any(char::is_control) {
        return Read::Other;
    }
    match end {
        "" | "\x1b" => Read::More,
        "\x1b\\" | "\x07" => Read::Answer(parse(colour)),
        _ => Read::Other,
    }
}

/// `rgb:1e1e/1e1e/2e2e`, with one to four digits a part; also with a fourth part for how much shines through.
fn parse(colour: &str) -> Option<[u8; 3]> {
    let (_, parts) = colour.split_once(':').filter(|(kind, _)| matches!(*kind, "rgb" | "rgba"))?;
    let mut parts = parts.split('/').map(|part| {
        let value = u32::from_str_radix(part, 16).ok().filter(|_| (1..=4).contains(&part.len()))?;
        u8::try_from(value * 255 / ((1 << (4 * part.len())) - 1)).ok()
    });
    Some([parts.next()??, parts.next()??, parts.next()??])
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// Events by hand; `None` is a pause.
    struct Line(VecDeque<Option<Event>>);

    impl Source for Line {
        fn read(&mut self) -> io::Result<Event> {
            while let Some(next) = self.0.pop_front() {
                if let Some(event) = next {
                    return Ok(event);
                }
            }
            Err(io::ErrorKind::UnexpectedEof.into())
        }

        fn poll(&mut self, _: Duration) -> io::Result<bool> {
            Ok(matches!(self.0.front(), Some(Some(_))))
        }
    }

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(code, modifiers))
    }

    /// What the reader of keys makes of bytes; `|` is a pause, `^` an escape that came alone.
    fn keys(bytes: &str) -> VecDeque<Option<Event>> {
        let mut signs = bytes.chars();
        let mut found = VecDeque::new();
        while let Some(sign) = signs.next() {
            found.push_back(match sign {
                '|' => None,
                '^' => Some(key(KeyCode::Esc, KeyModifiers::NONE)),
                '\x1b' => signs.next().map(|next| key(KeyCode::Char(next), KeyModifiers::ALT)),
                '\x07' => Some(key(KeyCode::Char('g'), KeyModifiers::CONTROL)),
                c => Some(key(KeyCode::Char(c), KeyModifiers::NONE)),
            });
        }
        found
    }

    fn all(line: VecDeque<Option<Event>>, asked: Option<Instant>) -> Vec<Heard> {
        let mut answers = Answers::new(Line(line), asked);
        let mut found = Vec::new();
        while let Ok(more) = answers.next() {
            found.extend(more);
        }
        found
    }

    fn typed(bytes: &str) -> Vec<Heard> {
        keys(bytes).into_iter().flatten().map(Heard::Input).collect()
    }

    #[test]
    fn an_answer_is_no_text_however_it_ends_and_wherever_it_is_cut() {
        for bytes in [
            "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
            "\x1b]11;rgb:1e/1e/2e\x07",
            "^]11;rgb:1e1e/1e1e/2e2e\x1b\\",
            "\x1b]11;rgba:1E1E/1E1E/2E2E/ffff^\\",
        ] {
            let line = [keys("a"), keys(bytes), keys("b")].into_iter().flatten().collect();
            let expected = [typed("a"), vec![Heard::Colour([30, 30, 46])], typed("b")].concat();
            assert_eq!(all(line, Some(Instant::now())), expected, "{bytes:?}");
        }
        assert_eq!(all(keys("\x1b]11;nonsense\x07x"), Some(Instant::now())), typed("x"));
    }

    #[test]
    fn what_is_no_answer_stays_what_was_typed() {
        for bytes in ["\x1b]|", "\x1b]11;|x", "\x1b]12;rgb:0/0/0\x07", "^|x", "^x", "\x1b]11;\x1b]"] {
            assert_eq!(all(keys(bytes), Some(Instant::now())), typed(&bytes.replace('|', "")), "{bytes:?}");
        }
        let answer = "\x1b]11;rgb:0/0/0\x07";
        assert_eq!(all(keys(answer), None), typed(answer), "nobody asked");
    }

    #[test]
    fn a_window_that_changes_meanwhile_is_told() {
        let mut line = keys("\x1b]11;rgb:0/");
        line.push_back(Some(Event::Resize(40, 12)));
        line.extend(keys("0/0\x07"));
        let expected = [Heard::Input(Event::Resize(40, 12)), Heard::Colour([0; 3])];
        assert_eq!(all(line, Some(Instant::now())), expected);
    }
}

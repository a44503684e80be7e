//! Reads an event stream, byte for byte as servers really send it.
//!
//! Follows the WHATWG event-stream form and tolerates what gateways do to it. Works on bytes and decodes whole
//! lines only, so a character cut by the network stays whole.
//! Source: `docs/sources.md`, wire 1.1.

/// Bound of one event and of text that is no event. Source: the largest real answer is far below a megabyte.
const LIMIT: usize = 16 * 1_000_000;

/// One thing a stream said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// An event with data.
    Event {
        /// Its name; empty when it has none.
        name: String,
        /// Its data lines, joined by line ends.
        data: String,
    },
    /// A comment, without its colon. DashScope tells the real status in one.
    Comment(String),
}

/// An event, or the text around the events, is larger than any honest server makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// Cuts bytes into [`Part`]s, however they arrive.
#[derive(Debug, Default)]
pub(super) struct Reader {
    line: Vec<u8>,
    name: String,
    data: Option<String>,
    stray: String,
    after_cr: bool,
    is_started: bool,
}

impl Reader {
    /// Takes the next bytes and adds what they complete to `out`.
    pub(super) fn feed(&mut self, mut bytes: &[u8], out: &mut Vec<Part>) -> Result<(), TooLong> {
        while let Some((&first, rest)) = bytes.split_first() {
            if std::mem::take(&mut self.after_cr) && first == b'\n' {
                bytes = rest;
                continue;
            }
            let Some(end) = bytes.iter().position(|b| matches!(b, b'\n' | b'\r')) else {
                self.line.extend_from_slice(bytes);
                return self.check();
            };
            self.line.extend_from_slice(&bytes[..end]);
            self.after_cr = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            self.end_line(out);
            self.check()?;
        }
        Ok(())
    }

    /// Takes the end of the stream: a last line without line end still counts. Returns all text that was no part
    /// of an event, which is the whole body when the server sent no event stream at all.
    pub(super) fn finish(mut self, out: &mut Vec<Part>) -> String {
        // The beginning of a field's name is a stream that was cut, not text around it.
        let is_cut = ["data", "event", "id", "retry"].iter().any(|f| f.as_bytes().starts_with(&self.line));
        if !self.line.is_empty() && !is_cut {
            self.end_line(out);
        }
        self.dispatch(out);
        self.stray
    }

    fn check(&self) -> Result<(), TooLong> {
        let held = self.line.len() + self.data.as_ref().map_or(0, String::len) + self.stray.len();
        if held > LIMIT { Err(TooLong) } else { Ok(()) }
    }

    fn end_line(&mut self, out: &mut Vec<Part>) {
        let mut bytes = std::mem::take(&mut self.line);
        if !std::mem::replace(&mut self.is_started, true) && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        let line =
            String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
        if line.is_empty() {
            return self.dispatch(out);
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => out.push(Part::Comment(value.to_owned())),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            "event" => value.clone_into(&mut self.name),
            "id" | "retry" => {}
            _ => {
                self.stray.push_str(&line);
                self.stray.push('\n');
            }
        }
    }

    fn dispatch(&mut self, out: &mut Vec<Part>) {
        let name = std::mem::take(&mut self.name);
        // A comment or a name alone is no event.
        if let Some(data) = self.data.take().filter(|d| !d.is_empty()) {
            out.push(Part::Event { name, data });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(chunks: &[&[u8]]) -> (Vec<Part>, String) {
        let (mut reader, mut out) = (Reader::default(), Vec::new());
        for chunk in chunks {
            reader.feed(chunk, &mut out).expect("small");
        }
        let stray = reader.finish(&mut out);
        (out, stray)
    }

    fn event(name: &str, data: &str) -> Part {
        Part::Event { name: name.into(), data: data.into() }
    }

    #[test]
    fn every_line_end_is_one_line_end_also_across_chunks() {
        for text in ["data: a\n\ndata: b\n\n", "data: a\r\n\r\ndata: b\r\n\r\n", "data: a\r\rdata: b\r\r"] {
            let expected = (vec![event("", "a"), event("", "b")], String::new());
            assert_eq!(read(&[text.as_bytes()]), expected, "{text:?}");
            let single: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
            assert_eq!(read(&single), expected, "{text:?} byte by byte");
        }
    }

    #[test]
    fn a_mark_of_byte_order_is_dropped_only_at_the_start() {
        let text = "\u{feff}data: a\n\ndata: \u{feff}b\n\n";
        assert_eq!(read(&[text.as_bytes()]).0, [event("", "a"), event("", "\u{feff}b")]);
    }

    #[test]
    fn a_comment_or_a_name_alone_is_no_event() {
        let text = ": keep-alive\n\nevent: ping\n\ndata:\n\ndata:x\n\n";
        assert_eq!(read(&[text.as_bytes()]).0, [Part::Comment("keep-alive".into()), event("", "x")]);
    }

    #[test]
    fn the_dashscope_form_keeps_status_name_and_data() {
        let text = "id:1\nevent:error\n:HTTP_STATUS/429\ndata:{\"code\":\"Throttling\"}\n\n";
        let expected = [Part::Comment("HTTP_STATUS/429".into()), event("error", "{\"code\":\"Throttling\"}")];
        assert_eq!(read(&[text.as_bytes()]).0, expected);
    }

    #[test]
    fn data_lines_are_joined_and_one_space_is_dropped() {
        assert_eq!(read(&[b"data: {\ndata:  \"a\":1\ndata:}\n\n"]).0, [event("", "{\n \"a\":1\n}")]);
    }

    #[test]
    fn the_last_line_needs_no_line_end() {
        assert_eq!(read(&[b"data: a\n\ndata: [DONE]"]).0, [event("", "a"), event("", "[DONE]")]);
    }

    #[test]
    fn a_body_that_is_no_stream_comes_back_as_it_was() {
        let body = "\n\n{\n  \"error\": \"no\"\n}";
        assert_eq!(read(&[body.as_bytes()]), (vec![], "{\n  \"error\": \"no\"\n}\n".into()));
    }

    #[test]
    fn a_field_name_cut_at_the_end_is_no_text() {
        assert_eq!(read(&[b"data: a\n\nda"]), (vec![event("", "a")], String::new()));
    }

    #[test]
    fn an_endless_line_is_refused() {
        let (mut reader, mut out) = (Reader::default(), Vec::new());
        let piece = vec![b'x'; 1_000_000];
        let fed: Result<Vec<()>, TooLong> = (0..17).map(|_| reader.feed(&piece, &mut out)).collect();
        assert_eq!(fed, Err(TooLong));
    }

    proptest! {
        #[test]
        fn cuts_never_matter(
            text in "(data: ?|: |event:|id: 1|\\{|é|中|😀|x|\r\n|\n|\r|\n\n|\u{feff}){0,40}",
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let bytes = text.as_bytes();
            let mut at: Vec<usize> = cuts.iter().map(|c| c.index(bytes.len() + 1)).collect();
            at.extend([0, bytes.len()]);
            at.sort_unstable();
            let chunks: Vec<&[u8]> = at.windows(2).map(|w| &bytes[w[0]..w[1]]).collect();
            prop_assert_eq!(read(&chunks), read(&[bytes]));
        }
    }
}

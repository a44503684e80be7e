//! An answer that is written, and told once more where it broke off.

use ratatui::text::Line;

use super::{look::Look, markdown::Markdown};

/// The answer being written.
///
/// Shape: what stands in the scrollback is never printed again by a further try. Sources are compared, not what was made
/// of them, so the window may have any width meanwhile.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    markdown: Markdown,
    /// The source.
    said: String,
    /// How much of the source was read.
    read: usize,
    /// Where in the source something ends that stands in the scrollback.
    ends: Vec<usize>,
    /// What a try before has left there, while this one says the same.
    before: Option<Told>,
}

/// What stands in the scrollback of a try that is void.
#[derive(Clone, Debug)]
struct Told {
    said: String,
    ends: Vec<usize>,
    /// How many bytes of it were said again.
    again: usize,
}

impl Answer {
    pub(super) fn new(look: Look, columns: usize) -> Self {
        let markdown = Markdown::new(look, columns);
        Self { markdown, said: String::new(), read: 0, ends: Vec::new(), before: None }
    }

    /// What comes from now on is laid out for another width.
    pub(super) fn set_columns(&mut self, columns: usize) {
        self.markdown.set_columns(columns);
    }

    /// Whether this try has said nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.said.trim_start().is_empty()
    }

    /// Whether nothing is open: what comes begins a block of its own.
    pub(super) fn is_at_rest(&self) -> bool {
        self.read == self.said.len() && self.markdown.is_at_rest()
    }

    /// Takes more text and returns the lines to print.
    pub(super) fn write(&mut self, text: &str) -> Vec<Line<'static>> {
        self.said.push_str(text);
        if self.retells() { Vec::new() } else { self.go_on() }
    }

    /// Ends the text and returns the rest of the lines.
    pub(super) fn finish(&mut self) -> Vec<Line<'static>> {
        // Who says only what was said before has nothing to add.
        if self.before.is_some() { Vec::new() } else { self.markdown.finish() }
    }

    /// The rows of what is still open.
    pub(super) fn open(&self) -> Vec<Line<'static>> {
        self.markdown.open()
    }

    /// What was said is void, and is said anew.
    pub(super) fn restart(&mut self, look: Look, columns: usize) {
        let mut before = self.before.take();
        if before.is_none()
            && let Some(end) = self.ends.last()
        {
            self.said.truncate(*end);
            let (said, ends) = (std::mem::take(&mut self.said), std::mem::take(&mut self.ends));
            before = Some(Told { said, ends, again: 0 });
        }
        if let Some(told) = &mut before {
            told.again = 0;
        }
        *self = Self { before, ..Self::new(look, columns) };
    }

    /// Whether all of this try was said before. What stands there is passed over, one finished part after the other; at the
    /// first difference the text goes on behind the last part that both have.
    fn retells(&mut self) -> bool {
        let Some(told) = &mut self.before else { return false };
        let (old, new) = (&told.said.as_bytes()[told.again..], &self.said.as_bytes()[told.again..]);
        told.again += old.iter().zip(new).take_while(|(old, new)| old == new).count();
        while let Some(end) = told.ends.get(self.ends.len()).copied().filter(|end| *end <= told.again) {
            // The lines stand there, as they were laid out then.
            self.markdown.push(&self.said[self.read..end]);
            self.markdown.settle();
            self.read = end;
            self.ends.push(end);
        }
        if told.again == self.said.len() {
            return true;
        }
        self.before = None;
        false
    }

    /// Reads what was not read, line by line.
    fn go_on(&mut self) -> Vec<Line<'static>> {
        let mut out = Vec::new();
        for line in self.said[self.read..].split_inclusive('\n') {
            out.extend(self.markdown.push(line));
            let end = self.markdown.frozen();
            if self.ends.last().is_none_or(|last| *last < end) && end > 0 {
                self.ends.push(end);
            }
        }
        self.read = self.said.len();
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::layout::plain;

    fn answer(columns: usize) -> Answer {
        Answer::new(Look::new(false), columns)
    }

    /// Says a text that breaks off, and another one in a window of another width; returns what each printed.
    fn tries(first: (&str, usize), second: (&str, usize)) -> [String; 2] {
        let mut answer = answer(first.1);
        let before = plain(&answer.write(first.0));
        answer.set_columns(second.1);
        answer.restart(Look::new(false), second.1);
        let mut lines = answer.write(second.0);
        lines.extend(answer.finish());
        [before, plain(&lines)]
    }

    #[test]
    fn what_stands_there_is_not_printed_again_whatever_the_width() {
        let text = "one two three four\n\nfive\n\nsix";
        assert_eq!(tries((text, 10), (text, 40)), ["one two\nthree four\n\nfive", "\nsix"]);
        assert_eq!(tries((text, 40), (text, 10)), ["one two three four\n\nfive", "\nsix"]);
    }

    #[test]
    fn a_table_that_became_records_in_a_narrower_window_stands_once() {
        let table = "| name | what it does |\n|---|---|\n| retry | waits and asks again |\n\n";
        let [first, second] = tries((table, 60), (&format!("{table}after"), 12));
        assert_eq!(first.lines().count(), 3, "{first}");
        assert_eq!(second, "\nafter");
    }

    #[test]
    fn from_the_first_part_that_differs_on_everything_is_printed() {
        assert_eq!(tries(("one\n\ntwo\n\nthree\n\n", 40), ("one\n\ntow\n\nthree", 40))[1], "\ntow\n\nthree");
        let code = "```\na();\nb();\nc();\n";
        assert_eq!(tries((code, 40), ("```\na();\nb(1);\n```\nend", 40))[1], "b(1);\nend");
    }

    #[test]
    fn a_paragraph_that_goes_on_elsewhere_goes_on_in_a_row_of_its_own() {
        assert_eq!(tries(("one\n- two\n", 40), ("one\nmore", 40)), ["one", "more"]);
    }

    #[test]
    fn who_says_less_than_before_adds_nothing() {
        assert_eq!(tries(("one two\n\nthree\n\n", 40), ("one two", 40))[1], "");
        assert_eq!(tries(("one two\n\nthree\n\n", 40), ("", 40))[1], "");
    }

    #[test]
    fn a_third_try_knows_what_the_first_had_printed() {
        let mut answer = answer(40);
        answer.write("one\n\ntwo\n\nthree");
        answer.restart(Look::new(false), 40);
        assert_eq!(plain(&answer.write("one\n\n")), "");
        answer.restart(Look::new(false), 40);
        assert_eq!(plain(&answer.write("one\n\ntwo\n\nthree\n\nfour\n\n")), "\nthree\n\nfour");
        answer.restart(Look::new(false), 40);
        assert_eq!(plain(&answer.write("one\n\ntwo\n\nthree\n\nfour\n\nfive\n\n")), "\nfive");
    }

    /// The letters and digits of lines.
    fn letters(lines: &[Line<'_>]) -> String {
        plain(lines).chars().filter(|c| c.is_alphanumeric()).collect()
    }

    proptest! {
        #[test]
        fn a_try_that_says_the_same_prints_each_letter_once(
            source in "(#|>|- |1\\. |```\n)?([a-z中`*]{1,9}[ \n]{1,2}){1,30}",
            cut in any::<prop::sample::Index>(),
            widths in [3_usize..60, 3..60],
        ) {
            let cut = (0..=cut.index(source.len() + 1)).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0);
            let whole = { let mut one = answer(30); let mut all = one.write(&source); all.extend(one.finish()); all };
            let mut retold = answer(widths[0]);
            let mut lines = retold.write(&source[..cut]);
            retold.restart(Look::new(false), widths[1]);
            lines.extend(retold.write(&source));
            lines.extend(retold.finish());
            prop_assert_eq!(letters(&lines), letters(&whole));
        }
    }
}

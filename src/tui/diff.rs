//! A change of a file as rows: number, sign, text, and within changed lines the words that differ.

use std::ops::Range;

use ratatui::{
    style::{Modifier, Style},
    text::{Line, Span},
};
use similar::{ChangeTag, DiffOp, InlineChangeMode, InlineChangeOptions, TextDiff};

use super::{
    layout::{untab, wrap_exact},
    look::Look,
};
use crate::{
    base::Clean,
    protocol::{Diff, LineKind},
};

/// Unchanged lines around a change, where there is room.
pub(super) const CONTEXT: usize = 3;
/// Words are compared in blocks of at most so many bytes: a block that is larger is new text, not changed words, and
/// comparing costs the square of it.
const LARGEST: usize = 16 * 1024;
/// How alike the old and the new lines of a block must be for its words to be marked. *Source:* tried on changes of
/// this repository; below it nearly every word is marked, which marks nothing.
const ALIKE: f32 = 0.4;

/// A change, cleaned and compared once, so that showing it is only wrapping.
#[derive(Clone, Debug)]
pub(super) struct Compared {
    lines: Vec<Shown>,
    digits: usize,
    hunks: usize,
}

#[derive(Clone, Debug)]
struct Shown {
    kind: LineKind,
    number: u32,
    text: String,
    /// What differs from the line it replaces, as bytes of the text.
    words: Vec<Range<usize>>,
    /// How far the nearest changed line is.
    far: usize,
}

impl Compared {
    /// Cleans and compares a change.
    pub(super) fn new(diff: &Diff) -> Self {
        let clean = |text: &str| untab(Clean::line(&untab(text)).as_str());
        let mut lines: Vec<Shown> = diff
            .lines
            .iter()
            .map(|line| Shown {
                kind: line.kind,
                number: line.number,
                text: clean(&line.text),
                words: Vec::new(),
                far: usize::MAX,
            })
            .collect();
        measure(&mut lines);
        for (old, new) in blocks(&lines) {
            mark(&mut lines, &old, &new);
        }
        let digits = lines.iter().map(|l| l.number).max().unwrap_or(0).to_string().len();
        let gaps = lines.iter().filter(|l| l.kind == LineKind::Gap).count();
        Self { hunks: gaps + usize::from(!lines.is_empty()), lines, digits }
    }

    /// How many stretches of lines change.
    pub(super) fn hunks(&self) -> usize {
        self.hunks
    }

    /// The most unchanged lines around each change with which it may fit into `space` rows; 0 also when it does not
    /// fit at all: unchanged lines go before a changed one does.
    pub(super) fn context_within(&self, space: usize, columns: usize) -> usize {
        let fits = |context: &usize| {
            let kept = self.kept(*context).take(space + 1).count();
            kept <= space
                && self.kept(*context).map(|l| self.wrapped(l, columns).len()).sum::<usize>() <= space
        };
        (1..=CONTEXT).rev().find(fits).unwrap_or(0)
    }

    /// The rows with so many unchanged lines around each change. Long lines are wrapped, never cut.
    pub(super) fn rows(&self, context: usize, columns: usize, look: Look) -> Vec<Line<'static>> {
        self.kept(context).flat_map(|line| self.show(line, columns, look)).collect()
    }

    fn kept(&self, context: usize) -> impl Iterator<Item = &Shown> {
        self.lines.iter().filter(move |line| match line.kind {
            LineKind::Gap => context > 0,
            LineKind::Same => context >= CONTEXT || line.far <= context,
            LineKind::Added | LineKind::Removed => true,
        })
    }

    fn wrapped(&self, line: &Shown, columns: usize) -> Vec<String> {
        wrap_exact(&line.text, columns.saturating_sub(self.digits + 3))
    }

    fn show(&self, line: &Shown, columns: usize, look: Look) -> Vec<Line<'static>> {
        let digits = self.digits;
        let (sign, style) = match line.kind {
            LineKind::Same => (' ', look.dim),
            LineKind::Added => ('+', look.ok),
            LineKind::Removed => ('-', look.error),
            LineKind::Gap => return vec![Line::styled(format!("{:>digits$} …", ""), look.dim)],
        };
        let mut out = Vec::new();
        let mut at = 0;
        for row in self.wrapped(line, columns) {
            let number = if at == 0 { line.number.to_string() } else { String::new() };
            let mut spans = vec![
                Span::styled(format!("{number:>digits$} "), look.dim),
                Span::styled(format!("{sign} "), style),
            ];
            spans.extend(parts(&row, at, &line.words, style, look));
            at += row.len();
            out.push(Line::from(spans));
        }
        out
    }
}

/// All rows of a change. `with_context` keeps the unchanged lines.
pub(super) fn diff_rows(diff: &Diff, with_context: bool, columns: usize, look: Look) -> Vec<Line<'static>> {
    Compared::new(diff).rows(if with_context { usize::MAX } else { 0 }, columns, look)
}

/// `+3 −2`.
pub(super) fn counts(diff: &Diff) -> String {
    format!("+{} −{}", diff.added, diff.removed)
}

/// Finds out how far each line is from the nearest changed one of its hunk.
fn measure(lines: &mut [Shown]) {
    let pass = |line: &mut Shown, far: &mut usize| {
        *far = match line.kind {
            LineKind::Added | LineKind::Removed => 0,
            LineKind::Gap => usize::MAX,
            LineKind::Same => far.saturating_add(1),
        };
        line.far = line.far.min(*far);
    };
    let mut far = usize::MAX;
    for line in lines.iter_mut() {
        pass(line, &mut far);
    }
    far = usize::MAX;
    for line in lines.iter_mut().rev() {
        pass(line, &mut far);
    }
}

/// Removed lines with the added ones that stand in their place.
fn blocks(lines: &[Shown]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut out = Vec::new();
    let mut at = 0;
    let run = |from: usize, kind: LineKind| {
        from..from + lines[from..].iter().take_while(|l| l.kind == kind).count()
    };
    while at < lines.len() {
        let old = run(at, LineKind::Removed);
        let new = run(old.end, LineKind::Added);
        at = new.end.max(at + 1);
        if !old.is_empty() && !new.is_empty() {
            out.push((old, new));
        }
    }
    out
}

/// Marks the words that differ between the old and the new lines of a block.
fn mark(lines: &mut [Shown], old: &Range<usize>, new: &Range<usize>) {
    let texts = |range: &Range<usize>| -> Vec<String> {
        lines[range.clone()].iter().map(|l| l.text.clone()).collect()
    };
    let (before, after) = (texts(old), texts(new));
    if before.iter().chain(&after).map(String::len).sum::<usize>() > LARGEST {
        return;
    }
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    let after: Vec<&str> = after.iter().map(String::as_str).collect();
    let compared = TextDiff::from_slices(&before, &after);
    let whole = DiffOp::Replace { old_index: 0, old_len: before.len(), new_index: 0, new_len: after.len() };
    let mut options = InlineChangeOptions::new();
    options.mode(InlineChangeMode::UnicodeWords).min_ratio(ALIKE).semantic_cleanup(true);
    // Without a deadline, so that the same change always looks the same.
    for change in compared.iter_inline_changes_with_options_deadline(&whole, options, None) {
        let index = match change.tag() {
            ChangeTag::Delete => change.old_index().map(|at| old.start + at),
            ChangeTag::Insert => change.new_index().map(|at| new.start + at),
            ChangeTag::Equal => None,
        };
        let Some(line) = index.and_then(|at| lines.get_mut(at)) else { continue };
        let (mut at, mut words) = (0, Vec::<Range<usize>>::new());
        for (is_other, part) in change.values() {
            let end = at + part.len();
            match words.last_mut().filter(|last| last.end == at) {
                Some(last) if *is_other => last.end = end,
                _ if *is_other => words.push(at..end),
                _ => {}
            }
            at = end;
        }
        // A line that is all other says so by its sign.
        let is_all = words.iter().map(Range::len).sum::<usize>() >= line.text.trim().len();
        if at == line.text.len() && !is_all {
            line.words = words;
        }
    }
}

/// One row of a changed line in spans; the row begins at byte `from` of its line.
fn parts(row: &str, from: usize, words: &[Range<usize>], style: Style, look: Look) -> Vec<Span<'static>> {
    let marked = if look.colour {
        style.add_modifier(Modifier::REVERSED)
    } else {
        style.add_modifier(Modifier::REVERSED | Modifier::BOLD)
    };
    let mut out = Vec::new();
    let mut at = 0;
    let mut push = |range: Range<usize>, style: Style| {
        if !range.is_empty() {
            out.push(Span::styled(row[range].to_owned(), style));
        }
    };
    for word in words {
        let start = word.start.saturating_sub(from).clamp(at, row.len());
        let end = word.end.saturating_sub(from).clamp(start, row.len());
        push(at..start, style);
        push(start..end, marked);
        at = end;
    }
    push(at..row.len(), style);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{protocol::DiffLine, tui::layout::plain};

    fn line(kind: LineKind, number: u32, text: &str) -> DiffLine {
        DiffLine { kind, number, text: text.to_owned() }
    }

    fn change(lines: Vec<DiffLine>) -> Diff {
        Diff { path: "a".into(), lines, ..Diff::default() }
    }

    /// The rows as text, marked words in `⟦⟧`.
    fn shown(diff: &Diff, columns: usize) -> String {
        let mut rows = diff_rows(diff, true, columns, Look::new(true));
        for span in rows.iter_mut().flat_map(|row| &mut row.spans) {
            if span.style.add_modifier.contains(Modifier::REVERSED) {
                span.content = format!("⟦{}⟧", span.content).into();
            }
        }
        plain(&rows)
    }

    #[test]
    fn the_words_that_differ_are_marked_on_both_sides() {
        use LineKind::{Added, Removed};
        let diff = change(vec![
            line(Removed, 4, "def greet(name):"),
            line(Removed, 5, "    return \"Hello, \" + name"),
            line(Added, 4, "def greet(name: str) -> str:"),
            line(Added, 5, "    return \"Hi, \" + name"),
        ]);
        let want = "\
4 - def greet(name):
5 -     return \"⟦Hello⟧, \" + name
4 + def greet(name⟦: str⟧)⟦ -> str⟧:
5 +     return \"⟦Hi⟧, \" + name";
        assert_eq!(shown(&diff, 60), want);
    }

    #[test]
    fn chinese_is_compared_sign_by_sign_and_wraps_with_its_marks() {
        use LineKind::{Added, Removed};
        let diff =
            change(vec![line(Removed, 1, "返回一个问候语给用户"), line(Added, 1, "返回一个祝福语给用户")]);
        let want = "\
1 - 返回一个
  - ⟦问候⟧语给
  - 用户
1 + 返回一个
  + ⟦祝福⟧语给
  + 用户";
        assert_eq!(shown(&diff, 12), want);
    }

    #[test]
    fn lines_that_have_nothing_in_common_are_not_marked() {
        use LineKind::{Added, Removed};
        let diff =
            change(vec![line(Removed, 1, "one two three"), line(Added, 1, "four"), line(Added, 2, "")]);
        assert_eq!(shown(&diff, 40), "1 - one two three\n1 + four\n2 + ");
    }

    #[test]
    fn tabs_and_hidden_characters_are_shown_as_what_they_are() {
        use LineKind::{Added, Removed};
        let diff = change(vec![line(Removed, 1, "\ta\t= 1;"), line(Added, 1, "\ta\t= 1;\u{202e}\u{1b}[2J")]);
        assert_eq!(shown(&diff, 60), "1 -     a   = 1;\n1 +     a   = 1;⟦⟨U+202E⟩␛[2J⟧");
    }

    #[test]
    fn unchanged_lines_go_before_a_changed_one_does() {
        use LineKind::{Added, Gap, Same};
        let mut lines: Vec<DiffLine> = (1..=3).map(|n| line(Same, n, "same")).collect();
        lines.push(line(Added, 4, "x"));
        lines.extend((5..=7).map(|n| line(Same, n, "same")));
        lines.extend([line(Gap, 0, ""), line(Added, 20, "y")]);
        let compared = Compared::new(&change(lines));
        assert_eq!(compared.hunks(), 2);
        let context = [9, 8, 7, 6, 5, 4, 3, 2, 1].map(|space| compared.context_within(space, 40));
        assert_eq!(context, [3, 2, 2, 1, 1, 0, 0, 0, 0]);
        let look = Look::new(false);
        assert_eq!(plain(&compared.rows(1, 40, look)), " 3   same\n 4 + x\n 5   same\n   …\n20 + y");
        assert_eq!(plain(&compared.rows(0, 40, look)), " 4 + x\n20 + y");
    }

    #[test]
    fn without_colour_a_marked_word_is_bold_and_reversed() {
        use LineKind::{Added, Removed};
        let diff = change(vec![line(Removed, 1, "let a = 1;"), line(Added, 1, "let b = 1;")]);
        let rows = diff_rows(&diff, true, 40, Look::new(false));
        let marked: Vec<&Span<'_>> = rows
            .iter()
            .flat_map(|r| &r.spans)
            .filter(|s| s.style.add_modifier.contains(Modifier::BOLD))
            .collect();
        assert_eq!(marked.iter().map(|s| s.content.as_ref()).collect::<String>(), "ab");
        let is_plain = |s: &Span<'_>| s.style.fg.is_none() && s.style.bg.is_none();
        assert!(rows.iter().flat_map(|r| &r.spans).all(is_plain));
    }
}

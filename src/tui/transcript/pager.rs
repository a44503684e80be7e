//! The full-screen transcript: where one stands in it, and what keys do.

use std::cell::RefCell;

use ratatui::{
    style::Modifier,
    text::{Line, Span},
};

use super::{
    entries::{Entry, Transcript},
    pages::Pages,
};
use crate::tui::{
    composer::Edit,
    frame::{Frame, Size},
    keys::{Action, Meaning},
    lang::fill,
    layout::cut,
    look::Look,
};

/// A row of the transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    entry: u64,
    row: usize,
}

/// The transcript on the whole screen.
#[derive(Debug)]
pub(in crate::tui) struct Pager {
    /// The first row that is shown; the end of the text if `None`, whatever comes.
    top: Option<Place>,
    search: Search,
    pages: RefCell<Pages>,
}

/// What is looked for.
#[derive(Debug, Default)]
struct Search {
    wanted: String,
    /// What is being typed.
    typed: Option<String>,
    /// Nothing was found.
    is_missed: bool,
}

impl Pager {
    /// Opens at the end.
    pub(in crate::tui) fn new(columns: usize, look: Look) -> Self {
        Self { top: None, search: Search::default(), pages: RefCell::new(Pages::new(columns, look)) }
    }

    /// Takes a key; returns whether the transcript closes.
    pub(in crate::tui) fn key(&mut self, meaning: Meaning, transcript: &Transcript, size: Size) -> bool {
        self.pages.get_mut().fit(size.columns);
        if self.search.typed.is_some() {
            self.type_search(meaning, transcript);
            return false;
        }
        self.search.is_missed = false;
        let page = room(size).saturating_sub(1).max(1);
        match meaning {
            Meaning::Does(Action::Escape | Action::Cancel | Action::Transcript) | Meaning::Text('q') => {
                return true;
            }
            Meaning::Text('/') => self.search.typed = Some(String::new()),
            Meaning::Text('n') => self.find(transcript, size, true),
            Meaning::Text('N') => self.find(transcript, size, false),
            Meaning::Does(Action::Up) | Meaning::Text('k') => self.up(1, transcript, size),
            Meaning::Does(Action::Down | Action::Send) | Meaning::Text('j') => self.down(1, transcript, size),
            Meaning::Does(Action::PageUp) | Meaning::Text('b') => self.up(page, transcript, size),
            Meaning::Does(Action::PageDown) | Meaning::Text(' ') => self.down(page, transcript, size),
            Meaning::Does(Action::Edit(Edit::Head)) | Meaning::Text('g') => {
                self.top = Some(Place { entry: transcript.first(), row: 0 });
            }
            Meaning::Does(Action::Edit(Edit::End)) | Meaning::Text('G') => self.top = None,
            _ => {}
        }
        false
    }

    fn type_search(&mut self, meaning: Meaning, transcript: &Transcript) {
        let Some(typed) = &mut self.search.typed else { return };
        match meaning {
            Meaning::Text(c) => typed.push(c),
            Meaning::Does(Action::Edit(Edit::Backspace)) if !typed.is_empty() => drop(typed.pop()),
            Meaning::Does(Action::Edit(Edit::ToHead | Edit::WordBack)) => typed.clear(),
            Meaning::Does(Action::Send) => {
                let wanted = std::mem::take(typed).to_lowercase();
                self.search.typed = None;
                if !wanted.is_empty() {
                    self.search.wanted = wanted;
                }
                // From the beginning of what is kept: the first hit, then the next ones.
                let from = self.top.unwrap_or(Place { entry: transcript.first(), row: 0 });
                self.seek(transcript, from, true);
            }
            Meaning::Does(Action::Escape | Action::Cancel | Action::Edit(Edit::Backspace)) => {
                self.search.typed = None;
            }
            _ => {}
        }
    }

    /// Goes to the next or the one before of what was looked for.
    fn find(&mut self, transcript: &Transcript, size: Size, is_forward: bool) {
        let top = self.top.unwrap_or_else(|| self.last_top(transcript, size));
        let from = if is_forward { Place { row: top.row + 1, ..top } } else { top };
        self.seek(transcript, from, is_forward);
    }

    /// Looks for the wanted text from a row on, or before it, and once around.
    fn seek(&mut self, transcript: &Transcript, from: Place, is_forward: bool) {
        if self.search.wanted.is_empty() || transcript.end() == transcript.first() {
            return;
        }
        let (first, end) = (transcript.first(), transcript.end());
        let many = end - first;
        let start = from.entry.clamp(first, end - 1);
        let pages = self.pages.get_mut();
        let wanted = &self.search.wanted;
        // The entry it begins in is looked at twice: from the place on, and at last up to it.
        for step in 0..=many {
            let entry = if is_forward {
                first + (start - first + step) % many
            } else {
                first + (start - first + many - step % many) % many
            };
            let rows = pages.rows(transcript, entry);
            let mut hits = (0..rows.len()).filter(|row| has(&rows[*row], wanted));
            let hit = match (is_forward, step) {
                (true, 0) => hits.find(|row| *row >= from.row),
                (true, _) => hits.next(),
                (false, 0) => hits.take_while(|row| *row < from.row).last(),
                (false, _) => hits.next_back(),
            };
            if let Some(row) = hit {
                self.top = Some(Place { entry, row });
                return;
            }
        }
        self.search.is_missed = true;
    }

    fn up(&mut self, by: usize, transcript: &Transcript, size: Size) {
        let mut at = self.top.unwrap_or_else(|| self.last_top(transcript, size));
        at.entry = at.entry.max(transcript.first());
        let mut left = by;
        while left > at.row {
            left -= at.row;
            if at.entry == transcript.first() {
                self.top = Some(Place { entry: at.entry, row: 0 });
                return;
            }
            at.entry -= 1;
            at.row = self.pages.get_mut().rows(transcript, at.entry).len();
        }
        at.row -= left;
        self.top = Some(at);
    }

    fn down(&mut self, by: usize, transcript: &Transcript, size: Size) {
        let Some(mut at) = self.top else { return };
        let end = self.last_top(transcript, size);
        at.row += by;
        while at.entry < end.entry {
            let many = self.pages.get_mut().rows(transcript, at.entry).len();
            if at.row < many {
                break;
            }
            at = Place { entry: at.entry + 1, row: at.row - many };
        }
        self.top = (at < end).then_some(at);
    }

    /// The first row that is shown when the end is.
    fn last_top(&self, transcript: &Transcript, size: Size) -> Place {
        let mut pages = self.pages.borrow_mut();
        let mut left = room(size);
        for entry in (transcript.first()..transcript.end()).rev() {
            let many = pages.rows(transcript, entry).len();
            if many >= left {
                return Place { entry, row: many - left };
            }
            left -= many;
        }
        Place { entry: transcript.first(), row: 0 }
    }

    /// Shows the rows from the top on, and a line of what can be done.
    pub(in crate::tui) fn show(
        &self,
        transcript: &Transcript,
        size: Size,
        look: Look,
        notice: &str,
    ) -> Frame {
        self.pages.borrow_mut().fit(size.columns);
        let end = self.last_top(transcript, size);
        let top = self.top.unwrap_or(end);
        let top =
            if top.entry < transcript.first() { Place { entry: transcript.first(), row: 0 } } else { top };
        let mut frame = Frame::default();
        let mut pages = self.pages.borrow_mut();
        let mut skip = top.row;
        for entry in top.entry..transcript.end() {
            let rows = pages.rows(transcript, entry);
            for row in rows.iter().skip(skip) {
                if frame.rows.len() == room(size) {
                    break;
                }
                frame.rows.push(cut(marked(row, &self.search.wanted), size.columns));
            }
            skip = skip.saturating_sub(rows.len());
            if frame.rows.len() == room(size) {
                break;
            }
        }
        frame.rows.resize(room(size), Line::default());
        let (text, caret) = self.foot(transcript, top, top >= end, look, notice);
        frame.rows.push(cut(Line::styled(text, look.dim), size.columns));
        frame.caret = caret.map(|column| (room(size), column.min(size.columns - 1)));
        frame
    }

    /// The last row, and the caret's column in it while something is typed.
    fn foot(
        &self,
        transcript: &Transcript,
        top: Place,
        is_end: bool,
        look: Look,
        notice: &str,
    ) -> (String, Option<usize>) {
        let words = look.words;
        if let Some(typed) = &self.search.typed {
            let text = format!("/{}", crate::base::Clean::line(typed));
            let wide = crate::base::width(&text);
            return (text, Some(wide));
        }
        if self.search.is_missed {
            return (fill(words.pager_missed, &[("text", &self.search.wanted)]), None);
        }
        let many = transcript.end() - transcript.first();
        let share = if is_end { 100 } else { (top.entry - transcript.first()) * 100 / many.max(1) };
        let mut text = fill(words.pager_keys, &[("share", &share.to_string())]);
        if transcript.first() > 0 {
            text =
                format!("{text} · {}", fill(words.pager_dropped, &[("n", &transcript.first().to_string())]));
        }
        if !notice.is_empty() {
            text = format!("{notice} · {text}");
        }
        (text, None)
    }
}

/// Rows for the text: all but the last one.
fn room(size: Size) -> usize {
    size.rows.saturating_sub(1).max(1)
}

fn text_of(line: &Line<'_>) -> String {
    line.spans.iter().map(|s| s.content.as_ref()).collect()
}

fn has(line: &Line<'_>, wanted: &str) -> bool {
    text_of(line).to_lowercase().contains(wanted)
}

/// The line with what is looked for reversed; the whole of it where small letters have another length.
fn marked(line: &Line<'static>, wanted: &str) -> Line<'static> {
    let text = text_of(line);
    let small = text.to_lowercase();
    if wanted.is_empty() || !small.contains(wanted) {
        return line.clone();
    }
    let mut out = Line::default().style(line.style);
    let hits: Vec<(usize, usize)> = if small.len() == text.len() {
        small.match_indices(wanted).map(|(at, hit)| (at, at + hit.len())).collect()
    } else {
        vec![(0, text.len())]
    };
    let mut at = 0;
    for span in &line.spans {
        let mut from = 0;
        let end = at + span.content.len();
        let cuts = hits.iter().flat_map(|(a, b)| [*a, *b]).filter(|c| at < *c && *c < end).map(|c| c - at);
        for to in cuts.chain([span.content.len()]) {
            let is_hit = hits.iter().any(|(a, b)| *a <= at + from && at + from < *b);
            let style = if is_hit { span.style.add_modifier(Modifier::REVERSED) } else { span.style };
            if let Some(part) = span.content.get(from..to).filter(|p| !p.is_empty()) {
                out.spans.push(Span::styled(part.to_owned(), style));
            }
            from = to;
        }
        at = end;
    }
    out
}

impl Transcript {
    /// Records lines that were printed beside the conversation.
    pub(in crate::tui) fn note(&mut self, lines: &[Line<'static>]) {
        self.push(Entry::Note(lines.to_vec()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::layout::plain;

    const SIZE: Size = Size { columns: 30, rows: 6 };

    fn shown(pager: &Pager, transcript: &Transcript) -> String {
        let frame = pager.show(transcript, SIZE, Look::new(false), "");
        plain(&frame.rows[..frame.rows.len() - 1]).trim_end().to_owned()
    }

    fn press(pager: &mut Pager, transcript: &Transcript, action: Action) {
        pager.key(Meaning::Does(action), transcript, SIZE);
    }

    #[test]
    fn a_huge_transcript_opens_at_once() {
        let mut transcript = Transcript::default();
        for n in 0..5_000 {
            transcript.push(Entry::Words(format!("question {n}")));
            transcript.push(Entry::Answer { text: format!("answer {n}"), goes_on: false });
        }
        let mut pager = Pager::new(SIZE.columns, Look::new(false));
        assert_eq!(
            shown(&pager, &transcript),
            "\nanswer 4998\n\n> question 4999\n\nanswer 4999".trim_start_matches('\n')
        );
        assert!(pager.pages.get_mut().count() < 8, "only what is seen is laid out");
        press(&mut pager, &transcript, Action::Edit(Edit::Head));
        assert_eq!(shown(&pager, &transcript), "> question 0\n\nanswer 0\n\n> question 1");
        press(&mut pager, &transcript, Action::PageDown);
        press(&mut pager, &transcript, Action::Up);
        assert_eq!(shown(&pager, &transcript), "\n> question 1\n\nanswer 1");
        assert!(pager.pages.get_mut().count() < 20);
    }

    #[test]
    fn up_and_down_lead_back_to_where_one_was() {
        let mut transcript = Transcript::default();
        for n in 0..20 {
            transcript.push(Entry::Answer { text: "one\ntwo\n".repeat(n % 4 + 1), goes_on: false });
        }
        let mut pager = Pager::new(SIZE.columns, Look::new(false));
        let (mut seen, end) = (Vec::new(), shown(&pager, &transcript));
        for _ in 0..30 {
            seen.push(shown(&pager, &transcript));
            press(&mut pager, &transcript, Action::Up);
        }
        for before in seen.into_iter().rev() {
            press(&mut pager, &transcript, Action::Down);
            assert_eq!(shown(&pager, &transcript), before);
        }
        assert!(pager.top.is_none(), "the end is followed again");
        transcript.push(Entry::Words("more".into()));
        assert_ne!(shown(&pager, &transcript), end);
    }

    #[test]
    fn a_growing_answer_is_laid_out_as_a_whole_one() {
        let text =
            "# a\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```\ncode that is wider than the screen is\n```\nend";
        let mut whole = Transcript::default();
        whole.push(Entry::Answer { text: text.into(), goes_on: false });
        let rows = |pager: &mut Pager, transcript: &Transcript| {
            plain(pager.pages.get_mut().rows(transcript, transcript.end() - 1))
        };
        let expected = rows(&mut Pager::new(30, Look::new(false)), &whole);
        let mut growing = Transcript::default();
        let mut pager = Pager::new(30, Look::new(false));
        for letter in text.chars() {
            growing.write(letter.encode_utf8(&mut [0; 4]), false);
            rows(&mut pager, &growing);
        }
        assert_eq!(rows(&mut pager, &growing), expected);
        growing.close();
        assert_eq!(rows(&mut pager, &growing), expected);
        assert!(expected.lines().all(|l| crate::base::width(l) <= 30), "{expected}");
    }

    #[test]
    fn a_hit_is_reversed_wherever_the_spans_end() {
        let line = Line::from(vec![Span::raw("one T"), Span::raw("wo three")]);
        let marked = marked(&line, "two");
        let parts: Vec<(&str, bool)> = marked
            .spans
            .iter()
            .map(|s| (s.content.as_ref(), s.style.add_modifier.contains(Modifier::REVERSED)))
            .collect();
        assert_eq!(parts, [("one ", false), ("T", true), ("wo", true), (" three", false)]);
    }
}

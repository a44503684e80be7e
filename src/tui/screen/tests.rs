//! Tests of `screen`.

use std::num::NonZeroU16;

use ratatui::text::Span;

use super::*;

fn terminal(rows: u16, columns: u16) -> vt100::Parser {
    let size = |n| NonZeroU16::new(n).expect("not zero");
    vt100::Parser::new(size(rows), size(columns), 1_000)
}

fn window(columns: usize, rows: usize) -> Size {
    Size { columns, rows }
}

fn frame(rows: &[&str], caret: Option<(usize, usize)>) -> Frame {
    Frame { rows: rows.iter().map(|r| Line::raw((*r).to_owned())).collect(), caret }
}

fn text(lines: &[&str]) -> Vec<Line<'static>> {
    lines.iter().map(|l| Line::raw((*l).to_owned())).collect()
}

/// Draws steps and returns what each wrote.
fn bytes(screen: &mut Screen<Vec<u8>>, printed: &[&str], frame: &Frame) -> Vec<u8> {
    screen.draw(&text(printed), frame, screen.window).expect("a vector takes all");
    std::mem::take(&mut screen.out)
}

/// Everything the terminal holds, scrollback first.
fn everything(terminal: &mut vt100::Parser) -> Vec<String> {
    let columns = terminal.screen().size().1.get();
    let mut all = Vec::new();
    terminal.screen_mut().set_scrollback(usize::MAX);
    for back in (1..=terminal.screen().scrollback()).rev() {
        terminal.screen_mut().set_scrollback(back);
        all.extend(terminal.screen().rows(0, columns).take(1));
    }
    terminal.screen_mut().set_scrollback(0);
    all.extend(terminal.screen().rows(0, columns));
    all.into_iter().map(|r| r.trim_end().to_owned()).collect()
}

#[test]
fn printed_lines_stand_in_the_scrollback_once_above_one_live_block() {
    let mut screen = Screen::new(Vec::new(), window(20, 6));
    let mut terminal = terminal(6, 20);
    for n in 0..20 {
        let tall = if n % 3 == 0 { vec!["busy", "> ab", "status"] } else { vec!["> ab", "status"] };
        let at = tall.len() - 2;
        let drawn = bytes(&mut screen, &[&format!("line {n}")], &frame(&tall, Some((at, 3))));
        terminal.process(&drawn);
    }
    let mut expected: Vec<String> = (0..20).map(|n| format!("line {n}")).collect();
    expected.extend(["> ab".to_owned(), "status".to_owned()]);
    let mut seen = everything(&mut terminal);
    while seen.last().is_some_and(String::is_empty) {
        seen.pop();
    }
    assert_eq!(seen, expected);
    let (row, column) = terminal.screen().cursor_position();
    assert_eq!(terminal.screen().rows(0, 20).nth(row.into()).as_deref(), Some("> ab"));
    assert_eq!(column, 3);
}

#[test]
fn an_unchanged_frame_writes_nothing_and_a_key_only_its_row() {
    let mut screen = Screen::new(Vec::new(), window(20, 6));
    bytes(&mut screen, &[], &frame(&["> a", "status"], Some((0, 3))));
    assert_eq!(bytes(&mut screen, &[], &frame(&["> a", "status"], Some((0, 3)))), b"");
    let drawn = bytes(&mut screen, &[], &frame(&["> ab", "status"], Some((0, 4))));
    assert_eq!(
        String::from_utf8(drawn).expect("text"),
        "\x1b[?2026h\x1b[?25l\r\x1b[K> ab\r\x1b[4C\x1b[?25h\x1b[?2026l"
    );
}

#[test]
fn a_narrower_window_leaves_no_copy_of_the_block() {
    let mut screen = Screen::new(Vec::new(), window(20, 6));
    let drawn = bytes(&mut screen, &["history"], &frame(&["0123456789abcdef", "> x", "st"], Some((1, 3))));
    // A terminal of half the width shows the first row on two.
    let mut terminal = terminal(10, 10);
    terminal.process(&drawn);
    terminal.process(b"\r\x1b[1B\x1b[1A\x1b[3C");
    screen
        .draw(&[], &frame(&["01234", "> x", "st"], Some((1, 3))), window(10, 6))
        .expect("a vector takes all");
    terminal.process(&screen.out);
    assert_eq!(terminal.screen().contents().trim_end(), "history\n01234\n> x\nst");
}

#[test]
fn blanks_at_the_end_of_a_row_cost_nothing_above_it_when_the_window_gets_narrower() {
    let mut screen = Screen::new(Vec::new(), window(20, 6));
    let drawn = bytes(&mut screen, &["history"], &frame(&["0123456789abcdef && ", "> x  "], Some((1, 4))));
    let drawn = String::from_utf8(drawn).expect("text");
    assert!(drawn.contains("abcdef &&\r\n\u{1b}[J\u{1b}[K> x \r\u{1b}[4C"), "{drawn:?}");
    // The row is as wide as its text, so a window of one column less does not break it.
    let mut terminal = terminal(6, 19);
    terminal.process(drawn.as_bytes());
    screen
        .draw(&[], &frame(&["0123456789abcdef && ", "> x  "], Some((1, 4))), window(19, 6))
        .expect("a vector takes all");
    terminal.process(&screen.out);
    assert_eq!(terminal.screen().contents().trim_end(), "history\n0123456789abcdef &&\n> x");
    assert_eq!(terminal.screen().cursor_position(), (2, 4));
}

#[test]
fn blanks_that_are_seen_or_stand_before_the_caret_are_written() {
    let page = Style::new().bg(Color::White);
    let written = |spans: Vec<Span<'static>>| Row::of_block(&Line::from(spans), 0).bytes;
    assert_eq!(written(vec![Span::styled("▀ ", page), Span::raw("  ")]), "\x1b[0;107m▀ \x1b[0m");
    assert_eq!(written(vec![Span::raw("a b "), Span::styled(" ", Modifier::BOLD)]), "a b");
    assert_eq!(Row::of_block(&Line::styled(" ", Modifier::REVERSED), 0).bytes, "\x1b[0;7m \x1b[0m");
    assert_eq!(written(vec![Span::raw("   ")]), "");
    let draft = |caret| Row::of_block(&Line::from(vec![Span::raw("> "), Span::raw("中  ")]), caret).text;
    assert_eq!([0, 4, 5, 6, 9].map(draft), ["> 中", "> 中", "> 中 ", "> 中  ", "> 中  "]);
}

#[test]
fn a_block_of_one_row_leaves_nothing_of_a_taller_one() {
    for small in [frame(&["too small"], None), frame(&[], None)] {
        let mut screen = Screen::new(Vec::new(), window(20, 6));
        let mut terminal = terminal(6, 20);
        terminal.process(&bytes(&mut screen, &["history"], &frame(&["busy", "> x", "status"], Some((1, 3)))));
        terminal.process(&bytes(&mut screen, &[], &small));
        let rest = plain_rows(&small);
        assert_eq!(terminal.screen().contents().trim_end(), format!("history\n{rest}").trim_end());
        terminal.process(&bytes(&mut screen, &[], &frame(&["> x", "status"], Some((0, 3)))));
        assert_eq!(terminal.screen().contents().trim_end(), "history\n> x\nstatus");
    }
}

fn plain_rows(frame: &Frame) -> String {
    crate::tui::layout::plain(&frame.rows)
}

#[test]
fn a_window_of_one_row_shows_its_row() {
    let mut screen = Screen::new(Vec::new(), window(20, 6));
    bytes(&mut screen, &[], &frame(&["busy", "> x", "status"], Some((1, 3))));
    screen.draw(&[], &frame(&["too small"], None), window(9, 1)).expect("a vector takes all");
    let mut terminal = terminal(1, 9);
    terminal.process(&screen.out);
    assert_eq!(everything(&mut terminal), ["too small"]);
}

#[test]
fn a_long_line_of_wide_signs_loses_nothing_and_leaves_nothing_of_the_block() {
    // In rows of an odd width a column stays free at each end.
    for line in ["中文中文中文x", "中文中文中文中文y", "ab👩\u{200d}💻cdefghijk"] {
        let mut screen = Screen::new(Vec::new(), window(5, 8));
        let mut terminal = terminal(8, 5);
        terminal.process(&bytes(
            &mut screen,
            &[],
            &frame(&["#####", "#####", "#####", "#####"], Some((0, 0))),
        ));
        terminal.process(&bytes(&mut screen, &[line], &frame(&[">"], Some((0, 1)))));
        assert_eq!(everything(&mut terminal).concat(), format!("{line}>"));
    }
}

#[test]
fn a_lower_window_is_drawn_whole_because_terminals_drop_what_is_below_the_cursor() {
    let mut screen = Screen::new(Vec::new(), window(20, 6));
    let block = frame(&["> x", "status"], Some((0, 3)));
    bytes(&mut screen, &[], &block);
    screen.draw(&[], &block, window(20, 4)).expect("a vector takes all");
    let mut terminal = terminal(4, 20);
    terminal.process(b"> x");
    terminal.process(&screen.out);
    assert_eq!(terminal.screen().contents().trim_end(), "> x\nstatus");
}

#[test]
fn a_row_of_wide_signs_is_as_high_as_the_terminal_breaks_it() {
    let row = Row::new(&Line::raw("中文中文中文"));
    assert_eq!([12, 11, 6, 5, 4, 3].map(|columns| row.height(columns)), [1, 2, 2, 3, 3, 6]);
    assert_eq!((row.broken(6, 5), row.broken(12, 5), row.broken(13, 7)), ((1, 2), (2, 4), (2, 0)));
}

#[test]
fn the_screen_is_never_erased_from_its_first_cell() {
    let mut screen = Screen::new(Vec::new(), window(20, 6));
    let mut all = bytes(&mut screen, &[], &frame(&["> ", "starting"], Some((0, 2))));
    all.extend(bytes(&mut screen, &["header"], &frame(&["> ", "status"], Some((0, 2)))));
    all.extend(bytes(&mut screen, &[], &frame(&["too small"], None)));
    all.extend(bytes(&mut screen, &["end"], &frame(&[], None)));
    screen.leave().expect("a vector takes all");
    all.extend(&screen.out);
    let all = String::from_utf8(all).expect("text");
    // Some terminals move the whole screen into the scrollback then.
    assert!(!all.contains("\r\u{1b}[J") && !all.contains("2J") && !all.contains("3J"), "{all:?}");
    let mut terminal = terminal(6, 20);
    terminal.process(all.as_bytes());
    assert_eq!(terminal.screen().contents().trim_end(), "header\nend");
    assert_eq!(terminal.screen().cursor_position(), (2, 0));
}

#[test]
fn hostile_text_cannot_act() {
    let mut screen = Screen::new(Vec::new(), window(40, 6));
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}3J\r\nrm\u{8}";
    let drawn = bytes(&mut screen, &[evil], &frame(&[evil], None));
    let ours = ["\u{1b}[?2026h", "\u{1b}[?25l", "\u{1b}[J", "\u{1b}[K", "\u{1b}[?2026l", "\r\n", "\r"];
    let mut left = String::from_utf8(drawn).expect("text");
    for sequence in ours {
        left = left.replace(sequence, "");
    }
    assert!(left.chars().all(|c| !c.is_control()), "{left:?}");
}

#[test]
fn styles_are_closed_and_without_colour_no_colour_is_written() {
    let look = |colour| crate::tui::look::Look::new(colour);
    let line = |look: crate::tui::look::Look| {
        Line::from(vec![Span::styled("a", look.error), Span::styled("b", look.bold), Span::raw("c")])
    };
    assert_eq!(encode(&line(look(true))), "\x1b[0;31ma\x1b[0;1mb\x1b[0mc");
    assert_eq!(encode(&line(look(false))), "a\x1b[0;1mb\x1b[0mc");
}

#[test]
fn colours_are_written_as_the_look_has_them() {
    let written = |style: Style| encode(&Line::from(Span::styled("x", style)));
    assert_eq!(written(Style::new().fg(Color::Magenta).add_modifier(Modifier::BOLD)), "\x1b[0;1;35mx\x1b[0m");
    assert_eq!(written(Style::new().fg(Color::Indexed(111))), "\x1b[0;38;5;111mx\x1b[0m");
    let tinted = Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Rgb(4, 5, 6));
    assert_eq!(written(tinted), "\x1b[0;38;2;1;2;3;48;2;4;5;6mx\x1b[0m");
    assert_eq!(written(Style::new().fg(Color::Black).bg(Color::White)), "\x1b[0;30;107mx\x1b[0m");
}

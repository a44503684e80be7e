//! Words before each kind of text, for who cannot see where one ends and the next begins.

use ratatui::text::{Line, Span};

use crate::tui::{lang::Words, model::Kind};

/// Signs that stand for a word.
const SIGNS: [&str; 7] = ["✓ ", "✗ ", "⊘ ", "■ ", "! ", "· ", "+ "];

/// Lines with the word for their kind in front; `is_first` unless they go on where the last ones ended.
pub(in crate::tui) fn announced(
    mut lines: Vec<Line<'static>>,
    kind: Kind,
    is_first: bool,
    words: &Words,
) -> Vec<Line<'static>> {
    let Some(first) = lines.iter_mut().find(|line| !line.spans.is_empty()) else { return lines };
    let sign = first.spans.first().and_then(|span| SIGNS.into_iter().find(|sign| *sign == span.content));
    let word = match (kind, sign) {
        (Kind::Words, _) => words.spoken_you,
        (Kind::Answer, _) if !is_first => return lines,
        (Kind::Answer, _) => words.spoken_qwen,
        (Kind::Tool, _) => words.spoken_tool,
        (_, Some("✗ ")) => words.spoken_error,
        (_, Some("! ")) => words.spoken_warning,
        (_, Some(_)) => words.spoken_note,
        (_, None) => return lines,
    };
    if sign.is_some() || kind == Kind::Words {
        first.spans.remove(0);
    }
    first.spans.insert(0, Span::raw(word));
    lines
}

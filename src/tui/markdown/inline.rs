//! Text of one block with its emphasis, code and links → styled lines.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use ratatui::{
    style::{Modifier, Style},
    text::Span,
};

use crate::{base::Clean, tui::look::Look};

/// Stands before a text, so that the parser sees a paragraph whatever it begins with. A sign of punctuation, since
/// emphasis behind it is read as at the start of a line.
const FIRST: char = ';';
/// Stands before a later line that would end the paragraph. No text holds it.
const LATER: char = '\u{fdd0}';

/// Reads the text of one paragraph, heading, item or cell. Line breaks of the source stay: models mean them. What
/// begins a block was found before, so here `# a`, `2. b` and `<div>` are text.
pub(super) fn inline(text: &str, base: Style, look: Look) -> Vec<Vec<Span<'static>>> {
    let mut guarded = String::with_capacity(text.len() + 8);
    guarded.push(FIRST);
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            guarded.push('\n');
            guarded.extend(line.trim_start().starts_with(['<', '>']).then_some(LATER));
        }
        guarded.push_str(line);
    }
    let mut writer = Writer::new(base, look);
    for event in Parser::new_ext(&guarded, Options::ENABLE_STRIKETHROUGH) {
        writer.take(event);
    }
    writer.finish()
}

/// Collects events into styled lines.
struct Writer {
    lines: Vec<Vec<Span<'static>>>,
    styles: Vec<Style>,
    links: Vec<(String, String)>,
    is_begun: bool,
    look: Look,
}

impl Writer {
    fn new(base: Style, look: Look) -> Self {
        Self { lines: vec![Vec::new()], styles: vec![base], links: Vec::new(), is_begun: false, look }
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Emphasis) => self.nest(Modifier::ITALIC),
            Event::Start(Tag::Strong | Tag::Heading { .. }) => self.nest(Modifier::BOLD),
            Event::Start(Tag::Strikethrough) => self.nest(Modifier::CROSSED_OUT),
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Heading(_) | TagEnd::Strikethrough) => {
                self.styles.pop();
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                self.links.push((dest_url.into_string(), String::new()));
            }
            // The address is always seen: a link may say one thing and lead to another.
            Event::End(TagEnd::Link | TagEnd::Image) => {
                if let Some((url, shown)) = self.links.pop()
                    && !url.is_empty()
                    && url != shown
                    && url.strip_prefix("mailto:") != Some(shown.as_str())
                {
                    self.put(&format!(" ({url})"), self.look.dim);
                }
            }
            Event::Text(text) | Event::InlineHtml(text) | Event::Html(text) => {
                let is_first = !std::mem::replace(&mut self.is_begun, true);
                let text = text.strip_prefix(FIRST).filter(|_| is_first).unwrap_or(&text);
                for (at, line) in text.split('\n').enumerate() {
                    if at > 0 {
                        self.lines.push(Vec::new());
                    }
                    self.put(line, self.style());
                }
            }
            Event::Code(code) if self.look.colour => {
                self.put(&code, self.style().patch(self.look.accent));
            }
            Event::Code(code) => self.put(&format!("`{code}`"), self.style()),
            Event::SoftBreak | Event::HardBreak => {
                self.lines.push(Vec::new());
            }
            _ => {}
        }
    }

    fn finish(mut self) -> Vec<Vec<Span<'static>>> {
        while self.lines.len() > 1 && self.lines.last().is_some_and(Vec::is_empty) {
            self.lines.pop();
        }
        self.lines
    }

    fn nest(&mut self, modifier: Modifier) {
        self.styles.push(self.style().add_modifier(modifier));
    }

    fn style(&self) -> Style {
        self.styles.last().copied().unwrap_or_default()
    }

    /// Entities are decoded by the parser, so what it gives may hold controls again.
    fn put(&mut self, text: &str, style: Style) {
        let mut clean = Clean::line(text).into_string();
        clean.retain(|c| c != LATER);
        if let Some((_, shown)) = self.links.last_mut() {
            shown.push_str(&clean);
        }
        if let Some(line) = self.lines.last_mut()
            && !clean.is_empty()
        {
            line.push(Span::styled(clean, style));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> Vec<String> {
        let lines = inline(source, Style::new(), Look::new(false));
        lines.iter().map(|l| l.iter().map(|s| s.content.as_ref()).collect()).collect()
    }

    #[test]
    fn links_show_where_they_lead() {
        assert_eq!(
            text("see [docs](https://x.dev/a) and <https://y.dev>"),
            ["see docs (https://x.dev/a) and https://y.dev"]
        );
        assert_eq!(text("![a *b*](c.png)"), ["a b (c.png)"]);
    }

    #[test]
    fn a_link_cannot_hide_where_it_leads_behind_its_last_letters() {
        assert_eq!(text("[m](https://evil.com)"), ["m (https://evil.com)"]);
        assert_eq!(text("<me@x.dev> [![i](a.png)](b)"), ["me@x.dev i (a.png) (b)"]);
    }

    #[test]
    fn what_would_begin_a_block_is_text_here() {
        for line in ["# a", "2. b", "- c", "> d", "[e]: /f", "<div>", "    g", "```", ";h"] {
            assert_eq!(text(line), [line]);
        }
        assert_eq!(text("&#59;i"), [";i"]);
        assert_eq!(text("x\n<div>\n**\"b\"**\n> y"), ["x", "<div>", "\"b\"", "> y"]);
        assert_eq!(text("**\"b\"**"), ["\"b\""]);
    }

    #[test]
    fn an_entity_cannot_smuggle_an_escape() {
        assert_eq!(text("a &#27;]0;x&#7; `b`"), ["a ␛]0;x␇ `b`"]);
    }

    #[test]
    fn line_breaks_stay_and_emphasis_becomes_style() {
        assert_eq!(text("one **two\nthree** ~~no~~"), ["one two", "three no"]);
        let line = &inline("**b**", Style::new(), Look::new(true))[0];
        assert_eq!(line[0].style, Style::new().add_modifier(Modifier::BOLD));
    }
}

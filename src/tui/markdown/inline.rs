//! Text of one block with its emphasis, code and links → styled lines.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use ratatui::{
    style::{Modifier, Style},
    text::Span,
};

use crate::{base::Clean, tui::look::Look};

/// Reads the text of one paragraph, heading or item. Line breaks of the source stay: models mean them.
pub(super) fn inline(text: &str, base: Style, look: Look) -> Vec<Vec<Span<'static>>> {
    let mut writer = Writer::new(base, look);
    for event in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH) {
        writer.take(event);
    }
    writer.finish()
}

/// Collects events into styled lines; used for paragraphs and for table cells.
pub(super) struct Writer {
    lines: Vec<Vec<Span<'static>>>,
    styles: Vec<Style>,
    links: Vec<(String, String)>,
    look: Look,
}

impl Writer {
    pub(super) fn new(base: Style, look: Look) -> Self {
        Self { lines: vec![Vec::new()], styles: vec![base], links: Vec::new(), look }
    }

    pub(super) fn take(&mut self, event: Event<'_>) {
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
            Event::End(TagEnd::Link | TagEnd::Image) => {
                if let Some((url, shown)) = self.links.pop()
                    && !url.is_empty()
                    && !url.ends_with(&shown)
                {
                    self.put(&format!(" ({url})"), self.look.dim);
                } else if let Some((url, shown)) = self.links.pop() {
                    self.links.push((url, shown));
                }
            }
            Event::Text(text) | Event::InlineHtml(text) | Event::Html(text) => {
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
            Event::SoftBreak | Event::HardBreak | Event::Start(Tag::Item | Tag::CodeBlock(_)) => {
                self.lines.push(Vec::new());
            }
            _ => {}
        }
    }

    pub(super) fn finish(mut self) -> Vec<Vec<Span<'static>>> {
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
        let clean = Clean::line(text).into_string();
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

//! What `/copy` takes.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::entries::{Entry, Transcript};

impl Transcript {
    /// The last answer, as the model wrote it.
    pub(in crate::tui) fn last_answer(&self) -> Option<String> {
        self.answers().next_back()
    }

    /// The last block of code in an answer, without its fence.
    pub(in crate::tui) fn last_code(&self) -> Option<String> {
        self.answers().rev().find_map(|answer| last_code(&answer))
    }

    /// The answers of the present conversation, oldest first.
    fn answers(&self) -> std::vec::IntoIter<String> {
        let mut all: Vec<String> = Vec::new();
        for entry in self.present() {
            let Entry::Answer { text, goes_on } = entry else { continue };
            match all.last_mut().filter(|_| *goes_on) {
                Some(last) => last.push_str(text),
                None => all.push(text.clone()),
            }
        }
        all.retain(|text| !text.trim().is_empty());
        all.into_iter()
    }
}

fn last_code(markdown: &str) -> Option<String> {
    let (mut last, mut open) = (None, None);
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => open = Some(String::new()),
            Event::End(TagEnd::CodeBlock) => last = open.take(),
            Event::Text(text) => {
                if let Some(open) = &mut open {
                    open.push_str(&text);
                }
            }
            _ => {}
        }
    }
    last.filter(|code| !code.is_empty())
}

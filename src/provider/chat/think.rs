//! Separates reasoning that a model wrote into its answer between `<think>` tags.
//!
//! Tags count only at the very start of an answer: further down they may be code.
//! Source: `docs/sources.md`, wire 1.6.

const OPENING: [&str; 2] = ["<think>", "<thinking>"];
const CLOSING: [&str; 2] = ["</think>", "</thinking>"];

/// A piece of content after separation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    /// It belongs to the answer.
    Text,
    /// It belongs to the reasoning.
    Reasoning,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Only white space came so far, or the beginning of a tag.
    #[default]
    Start,
    /// Inside the tag with this number.
    Inside(usize),
    /// The tag is closed; white space is dropped.
    Gap,
    /// The answer itself.
    Answer,
}

/// Takes content as it arrives and says which channel each piece belongs to.
#[derive(Debug, Default)]
pub(super) struct Think {
    state: State,
    held: String,
    is_tagged: bool,
}

impl Think {
    /// Takes more content. Text that may be the beginning of a tag is held back until it is known.
    pub(super) fn feed(&mut self, content: &str, out: &mut dyn FnMut(Channel, &str)) {
        if self.state == State::Answer {
            return out(Channel::Text, content);
        }
        self.held.push_str(content);
        while self.step(out) {}
    }

    /// Takes the end of the content: what was held back was no tag.
    pub(super) fn finish(&mut self, out: &mut dyn FnMut(Channel, &str)) {
        let channel = match self.state {
            State::Inside(_) => Channel::Reasoning,
            _ => Channel::Text,
        };
        if !self.held.is_empty() && self.state != State::Gap {
            out(channel, &self.held);
        }
        self.held.clear();
    }

    /// Whether the content began with a tag.
    pub(super) fn is_tagged(&self) -> bool {
        self.is_tagged
    }

    fn step(&mut self, out: &mut dyn FnMut(Channel, &str)) -> bool {
        match self.state {
            State::Start => self.start(out),
            State::Inside(tag) => self.inside(CLOSING[tag], out),
            State::Gap => {
                let rest = self.held.trim_start().to_owned();
                if rest.is_empty() {
                    self.held.clear();
                    return false;
                }
                self.answer(&rest, out)
            }
            State::Answer => false,
        }
    }

    fn start(&mut self, out: &mut dyn FnMut(Channel, &str)) -> bool {
        let text = self.held.trim_start();
        if text.is_empty() {
            return false;
        }
        if let Some((tag, rest)) = first_tag(text, &OPENING) {
            self.held = rest.to_owned();
            self.state = State::Inside(tag);
            self.is_tagged = true;
            return true;
        }
        // A closing tag right at the start is what is left of a channel switch.
        if let Some((_, rest)) = first_tag(text, &CLOSING) {
            self.held = rest.to_owned();
            self.state = State::Gap;
            return true;
        }
        if OPENING.iter().chain(&CLOSING).any(|tag| tag.starts_with(text)) {
            return false;
        }
        let all = std::mem::take(&mut self.held);
        self.answer(&all, out)
    }

    fn inside(&mut self, closing: &str, out: &mut dyn FnMut(Channel, &str)) -> bool {
        if let Some((reasoning, rest)) = self.held.split_once(closing) {
            if !reasoning.is_empty() {
                out(Channel::Reasoning, reasoning);
            }
            self.held = rest.to_owned();
            self.state = State::Gap;
            return true;
        }
        let keep = (1..closing.len()).rev().find(|n| self.held.ends_with(&closing[..*n])).unwrap_or(0);
        let rest = self.held.split_off(self.held.len() - keep);
        let sure = std::mem::replace(&mut self.held, rest);
        if !sure.is_empty() {
            out(Channel::Reasoning, &sure);
        }
        false
    }

    fn answer(&mut self, text: &str, out: &mut dyn FnMut(Channel, &str)) -> bool {
        self.state = State::Answer;
        self.held.clear();
        out(Channel::Text, text);
        false
    }
}

fn first_tag<'a>(text: &'a str, tags: &[&str]) -> Option<(usize, &'a str)> {
    tags.iter().enumerate().find_map(|(at, tag)| text.strip_prefix(tag).map(|rest| (at, rest)))
}

/// Splits a whole answer whose opening tag the template had already written: `(reasoning, answer)`.
///
/// The closing tag must stand at the end of a line and outside of fenced code, since an answer may talk about it.
pub(super) fn split_unopened(text: &str) -> Option<(&str, &str)> {
    let (reasoning, rest) = text.split_once("</think>")?;
    let ends_line = rest.is_empty() || rest.starts_with(['\n', '\r']);
    let begins_line = reasoning.is_empty() || reasoning.ends_with('\n');
    let is_fenced = reasoning.matches("```").count() % 2 == 1;
    (begins_line && ends_line && !is_fenced).then(|| (reasoning.trim_end(), rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn separate(pieces: &[&str]) -> (String, String) {
        let (mut reasoning, mut text) = (String::new(), String::new());
        let mut think = Think::default();
        let mut take = |channel, piece: &str| match channel {
            Channel::Text => text.push_str(piece),
            Channel::Reasoning => reasoning.push_str(piece),
        };
        for piece in pieces {
            think.feed(piece, &mut take);
        }
        think.finish(&mut take);
        (reasoning, text)
    }

    #[test]
    fn tags_split_at_any_byte_are_found() {
        for whole in
            ["\n<think>Let me see 中.\n</think>\n\nParis.", "<thinking>Hm </think> no</thinking>Paris."]
        {
            let expected = separate(&[whole]);
            assert_eq!(expected.1, "Paris.");
            for at in (0..whole.len()).filter(|at| whole.is_char_boundary(*at)) {
                assert_eq!(separate(&[&whole[..at], &whole[at..]]), expected, "cut at {at}");
            }
            let letters: Vec<String> = whole.chars().map(String::from).collect();
            let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
            assert_eq!(separate(&letters), expected);
        }
    }

    #[test]
    fn code_that_contains_tags_stays_in_the_answer() {
        let whole = "Write `<think>` and `</think>`:\n<think>x</think>";
        assert_eq!(separate(&[whole]), (String::new(), whole.into()));
        assert_eq!(separate(&["\n", "  code"]), (String::new(), "\n  code".into()));
    }

    #[test]
    fn a_tag_that_is_never_closed_is_all_reasoning() {
        assert_eq!(separate(&["<think>so", " far </thi"]), ("so far </thi".into(), String::new()));
    }

    #[test]
    fn what_is_left_of_a_channel_switch_is_dropped() {
        assert_eq!(separate(&["</thi", "nk>\nParis."]), (String::new(), "Paris.".into()));
        assert_eq!(separate(&["<thi"]), (String::new(), "<thi".into()));
    }

    #[test]
    fn an_opening_tag_written_by_the_template_is_not_missed() {
        assert_eq!(split_unopened("Hm.\n</think>\n\nParis."), Some(("Hm.", "Paris.")));
        assert_eq!(split_unopened("Close it with `</think>`."), None);
        assert_eq!(split_unopened("```\n</think>\n```"), None);
    }
}

//! Telling a person who looks at another window: the bell, and a notification of the terminal (OSC 9). The words are
//! ours; nothing a model or a tool wrote is ever among them.

use std::time::Duration;

use super::{model::Model, msg::Cmd};

/// A turn that took as long is worth a word when it ends; a shorter one was watched.
const LONG: Duration = Duration::from_secs(5);

/// What a person wants to be told of while the window is not looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bell {
    /// Nothing.
    Never,
    /// The end of a long turn.
    Done,
    /// That, and questions.
    #[default]
    All,
}

/// Whether the window is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Attention {
    pub(super) bell: Bell,
    /// The terminal said that another window is looked at.
    pub(super) is_away: bool,
    /// The window may be named.
    pub(super) has_title: bool,
}

impl Model {
    /// A question waits.
    pub(super) fn notify_question(&self, cmds: &mut Vec<Cmd>) {
        if self.attention.is_away && self.attention.bell == Bell::All {
            cmds.push(Cmd::Notify(self.look.words.notify_question));
        }
    }

    /// A turn is about to end.
    pub(super) fn notify_end(&self, cmds: &mut Vec<Cmd>) {
        let lasted = self.work.as_ref().map_or(Duration::ZERO, |work| self.now.since(work.since));
        if self.attention.is_away && self.attention.bell != Bell::Never && lasted >= LONG {
            cmds.push(Cmd::Notify(self.look.words.notify_done));
        }
    }

    /// Names the window after the folder, where it may be named.
    pub(super) fn title(&self, root: &str, cmds: &mut Vec<Cmd>) {
        if !self.attention.has_title || !self.paint.can_ask {
            return;
        }
        let folder = root.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or_default();
        let shown: String = crate::base::Clean::line(folder).as_str().chars().take(60).collect();
        cmds.push(Cmd::Title(format!("qwen · {shown}")));
    }
}

/// The bytes of a notification; the bell alone where the terminal may not know the sequence.
pub(super) fn bytes(words: &str, knows_more: bool) -> String {
    if knows_more { format!("\x07\x1b]9;{words}\x1b\\") } else { "\x07".to_owned() }
}

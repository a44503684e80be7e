//! The lines of a transcript.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{
    base::{Moment, SessionId},
    cache::Link,
    protocol::{CacheReport, Charge, Item, Usage},
};

/// The version of the format that is written here.
pub(super) const VERSION: u32 = 1;

/// How the line of an answer begins.
pub(super) const ANSWER_LINE: &str = r#"{"kind":"item","item":{"type":"assistant""#;

/// How the line of a user's message begins; lists count turns by it without parsing the line.
pub(super) const USER_LINE: &str = r#"{"kind":"item","item":{"type":"user""#;

/// One line of a transcript: a JSON object whose `kind` says which.
///
/// Readers skip kinds they do not know, so a kind may be added without a new version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Record<'a> {
    /// What session this is. The first line; comes again when the session is resumed and when another account or
    /// model is chosen.
    Meta(Cow<'a, Meta>),
    /// The conversation grew by one item.
    Item {
        /// The item, exactly as it was sent.
        item: Cow<'a, Item>,
    },
    /// A request was answered.
    Usage(Spent),
    /// The provider keeps the conversation up to here.
    Link(Cow<'a, Link>),
    /// The history was replaced: a restored conversation begins with these items, and those after this line
    /// follow them.
    Epoch {
        /// How often the history was replaced so far.
        epoch: u32,
        /// All items after the replacement.
        items: Cow<'a, [Item]>,
    },
}

impl<'a> Record<'a> {
    /// A line for one item.
    pub fn item(item: &'a Item) -> Self {
        Self::Item { item: Cow::Borrowed(item) }
    }

    /// A line for what the provider keeps.
    pub fn link(link: &'a Link) -> Self {
        Self::Link(Cow::Borrowed(link))
    }

    /// A line for a replaced history.
    pub fn epoch(epoch: u32, items: &'a [Item]) -> Self {
        Self::Epoch { epoch, items: Cow::Borrowed(items) }
    }
}

/// What session a transcript is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// The version of the format.
    pub v: u32,
    /// The session's id.
    pub id: SessionId,
    /// The repository's root, as text.
    pub root: String,
    /// The model's name.
    pub model: String,
    /// When the session, its resumption or the use of this model began.
    pub created: Moment,
    /// The program's version.
    pub version: String,
    /// The git branch at that time, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

impl Meta {
    /// For a session that is written by this program.
    pub fn new(id: SessionId, root: impl Into<String>, model: impl Into<String>, created: Moment) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self { v: VERSION, id, root: root.into(), model: model.into(), created, version, branch: None }
    }

    /// The same on a git branch.
    #[must_use]
    pub fn on(self, branch: Option<String>) -> Self {
        Self { branch, ..self }
    }
}

/// What one answered request used and cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    /// Which request of the session.
    pub request: u32,
    /// The model's name as the provider gave it.
    pub model: String,
    /// Token counts, when the provider reported them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The cost, when there is usage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<Charge>,
    /// What was expected of the cache and what it did; `None` in files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheReport>,
    /// Whether nothing was asked but that the cache be kept warm.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_ping: bool,
    /// When the answer ended.
    pub at: Moment,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::UserMessage;

    #[test]
    fn the_lines_are_these() {
        let item = Item::User(UserMessage { context: vec!["c".into()], text: "hi".into() });
        let line = serde_json::to_string(&Record::item(&item)).expect("plain data");
        assert_eq!(line, r#"{"kind":"item","item":{"type":"user","context":["c"],"text":"hi"}}"#);
        assert!(line.starts_with(USER_LINE));
        let meta = Meta { version: "1.0.0".into(), ..Meta::new(SessionId::new("a"), "/r", "m", Moment(5)) };
        let line = serde_json::to_string(&Record::Meta(Cow::Owned(meta))).expect("plain data");
        let want = r#"{"kind":"meta","v":1,"id":"a","root":"/r","model":"m","created":5,"version":"1.0.0"}"#;
        assert_eq!(line, want);
        let line = serde_json::to_string(&Record::epoch(1, &[])).expect("plain data");
        assert_eq!(line, r#"{"kind":"epoch","epoch":1,"items":[]}"#);
    }
}

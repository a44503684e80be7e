//! What can go wrong on purpose.

use serde::Deserialize;

use super::refusal::{ErrorShape, Refusal, usual};

/// One way for a request to fail, or for its response to be mangled.
///
/// In a script file: `{"kind": "status", "status": 429, "retry_after": "1"}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// An HTTP error.
    Status {
        /// The HTTP status.
        status: u16,
        /// The machine's word for it; the usual one for the status when absent.
        #[serde(default)]
        code: Option<String>,
        /// The person's; the usual one when absent.
        #[serde(default)]
        message: Option<String>,
        /// The `Retry-After` header.
        #[serde(default)]
        retry_after: Option<String>,
        /// How the body is written.
        #[serde(default)]
        shape: ErrorShape,
    },
    /// HTTP 200 with an error as its JSON body.
    InsideOk {
        /// The status that was meant; it decides the code and the text.
        status: u16,
        /// How the body is written.
        #[serde(default)]
        shape: ErrorShape,
    },
    /// An `event:error` inside the stream, its status in a comment. A response that is not streamed fails with
    /// that status at once.
    Event {
        /// The status in the comment.
        status: u16,
        /// The person's text; the usual one when absent.
        #[serde(default)]
        message: Option<String>,
        /// How many events come before it.
        #[serde(default)]
        after_events: usize,
    },
    /// The connection closes after so many bytes of the body; 0 closes it before the status line.
    Drop {
        /// Bytes of the body.
        after_bytes: usize,
    },
    /// Nothing comes after so many bytes of the body, for ever; 0 does not even send the status line.
    Stall {
        /// Bytes of the body.
        after_bytes: usize,
    },
    /// The arguments of the last call end after so many bytes, and the response says `stop`.
    CutArguments {
        /// Bytes of the arguments; moved back to a whole character.
        at: usize,
    },
    /// The body leaves in pieces of so many bytes, each in a packet of its own, characters cut or not.
    Split {
        /// Bytes of a piece; 0 counts as 1.
        every: usize,
    },
    /// Between events come lines a reader has to skip: comments, unknown fields, empty events.
    Garbage,
    /// A web page instead of an answer, as proxies send it.
    Html {
        /// The HTTP status.
        status: u16,
    },
    /// An answer with no text and no calls.
    Empty,
}

impl Fault {
    /// An HTTP error in compatible mode's shape, with the usual code and text.
    pub fn status(status: u16) -> Self {
        Self::Status { status, code: None, message: None, retry_after: None, shape: ErrorShape::default() }
    }

    /// The error that comes inside a chat stream; empty for every other fault.
    pub(super) fn event(&self, request_id: &str) -> String {
        self.inside().map_or_else(String::new, |refusal| refusal.event(request_id))
    }

    /// The error that comes inside a stream.
    pub(super) fn inside(&self) -> Option<Refusal> {
        match self {
            Self::Event { status, message, .. } => {
                Some(told(*status, None, message.as_deref(), ErrorShape::Stream))
            }
            _ => None,
        }
    }

    /// The error this fault answers with, and the HTTP status it travels under. `None` for the faults that let
    /// the model answer.
    pub(super) fn refusal(&self, streams: bool) -> Option<(u16, Refusal)> {
        match self {
            Self::Status { status, code, message, retry_after, shape } => {
                let mut refusal = told(*status, code.as_deref(), message.as_deref(), *shape);
                refusal.retry_after.clone_from(retry_after);
                Some((*status, refusal))
            }
            Self::InsideOk { status, shape } => Some((200, told(*status, None, None, *shape))),
            Self::Event { status, message, .. } if !streams => {
                Some((*status, told(*status, None, message.as_deref(), ErrorShape::default())))
            }
            _ => None,
        }
    }
}

/// An error with the usual words where none are given.
fn told(status: u16, code: Option<&str>, message: Option<&str>, shape: ErrorShape) -> Refusal {
    let (usual_code, usual_message) = usual(status);
    Refusal { shape, ..Refusal::new(status, code.unwrap_or(usual_code), message.unwrap_or(usual_message)) }
}

/// A fault for every chat request, or for the first few.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What goes wrong.
    pub fault: Fault,
    /// For how many requests; `None` for all.
    pub first: Option<u32>,
}

impl From<Fault> for Planned {
    fn from(fault: Fault) -> Self {
        Self { fault, first: None }
    }
}

//! What a dialect makes of the parts of a stream.

use crate::{
    base::Tokens,
    provider::{Chunk, Reply, errors::Report, sse::Part},
};

/// Where pieces of the answer go while they arrive.
pub(super) type Sink<'a> = dyn FnMut(Chunk) + Send + 'a;

/// An answer while it arrives.
pub(super) trait Answer: Send {
    /// Takes the next part. Errors: the server told of an error.
    fn take(&mut self, part: &Part, sink: &mut Sink<'_>) -> Result<(), Box<Report>>;

    /// Whether the server said that nothing follows.
    fn is_done(&self) -> bool;

    /// Whether the model has ended; counts may still follow.
    fn is_finished(&self) -> bool;

    /// About how much was written.
    fn written(&self) -> Tokens;

    /// The end of the stream. `stray` is what was no event: a server that does not stream answers with one JSON
    /// object. Errors: there is no complete answer; a half call must not be run.
    fn finish(self, stray: &str, sink: &mut Sink<'_>) -> Result<Reply, Lack>;
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// The server said so.
    Error(Box<Report>),
    /// The stream ended before the answer did.
    Incomplete,
    /// What came is no answer at all.
    Foreign(Box<Report>),
}

/// Shows a piece and keeps it.
pub(super) fn push(to: &mut String, piece: &str, sink: &mut Sink<'_>, chunk: fn(String) -> Chunk) {
    to.push_str(piece);
    sink(chunk(piece.to_owned()));
}

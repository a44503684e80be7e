//! The many shapes of a stream that all mean the same.

use super::usage::CacheReport;

/// How a response is cut up and written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Characters in a piece of text or of arguments.
    pub chunk: usize,
    /// How fast the model speaks; 0 is as fast as the reader takes it.
    pub tokens_per_second: u64,
    /// What surrounds the data of an event.
    pub framing: Framing,
    /// What ends a line.
    pub line_end: LineEnd,
    /// Where the token counts are.
    pub usage: UsagePlace,
    /// How the cache's doings are told.
    pub cache: CacheReport,
    /// How tool calls are told.
    pub calls: CallShape,
    /// Where thoughts are.
    pub reasoning: ReasoningPlace,
    /// What is different in the Responses API.
    pub responses: ResponsesShape,
    /// Whether a finish reason is given; in the Responses API, whether the last event comes.
    pub finish: bool,
    /// Whether `[DONE]` is sent.
    pub done: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            chunk: 4,
            tokens_per_second: 0,
            framing: Framing::default(),
            line_end: LineEnd::default(),
            usage: UsagePlace::default(),
            cache: CacheReport::default(),
            calls: CallShape::default(),
            reasoning: ReasoningPlace::default(),
            responses: ResponsesShape::default(),
            finish: true,
            done: true,
        }
    }
}

/// What surrounds the data of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// `data: {…}`.
    #[default]
    Plain,
    /// `id:1`, `event:result`, `:HTTP_STATUS/200`, `data:{…}` without a space.
    DashScope,
}

/// What ends a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEnd {
    /// A line feed.
    #[default]
    Lf,
    /// Carriage return and line feed.
    CrLf,
    /// A carriage return alone.
    Cr,
}

impl LineEnd {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
            Self::Cr => "\r",
        }
    }
}

/// Where the token counts are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UsagePlace {
    /// In a chunk of their own at the end, if the request asked with `stream_options.include_usage`.
    #[default]
    Separate,
    /// In every chunk, growing, asked or not.
    Every,
    /// Nowhere.
    Nowhere,
}

/// How tool calls are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CallShape {
    /// Index, id and name first; then index and fragments.
    #[default]
    Normal,
    /// No index anywhere.
    NoIndex,
    /// Index 0 for every call; the ids differ.
    IndexZero,
    /// The whole name on every fragment.
    NameRepeated,
    /// The arguments are an object, not a string.
    ArgumentsObject,
    /// All calls whole, in the chunk that finishes with `stop`.
    WholeLast,
    /// One call with the arguments of all glued together.
    Glued,
    /// No ids.
    NoIds,
    /// Later fragments have an empty id and no name.
    EmptyIdLater,
    /// The fragments of all calls take turns.
    Interleaved,
}

/// Where thoughts are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReasoningPlace {
    /// `reasoning_content`.
    #[default]
    ReasoningContent,
    /// `reasoning`.
    Reasoning,
    /// Inside the text, between `<think>` tags.
    ThinkTags,
}

/// How the Responses API speaks. Source: docs/sources.md, wire 2.3 and wire 2.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponsesShape {
    /// What surrounds the data of an event.
    pub framing: Framing,
    /// How a chain that does not exist is refused.
    pub unknown_id: UnknownId,
    /// Where the arguments of a call are.
    pub arguments: ArgumentsPlace,
    /// How thoughts are told.
    pub thoughts: ThoughtEvents,
    /// How an error inside a stream is told.
    pub failure: FailureEvent,
    /// Whether the id of a response is a bare UUID, without `resp_`.
    pub bare_ids: bool,
    /// Whether one more event of an unknown kind comes after the last.
    pub trailing: bool,
}

impl Default for ResponsesShape {
    fn default() -> Self {
        Self {
            framing: Framing::DashScope,
            unknown_id: UnknownId::default(),
            arguments: ArgumentsPlace::default(),
            thoughts: ThoughtEvents::default(),
            failure: FailureEvent::default(),
            bare_ids: false,
            trailing: false,
        }
    }
}

/// How a `previous_response_id` is refused that is unknown, too old or somebody else's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownId {
    /// Flat, `Not found previous_response_id: …`; inside a stream as a response that has failed, under status 200.
    #[default]
    DashScope,
    /// `previous_response_not_found` with `param`, status 400, streamed or not.
    OpenAi,
    /// ``Invalid `previous_response_id`.``, status 400, streamed or not.
    Invalid,
}

/// Where the arguments of a call are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ArgumentsPlace {
    /// In pieces, then whole, then in the item.
    #[default]
    Deltas,
    /// Whole, then in the item.
    DoneOnly,
    /// In the item.
    ItemOnly,
}

/// How thoughts are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThoughtEvents {
    /// `response.reasoning_summary_text.…`.
    #[default]
    Summary,
    /// `response.reasoning_text.…`.
    Text,
}

/// How an error inside a stream is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailureEvent {
    /// `response.failed`.
    #[default]
    Failed,
    /// `error` with `code` and `message`.
    Error,
    /// `error` with both inside `error`.
    NestedError,
}

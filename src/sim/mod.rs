//! A simulator of Qwen Cloud: an HTTP server on loopback, for the demo, the tests and script authors.
//!
//! It serves Chat Completions with a scripted model, the context cache with its rules as knobs, the many shapes of a
//! stream, and faults on purpose. It sees `base` alone: what it knows of the cache and of the protocol is written a
//! second time, so that a misreading shared with the client cannot hide. Start reading at [`Sim`] and [`Script`].

mod answer;
mod bench;
mod blocks;
mod body;
mod cache;
mod chat;
mod check;
mod clock;
mod count;
mod fault;
mod models;
mod oauth;
mod options;
mod play;
mod quirk;
mod record;
mod refusal;
mod reply;
mod request;
mod responder;
mod responses;
mod rules;
mod script;
mod server;
mod shape;
mod state;
mod steps;
mod turn;
mod usage;

pub use bench::{Bench, Rejected};
pub use blocks::{Blocks, Sizes};
pub use cache::{Bill, CacheMode, Reading, Store};
pub use check::{FieldRefusal, Strictness};
pub use clock::Clock;
pub use count::{Count, Part};
pub use fault::{Fault, Planned};
pub use models::ModelRows;
pub use oauth::{Approval, OAuth, OAuthCounts, OAuthFault, ResourceUrl};
pub use options::{OnRequest, Overflow, SimOptions};
pub use quirk::CacheQuirk;
pub use record::{Api, Outcome, Recorded, Summary, Total};
pub use refusal::ErrorShape;
pub use request::{CWD_LINE, Request};
pub use rules::{Billing, CacheRules, Evict, Rates, Refresh, SessionReach, Unit};
pub use script::{After, Script, ScriptError};
pub use server::Sim;
pub use shape::{
    ArgumentsPlace, CallShape, FailureEvent, Framing, LineEnd, ReasoningPlace, ResponsesShape, Shape,
    ThoughtEvents, UnknownId, UsagePlace,
};
pub use turn::{ScriptedCall, Turn, When, call, say, think};
pub use usage::CacheReport;

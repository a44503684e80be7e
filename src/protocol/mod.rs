//! What faces and agent say to each other, and the entries a conversation is made of.
//!
//! A face sends [`Op`]s and receives [`Event`]s; it never sees more of the agent. [`Item`] is one entry of the
//! conversation as it is sent and as it is kept. Everything here is plain data.

pub mod bill;
mod cache;
mod call;
mod chain;
mod charge;
mod desk;
mod event;
mod failure;
mod item;
mod mention;
mod mode;
mod op;
mod preview;
mod privacy;
mod query;
mod result;
mod usage;
pub mod words;

pub use cache::{CacheMode, CacheReport, CacheTerms, Counted, Finding, Miss, Part, Prediction};
pub use call::{Arguments, Broken, ToolCall};
pub use chain::Chain;
pub use charge::{Charge, Tier};
pub use desk::{
    AccountRow, DeskEvent, DeskOp, FoundKey, Key, LocalServer, ModelRow, Overview, PresetRow, SessionRow,
    SettingRow, SignIn, Switched, Tested, ValueKind,
};
pub use event::{Budget, DeltaKind, EndReason, Event, Level, SessionInfo, Totals};
pub use failure::{Failure, Kind, Limit, Told};
pub use item::{Finish, Item, Turn, UserMessage};
pub use mention::{Lines, Written, read_mention, starts_mention, write_mention};
pub use mode::Mode;
pub use op::{Answer, Op};
pub use preview::{Diff, DiffLine, LineKind, Preview, Question, Todo, TodoStatus};
pub use privacy::{HiddenList, HiddenRow, PrivacyPage, PrivacySection};
pub use query::{FileList, MemoryFile, Past, Query, Reply, RuleList, RuleRow, WindowPart};
pub use result::{Display, ToolResult, Verdict};
pub use usage::Usage;

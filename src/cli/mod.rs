//! The door: arguments and subcommands, what a run starts as, and how a failure leaves.
//!
//! The tree in `arguments.rs` feeds the parser, `--help`, `completions/` and `docs/qwen.1`. Start reading at
//! [`main`]; [`start`] decides between a one-shot run and the screen.

mod arguments;
mod assemble;
mod auth;
mod batch;
mod begin;
mod beside;
mod browser;
mod cache;
mod completions;
mod connect;
mod demo;
mod desk;
mod doctor;
mod door;
mod exit;
mod face;
mod form;
mod limit_flags;
mod main;
mod mode;
mod models;
mod parse;
mod privacy;
mod sessions;
mod shut;
mod signals;
mod simulate;
mod stdin;
mod subcommands;
mod telemetry;

#[cfg(test)]
mod generated;

pub use arguments::{
    Arguments, ContextFlags, InputFormat, ModelFlags, OutputFlags, PermissionFlags, PromptFlags, Resume,
    SessionFlags, TurnLimit,
};
pub use batch::{Batch, Shard};
pub use browser::{NotOpened, open_browser};
pub use completions::Shell;
pub use exit::report;
pub use limit_flags::LimitFlags;
pub use main::main;
pub use mode::{Start, Streams, start};
pub use parse::parse;
pub use sessions::{
    ExportFormat, Sessions, SessionsCommand, SessionsExport, SessionsFork, SessionsGc, SessionsList,
    SessionsRm, SessionsShow,
};
pub use stdin::read as read_stdin;
pub use subcommands::{
    Auth, AuthCommand, AuthLogin, Cache, CacheCommand, CacheExplain, CacheModels, CachePolicy, CacheStatus,
    Demo, Doctor, Models, Privacy, PrivacyCommand, PrivacyPurge, Sim, SimUnit, Subcommand, Telemetry,
    TelemetryCommand,
};

//! The whole program against the simulator: each test is a story of one or more runs of the real binary.
//!
//! `session.rs` sets a story up, `ran.rs` says what must hold at its end, `wire.rs` checks what holds for every
//! request of every story. The stories speak `sh`, so they run where that is.
#![cfg(unix)]

mod ran;
mod schema;
mod servers;
mod session;
mod wire;

mod auth;
mod batch;
mod bill;
mod bugfix;
mod cache;
mod canaries;
mod context;
mod control;
mod doctor;
mod failures;
mod faults;
mod form;
mod formats;
mod hostile;
mod kept;
mod keyring;
mod keys;
mod killed;
mod limits;
mod long;
mod looping;
mod models;
mod network;
mod one_shot;
mod permissions;
mod pinned;
mod pipes;
mod privacy;
mod private;
mod programs;
mod recipes;
mod redacted;
mod resume;
mod secrets;
mod sessions;
mod sign_in;
mod small_head;
mod streams;
mod telemetry;
mod together;
mod tools;

use session::Session;

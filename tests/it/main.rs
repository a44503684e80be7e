//! The whole program against the simulator: each test is a story of one or more runs of the real binary.
//!
//! `session.rs` sets a story up, `ran.rs` says what must hold at its end, `wire.rs` checks what holds for every
//! request of every story. The stories speak `sh`, so they run where that is.
#![cfg(unix)]

mod ran;
mod session;
mod wire;

mod auth;
mod bill;
mod bugfix;
mod cache;
mod context;
mod failures;
mod formats;
mod kept;
mod keyring;
mod keys;
mod long;
mod one_shot;
mod permissions;
mod pinned;
mod private;
mod programs;
mod resume;
mod sign_in;
mod small_head;
mod streams;
mod together;
mod tools;

use session::Session;

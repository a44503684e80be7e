//! `qwen`, a coding agent for the terminal.
//!
//! Six floors; a module imports from lower floors only (`tests/floors.rs` checks it). ARCHITECTURE.md is the map.

// words: name things; pure
pub mod base;
pub mod protocol;

// rules: decide; pure
pub mod cache;
pub mod catalog;
pub mod permissions;
pub mod prompt;
pub mod redact;

// world: touch the outside
pub mod auth;
pub mod context;
pub mod net;
pub mod provider;
pub mod sandbox;
pub mod session;
pub mod sim;
pub mod tools;

// mind: the turn loop
pub mod agent;

// faces: show what happened; ask for things
pub mod headless;
pub mod telemetry;
pub mod tui;

// door: chooses and assembles
pub mod cli;
pub mod config;

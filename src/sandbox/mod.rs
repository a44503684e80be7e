//! Runs a command inside limits.

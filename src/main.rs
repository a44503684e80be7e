//! The `qwen` binary.

fn main() {}

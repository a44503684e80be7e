//! Another program beside the screen: it reads what happens (`--json-fd`, `--json-file`) and says things (`--input-file`).
//!
//! Whatever becomes of it, the session goes on. Source: `docs/sources.md`, qwen-code 9.5. Start reading at [`Beside::around`].

mod session;
mod tail;
mod target;

pub(super) use session::Beside;

//! How much a model may write in one answer.

use super::{Options, quirks::Quirks};
use crate::{base::Tokens, catalog::Profile, prompt::Prompt};

/// Below this the server shall say itself that the prompt is too long. Source: Qwen Code's floor is 4,000, which would
/// refuse windows of 8,192 tokens.
const FLOOR: u64 = 512;

/// The bound of the output: what the person or the catalogue says, what the server is known to take, and what the
/// window leaves. The estimate of the prompt is taken a tenth larger, which is about its error.
pub(super) fn output(prompt: &Prompt, profile: &Profile, options: &Options, quirks: Quirks) -> Option<u64> {
    let wanted = options.max_output.unwrap_or(profile.max_output);
    let learned = quirks.max_tokens.unwrap_or(u64::MAX);
    let sent = Tokens(prompt.estimate().0 * 11 / 10);
    let left = (profile.window - sent).0.max(FLOOR);
    let left = if profile.window.0 == 0 { u64::MAX } else { left };
    Some(wanted.0.min(learned).min(left)).filter(|n| *n > 0)
}

//! Table: what providers say of themselves. Only what was read at its source stands here.

use crate::{catalog::Profile, protocol::CacheMode};

/// When the statements below were read.
const READ: &str = "2026-11";

/// What a provider keeps, as rows of a page.
pub(super) fn kept(profile: &Profile, mode: CacheMode, is_here: bool) -> Vec<(&'static str, String)> {
    if is_here {
        return vec![("keeps", "this machine: what that server keeps is yours to look at".to_owned())];
    }
    if !profile.provider.is_qwen_cloud {
        let kept = "not known: see their terms; nothing here asks them to keep the conversation".to_owned();
        return vec![("keeps", kept), ("terms", "those of the provider whose key you use".to_owned())];
    }
    let conversation = if mode == CacheMode::Session {
        "the conversation for up to 7 days (`cache.mode: session`); `qwen cache forget` has it deleted sooner"
    } else {
        "nothing of the conversation: it is processed in memory, for the request only"
    };
    let cached = match mode {
        CacheMode::Explicit => "marked prefixes in volatile memory, five minutes after their last use",
        _ => "prefixes in volatile memory, for the life of the cache",
    };
    let source =
        format!("Qwen Cloud's own statement on data handling, read {READ} (docs/sources.md, wire 2.4)");
    vec![
        ("keeps", conversation.to_owned()),
        ("caches", cached.to_owned()),
        ("logs", "metadata: token counts, times, request ids".to_owned()),
        ("training", "nothing is trained on".to_owned()),
        ("source", source),
        ("terms", "those of Qwen Cloud that you accepted for this key or sign-in".to_owned()),
    ]
}

//! Makes items a conversation again after lines of a transcript were lost.

use std::collections::VecDeque;

use crate::protocol::{Item, ToolCall, ToolResult, Verdict};

/// What the model reads in place of a result that was lost.
const LOST: &str = "The result of this call was not kept. Run it again if it matters.";

/// Gives each call in the middle one result, and drops results nobody asked for. Calls at the very end stay open: what
/// was running when the program ended is known to whoever goes on. Returns how much had to be changed.
pub(super) fn mend(items: Vec<Item>) -> (Vec<Item>, usize) {
    let mut whole = Vec::with_capacity(items.len());
    let mut open: VecDeque<ToolCall> = VecDeque::new();
    let mut changes = 0;
    for item in items {
        match &item {
            Item::Result(result) => {
                let Some(at) = open.iter().position(|call| call.id == result.call) else {
                    changes += 1;
                    continue;
                };
                open.remove(at);
            }
            Item::User(_) | Item::Assistant(_) => {
                changes += open.len();
                whole.extend(open.drain(..).map(lost));
            }
        }
        if let Item::Assistant(turn) = &item {
            open.extend(turn.calls.iter().cloned());
        }
        whole.push(item);
    }
    (whole, changes)
}

fn lost(call: ToolCall) -> Item {
    Item::Result(ToolResult {
        call: call.id,
        name: call.name,
        text: LOST.to_owned(),
        verdict: Verdict::Interrupted,
    })
}

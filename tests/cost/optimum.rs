//! The least a known sequence of requests can cost, written without a look at the planner.
//!
//! Each content block is a segment of the prompts that contain everything up to it. A request reads a segment at r
//! if an earlier one that contains it was answered within the last 300 seconds; otherwise it pays 1, and the first of
//! a chain whose segment is read later pays w in place of 1, or everybody in the chain pays 1 if that is less. Slots,
//! look-back, minimum and refresh are left out, so no client that uses markers can pay less under any reading: it is
//! a lower bound, known only when all is over.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use qwen::base::Moment;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::world::{EXACT, Happened, World};

const LIFE: u64 = 300_000;

type Key = [u8; 32];

type Parts = Vec<(Key, u64)>;

thread_local! {
    static SEEN: RefCell<HashMap<Rc<[u8]>, Rc<Parts>>> = RefCell::default();
}

/// The segments of a body. Most bodies come again under another reading.
fn parts(body: &Rc<[u8]>, account: &str) -> Rc<Parts> {
    SEEN.with_borrow_mut(|seen| {
        if seen.len() > 3_000 {
            seen.clear();
        }
        seen.entry(body.clone()).or_insert_with(|| Rc::new(segments(body, account))).clone()
    })
}

/// The segments of a body, each with what is before it in its name, and its tokens.
fn segments(body: &[u8], account: &str) -> Parts {
    let body: Value = serde_json::from_slice(body).unwrap();
    let tools = body.get("tools").map(Value::to_string).unwrap_or_default();
    let mut key = name(&[0; 32], &format!("{account} {} {tools}", body["model"]));
    let mut all = vec![(key, EXACT.count.of(&tools))];
    for message in body["messages"].as_array().unwrap() {
        let mut weight = EXACT.overhead;
        let frame = format!("{} {}", message["role"], message["tool_call_id"]);
        let texts = message["content"].as_array().cloned().unwrap_or_default();
        for part in texts {
            let text = part["text"].as_str().unwrap();
            key = name(&key, &format!("{frame} {text}"));
            all.push((key, weight + EXACT.count.of(text)));
            weight = 0;
        }
        if let Some(calls) = message["tool_calls"].as_array() {
            key = name(&key, &format!("{frame} {}", message["tool_calls"]));
            let count = |call: &Value, field: &str| EXACT.count.of(call["function"][field].as_str().unwrap());
            let tokens: u64 = calls.iter().map(|c| count(c, "name") + count(c, "arguments")).sum();
            all.push((key, weight + tokens));
        }
    }
    all
}

fn name(before: &Key, text: &str) -> Key {
    let mut hash = Sha256::new_with_prefix(before);
    hash.update(text.as_bytes());
    hash.finalize().into()
}

/// A chain of requests that contain a segment, none later than 300 seconds after the one before.
#[derive(Default)]
struct Chain {
    tokens: u64,
    /// Until when it can be read.
    until: Moment,
    /// Requests that could not read it, and those that could.
    first: u64,
    readers: u64,
}

impl Chain {
    fn units(&self) -> u64 {
        let written = if self.readers == 0 { 0 } else { 250 };
        let cached = self.first * 1_000 + written + self.readers * 100;
        self.tokens * cached.min((self.first + self.readers) * 1_000)
    }
}

/// The bound for what happened in a world. *Unit:* thousandths of a token.
pub(crate) fn optimum(world: &World) -> u64 {
    let mut chains: HashMap<Key, Chain> = HashMap::new();
    let mut done = 0;
    let parts: Vec<Rc<Parts>> = world.asked.iter().map(|asked| parts(&asked.body, asked.account)).collect();
    for happened in &world.happened {
        match happened {
            Happened::Read(at, now) => {
                done += EXACT.internal * 1_000;
                let total: u64 = parts[*at].iter().map(|(_, tokens)| tokens).sum();
                assert_eq!(total + EXACT.internal, world.asked[*at].bill.prompt, "both count alike");
                for (key, tokens) in parts[*at].iter() {
                    let chain = chains.entry(*key).or_default();
                    chain.tokens = *tokens;
                    if *now < chain.until {
                        chain.readers += 1;
                        chain.until = chain.until.max(Moment(now.0 + LIFE));
                    } else if chain.until > Moment(0) {
                        // It was let go; whoever comes now begins anew.
                        done += chain.units();
                        *chain = Chain { tokens: *tokens, first: 1, ..Chain::default() };
                    } else {
                        chain.first += 1;
                    }
                }
            }
            Happened::Keep(at, now) => {
                for (key, _) in parts[*at].iter() {
                    let chain = chains.entry(*key).or_default();
                    chain.until = chain.until.max(Moment(now.0 + LIFE));
                }
            }
        }
    }
    done + chains.values().map(Chain::units).sum::<u64>()
}

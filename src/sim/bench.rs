//! The rules of the cache without a server: from the bytes of a request to its bill.

use serde_json::Value;

use super::{
    blocks::{Blocks, Sizes},
    cache::{Bill, Reading, Store},
    check::{Strictness, check},
    rules::CacheRules,
};
use crate::base::Moment;

/// Bills request bodies of Chat Completions, for properties over thousands of them.
///
/// What is read and kept here is what a server with these rules reads and keeps, so a request can be in flight between
/// the two, and one that breaks off is simply never kept.
///
/// ```
/// use std::time::Duration;
/// use qwen::{base::Moment, sim::{Bench, CacheRules, Count, Sizes}};
///
/// // Each character is a token here.
/// let count = Count::new(|text| text.len() as u64);
/// let mut bench = Bench::new(CacheRules::default(), Sizes { count, overhead: 0, ..Sizes::default() });
/// let body = format!(r#"{{"model": "qwen3-coder-plus", "messages": [{{"role": "user", "content": [
///     {{"type": "text", "text": "{}", "cache_control": {{"type": "ephemeral"}}}}]}}]}}"#, "x".repeat(1_200));
/// let first = bench.ask(body.as_bytes(), "account", Moment(0)).unwrap();
/// let again = bench.ask(body.as_bytes(), "account", Moment(0).after(Duration::from_secs(299))).unwrap();
/// assert_eq!((first.created, again.cached, again.plain), (1_200, 1_200, 6));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Bench {
    store: Store,
    sizes: Sizes,
    strict: Strictness,
}

/// A request that a server would not have taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status}: {message}")]
pub struct Rejected {
    /// The HTTP status.
    pub status: u16,
    /// What is wrong and where.
    pub message: String,
}

impl Bench {
    /// An empty cache with these rules, where parts weigh this.
    pub fn new(rules: CacheRules, sizes: Sizes) -> Self {
        Self { store: Store::new(rules), sizes, strict: Strictness::default() }
    }

    /// The same, refusing what such a server refuses.
    pub fn strict(self, strict: Strictness) -> Self {
        Self { strict, ..self }
    }

    /// A request arrives: it is checked, finds what it can read, and refreshes that.
    ///
    /// Errors: the body is no JSON, or a server would refuse it.
    pub fn read(&mut self, body: &[u8], account: &str, now: Moment) -> Result<Reading, Rejected> {
        let blocks = self.blocks(body, account)?;
        Ok(self.store.read(&blocks, now))
    }

    /// The response to a request is complete.
    pub fn keep(&mut self, reading: &Reading, now: Moment) {
        self.store.keep(reading, now);
    }

    /// A request whose response is complete at once.
    ///
    /// Errors: as [`Bench::read`].
    pub fn ask(&mut self, body: &[u8], account: &str, now: Moment) -> Result<Bill, Rejected> {
        let reading = self.read(body, account, now)?;
        self.keep(&reading, now);
        Ok(reading.bill)
    }

    /// A request as the cache sees it.
    ///
    /// Errors: as [`Bench::read`].
    pub fn blocks(&self, body: &[u8], account: &str) -> Result<Blocks, Rejected> {
        let json: Value = serde_json::from_slice(body)
            .map_err(|e| Rejected { status: 400, message: format!("the body is no JSON: {e}") })?;
        check(&json, &self.strict)
            .map_err(|refusal| Rejected { status: refusal.status, message: refusal.message })?;
        Ok(Blocks::of(&json, account, &self.sizes))
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use serde_json::json;

    use super::*;
    use crate::sim::{Billing, CacheMode, Count, Part, Refresh, Unit};

    fn body(messages: &Value) -> Vec<u8> {
        json!({"model": "qwen3-coder-plus", "messages": messages}).to_string().into_bytes()
    }

    fn element(text: &str, marked: bool) -> Value {
        let mut part = json!({"type": "text", "text": text});
        if marked {
            part["cache_control"] = json!({"type": "ephemeral"});
        }
        part
    }

    fn user(text: &str, marked: bool) -> Value {
        json!({"role": "user", "content": [element(text, marked)]})
    }

    /// Every character is a token.
    fn letters() -> Sizes {
        Sizes { count: Count::new(|text| text.len() as u64), overhead: 0, internal: 6, picture: 0 }
    }

    #[test]
    fn a_request_in_flight_is_not_yet_there_and_one_that_broke_off_never_is() {
        let mut bench = Bench::new(CacheRules::default(), letters());
        let body = body(&json!([user(&"x".repeat(2_000), true)]));
        let first = bench.read(&body, "a", Moment(0)).expect("a reading");
        let second = bench.read(&body, "a", Moment(1)).expect("a reading");
        assert_eq!((first.bill.created, second.bill.cached), (2_000, 0));
        bench.keep(&first, Moment(2));
        assert_eq!(bench.ask(&body, "a", Moment(3)).expect("a bill").cached, 2_000);
        assert_eq!(bench.ask(&body, "b", Moment(3)).expect("a bill").cached, 0, "another account");
    }

    #[test]
    fn what_a_server_refuses_is_refused_here() {
        let mut bench = Bench::default();
        assert!(bench.ask(b"{", "a", Moment(0)).is_err_and(|e| e.message.starts_with("the body is no JSON")));
        let orphan = body(&json!([{"role": "tool", "tool_call_id": "x", "content": "y"}]));
        assert!(bench.ask(&orphan, "a", Moment(0)).is_err_and(|e| e.status == 400));
        let mut strict = bench.strict(Strictness { no_cache_control: true, ..Strictness::default() });
        let rejected = strict.ask(&body(&json!([user("x", true)])), "a", Moment(0)).expect_err("a refusal");
        assert_eq!(
            rejected.to_string(),
            "400: messages[0].content[0].cache_control: Extra inputs are not permitted"
        );
    }

    #[test]
    fn each_part_can_weigh_what_a_client_says_it_weighs() {
        let count = Count::new(|_| 0).weighing(|part| match part {
            Part::Tools(_) => 1_000,
            Part::Message(_) => 100,
            Part::Content(_) => 10,
            Part::Calls(calls) => calls.len() as u64,
        });
        let bench = Bench::new(CacheRules::default(), Sizes { count, ..Sizes::default() });
        let function = json!({"name": "f", "arguments": "{}"});
        let request = json!({
            "model": "m",
            "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
            "messages": [
                {"role": "system", "content": [element("a", false), element("b", true)]},
                {"role": "user", "content": "c"},
                {"role": "assistant", "content": "d", "tool_calls": [
                    {"id": "1", "type": "function", "function": function},
                    {"id": "2", "type": "function", "function": function}]},
                {"role": "tool", "tool_call_id": "1", "content": ""},
                {"role": "tool", "tool_call_id": "2", "content": "e"},
            ],
        });
        let blocks = bench.blocks(request.to_string().as_bytes(), "a").expect("blocks");
        assert_eq!(blocks.totals(), [1_000, 1_110, 1_120, 1_230, 1_340, 1_342, 1_442, 1_552]);
        assert_eq!((blocks.markers(), blocks.tokens()), (&[2_usize][..], 1_558));
    }

    proptest! {
        #[test]
        fn the_parts_of_every_bill_add_up_under_every_reading(
            sizes in vec(1_usize..2_000, 1..12),
            marks in vec(any::<bool>(), 12),
            steps in vec((1_usize..12, 0_u64..400), 1..12),
            look_back in 0_usize..22,
            (unit, refresh) in (any::<bool>(), any::<bool>()),
        ) {
            let rules = CacheRules {
                look_back,
                unit: if unit { Unit::Element } else { Unit::Message },
                refresh: if refresh { Refresh::Longest } else { Refresh::All },
                billing: Billing::Telescoped,
                ..CacheRules::default()
            };
            let mut bench = Bench::new(rules, letters());
            let mut now = Moment(0);
            for (length, wait) in steps {
                now = now.after(std::time::Duration::from_secs(wait));
                let messages: Vec<Value> = (sizes.iter().zip(&marks).take(length))
                    .map(|(size, marked)| user(&"x".repeat(*size), *marked))
                    .collect();
                let bill = bench.ask(&body(&json!(messages)), "a", now).expect("a bill");
                let whole: usize = sizes.iter().take(length).sum();
                prop_assert_eq!(bill.prompt, whole as u64 + 6);
                prop_assert_eq!(bill.cached + bill.created + bill.plain, bill.prompt);
                prop_assert!(bill.plain >= 6);
                if bill.mode == CacheMode::Explicit {
                    prop_assert_eq!(bill.units, bill.cached * 100 + bill.created * 1_250 + bill.plain * 1_000);
                }
            }
        }
    }
}

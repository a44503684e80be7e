//! The provider's rules, row by row, and what simple marker policies cost under them.

use serde_json::{Value, json};

use super::*;
use crate::sim::{Count, Sizes};

/// A text of exactly so many tokens; `mark` keeps texts of one size apart.
fn text(tokens: u64, mark: &str) -> String {
    format!("{mark}<{tokens}>")
}

/// Counts what `text` promised, and nothing else.
fn exact() -> Sizes {
    let promised = |text: &str| {
        text.split('<')
            .skip(1)
            .filter_map(|part| part.split_once('>'))
            .map(|(n, _)| n.parse().unwrap_or(0))
            .sum()
    };
    Sizes { count: Count::new(promised), overhead: 0, internal: 6, picture: 0 }
}

/// A request of blocks with these sizes, with markers on these of them (counted from 1).
fn request(blocks: &[u64], markers: &[usize]) -> Value {
    let message = |(at, tokens): (usize, &u64)| {
        let mut part = json!({"type": "text", "text": text(*tokens, &format!("block {at}"))});
        if markers.contains(&(at + 1)) {
            part["cache_control"] = json!({"type": "ephemeral"});
        }
        json!({"role": "user", "content": [part]})
    };
    let messages: Vec<Value> = blocks.iter().enumerate().map(message).collect();
    json!({"model": "qwen3-coder-plus", "messages": messages})
}

struct Bench {
    store: Store,
    now: Moment,
}

impl Bench {
    fn new(rules: CacheRules) -> Self {
        Self { store: Store::new(rules), now: Moment(1_000_000) }
    }

    fn wait(&mut self, seconds: u64) {
        self.now = self.now.after(std::time::Duration::from_secs(seconds));
    }

    /// Asks and lets the response complete.
    fn ask(&mut self, request: &Value) -> Bill {
        let reading = self.start(request);
        self.store.keep(&reading, self.now);
        reading.bill
    }

    fn start(&mut self, request: &Value) -> Reading {
        self.store.read(&Blocks::of(request, "account", &exact()), self.now)
    }
}

fn explicit_only() -> CacheRules {
    CacheRules { implicit_models: Vec::new(), ..CacheRules::default() }
}

fn bench() -> Bench {
    Bench::new(explicit_only())
}

/// Read, written, plain, units, units without a cache.
fn figures(bill: Bill) -> (u64, u64, u64, u64, u64) {
    (bill.cached, bill.created, bill.plain, bill.units, bill.units_without_cache)
}

#[test]
fn row_1_to_3_a_first_request_writes_and_the_next_reads_it_and_writes_the_difference() {
    let mut bench = bench();
    let first = bench.ask(&request(&[1200], &[1]));
    assert_eq!(figures(first), (0, 1200, 6, 1_506_000, 1_206_000));
    bench.wait(299);
    let second = bench.ask(&request(&[1200, 300], &[2]));
    assert_eq!(figures(second), (1200, 300, 6, 501_000, 1_506_000));
    assert_eq!(first.units + second.units, 2_007_000);
    assert_eq!(first.units_without_cache + second.units_without_cache, 2_712_000);
}

#[test]
fn row_4_a_request_sent_before_the_first_has_finished_reads_nothing() {
    let mut bench = bench();
    let first = bench.start(&request(&[1200], &[1]));
    let second = bench.start(&request(&[1200, 300], &[2]));
    bench.store.keep(&first, bench.now);
    bench.store.keep(&second, bench.now);
    assert_eq!(figures(second.bill), (0, 1500, 6, 1_881_000, 1_506_000));
}

#[test]
fn row_5_after_more_than_five_idle_minutes_everything_is_written_again() {
    let mut bench = bench();
    bench.ask(&request(&[1200], &[1]));
    bench.wait(301);
    assert_eq!(figures(bench.ask(&request(&[1200, 300], &[2]))), (0, 1500, 6, 1_881_000, 1_506_000));
}

#[test]
fn row_6_and_7_a_block_under_the_minimum_is_not_stored() {
    let mut bench = Bench::new(CacheRules::default());
    let first = bench.ask(&request(&[900], &[1]));
    assert_eq!(figures(first), (0, 0, 906, 906_000, 906_000));
    assert_eq!(first.mode, CacheMode::Explicit, "the marker gave up the implicit cache");
    assert_eq!(figures(bench.ask(&request(&[900, 300], &[2]))), (0, 1200, 6, 1_506_000, 1_206_000));
}

#[test]
fn row_8_tools_count_toward_the_minimum() {
    let mut with_tools = request(&[400], &[1]);
    with_tools["tools"] =
        json!([{"type": "function", "function": {"name": "a", "description": text(800, "")}}]);
    assert_eq!(figures(bench().ask(&with_tools)), (0, 1200, 6, 1_506_000, 1_206_000));
}

#[test]
fn row_9_to_11_twenty_blocks_are_looked_back_and_twenty_one_are_not() {
    let tail = |count: usize| [vec![1500], vec![100; count]].concat();
    let after = |blocks: &[u64], markers: &[usize]| {
        let mut bench = bench();
        bench.ask(&request(&[1500], &[1]));
        figures(bench.ask(&request(blocks, markers)))
    };
    assert_eq!(after(&tail(20), &[21]), (1500, 2000, 6, 2_656_000, 3_506_000));
    assert_eq!(after(&tail(21), &[22]), (0, 3600, 6, 4_506_000, 3_606_000));
    assert_eq!(after(&tail(21), &[1, 22]), (1500, 2100, 6, 2_781_000, 3_606_000));
}

#[test]
fn row_12_of_six_markers_the_first_two_are_ignored() {
    let mut bench = bench();
    let blocks = [vec![1100, 100], vec![100; 40], vec![100; 4]].concat();
    bench.ask(&request(&blocks[..2], &[2]));
    let all: u64 = blocks.iter().sum();
    let bill = bench.ask(&request(&blocks, &[1, 2, 43, 44, 45, 46]));
    assert_eq!(figures(bill), (0, all, 6, all * 1_250 + 6_000, (all + 6) * 1_000));
}

#[test]
fn row_13_the_recorded_usage_of_a_live_request() {
    assert_eq!(figures(bench().ask(&request(&[29_713], &[1]))), (0, 29_713, 6, 37_147_250, 29_719_000));
}

#[test]
fn row_14_and_15_another_model_reads_nothing_of_this_one() {
    let mut bench = bench();
    bench.ask(&request(&[1305], &[1]));
    let again = request(&[1305, 213], &[2]);
    assert_eq!(figures(bench.ask(&again)), (1305, 213, 6, 402_750, 1_524_000));
    let mut other = again;
    other["model"] = json!("qwen3-coder-flash");
    assert_eq!(figures(bench.ask(&other)), (0, 1518, 6, 1_903_500, 1_524_000));
}

#[test]
fn an_aborted_response_stores_nothing() {
    let mut bench = bench();
    drop(bench.start(&request(&[1200], &[1])));
    assert_eq!(bench.ask(&request(&[1200, 300], &[2])).cached, 0);
}

#[test]
fn requests_that_start_together_each_pay_the_write() {
    let mut bench = bench();
    let readings: Vec<Reading> = (0..4).map(|_| bench.start(&request(&[5000], &[1]))).collect();
    assert_eq!(readings.iter().map(|reading| reading.bill.created).collect::<Vec<_>>(), [5000; 4]);
    bench.store.keep(&readings[0], bench.now);
    assert_eq!(bench.ask(&request(&[5000], &[1])).cached, 5000);
}

#[test]
fn a_new_block_can_be_hit_only_when_it_is_ready() {
    let mut bench =
        Bench::new(CacheRules { ready_delay: std::time::Duration::from_secs(2), ..explicit_only() });
    bench.ask(&request(&[1200], &[1]));
    bench.wait(1);
    assert_eq!(bench.start(&request(&[1200], &[1])).bill.cached, 0);
    bench.wait(1);
    assert_eq!(bench.start(&request(&[1200], &[1])).bill.cached, 1200);
}

#[test]
fn a_hit_keeps_the_longest_block_alive_and_under_the_other_reading_all_before_it() {
    let shorter_after = |refresh| {
        let mut bench = Bench::new(CacheRules { refresh, ..explicit_only() });
        bench.ask(&request(&[1100, 100], &[1, 2]));
        bench.wait(200);
        assert_eq!(bench.ask(&request(&[1100, 100], &[2])).cached, 1200);
        bench.wait(200);
        bench.start(&request(&[1100], &[1])).bill.cached
    };
    assert_eq!(shorter_after(Refresh::Longest), 0);
    assert_eq!(shorter_after(Refresh::All), 1100);
}

#[test]
fn several_missed_markers_cost_as_much_as_the_highest_or_each_for_itself() {
    let created = |billing| {
        let mut bench = Bench::new(CacheRules { billing, ..explicit_only() });
        figures(bench.ask(&request(&[1100, 100, 100], &[1, 2, 3])))
    };
    assert_eq!(created(Billing::Telescoped), (0, 1300, 6, 1_631_000, 1_306_000));
    assert_eq!(created(Billing::PerMarker), (0, 3600, 6, 4_506_000, 1_306_000));
}

#[test]
fn the_look_back_counts_elements_or_messages() {
    let parts = |count: usize| {
        let mut all: Vec<Value> =
            (0..count).map(|at| json!({"type": "text", "text": text(100, &at.to_string())})).collect();
        all[count - 1]["cache_control"] = json!({"type": "ephemeral"});
        let mut request = request(&[1500], &[]);
        let messages = request["messages"].as_array_mut().unwrap();
        messages.push(json!({"role": "user", "content": all}));
        request
    };
    let cached = |unit| {
        let mut bench = Bench::new(CacheRules { unit, ..explicit_only() });
        bench.ask(&request(&[1500], &[1]));
        bench.ask(&parts(30)).cached
    };
    assert_eq!(cached(Unit::Element), 0);
    assert_eq!(cached(Unit::Message), 1500);
}

#[test]
fn a_string_and_an_array_of_one_text_are_the_same_block() {
    let mut bench = bench();
    bench.ask(&request(&[1200], &[1]));
    let mut next = request(&[1200, 300], &[2]);
    next["messages"][0]["content"] = next["messages"][0]["content"][0]["text"].clone();
    assert_eq!(bench.ask(&next).cached, 1200);
}

#[test]
fn whatever_else_changes_before_the_marker_is_another_block() {
    let call = |id: &str, arguments: &str| {
        json!({"model": "qwen3-coder-plus", "tools": [{"a": 1, "b": 2}], "messages": [
            {"role": "user", "content": text(1200, "")},
            {"role": "assistant", "content": null, "tool_calls": [
                {"id": id, "type": "function", "function": {"name": "a", "arguments": arguments}}]},
            {"role": "tool", "tool_call_id": id, "content": [
                {"type": "text", "text": "done", "cache_control": {"type": "ephemeral"}}]},
        ]})
    };
    let cached = |change: &dyn Fn(&mut Value), account: &str| {
        let mut bench = bench();
        bench.ask(&call("x", "{}"));
        let mut second = call("x", "{}");
        change(&mut second);
        bench.store.read(&Blocks::of(&second, account, &exact()), bench.now).bill.cached
    };
    assert_eq!(cached(&|_| (), "account"), 1200);
    assert_eq!(cached(&|_| (), "other account"), 0);
    assert_eq!(cached(&|r| *r = call("y", "{}"), "account"), 0);
    assert_eq!(cached(&|r| *r = call("x", "{\"a\":1}"), "account"), 0);
    assert_eq!(cached(&|r| r["tools"] = json!([{"b": 2, "a": 1}]), "account"), 0);
    assert_eq!(cached(&|r| r["messages"][0]["role"] = json!("system"), "account"), 0);
}

#[test]
fn a_model_off_the_list_ignores_markers_without_a_word() {
    let mut bench = bench();
    let mut request = request(&[1200], &[1]);
    request["model"] = json!("some-local-model");
    bench.ask(&request);
    assert_eq!(figures(bench.ask(&request)), (0, 0, 1206, 1_206_000, 1_206_000));
}

#[test]
fn the_implicit_cache_finds_what_was_seen_before_if_it_is_willing() {
    let second = |hits| {
        let mut bench = Bench::new(CacheRules { implicit_hits: hits, ..CacheRules::default() });
        bench.ask(&request(&[200, 300], &[]));
        figures(bench.ask(&request(&[200, 300, 100], &[])))
    };
    assert_eq!(second(true), (500, 0, 106, 206_000, 606_000));
    assert_eq!(second(false), (0, 0, 606, 606_000, 606_000));
    let mut bench = Bench::new(CacheRules::default());
    bench.ask(&request(&[200], &[]));
    assert_eq!(bench.ask(&request(&[200, 300], &[])).cached, 0, "200 tokens are under the implicit minimum");
}

/// Runs a loop of requests, 30 seconds apart, that each append blocks; `marks` gets the length of this request and
/// of the one before. *Unit:* of the result, tenths of a thousand standard tokens.
fn agent_loop(
    look_back: usize,
    steps: &[Vec<u64>],
    marks: impl Fn(usize, usize) -> Vec<usize>,
) -> (u64, u64) {
    let mut bench = Bench::new(CacheRules { look_back, ..explicit_only() });
    let mut blocks = vec![3000, 4000];
    let (mut paid, mut plain, mut before) = (0, 0, 2);
    for step in steps {
        blocks.extend(step);
        let mut body = request(&blocks, &marks(blocks.len(), before));
        body["tools"] = json!([text(6000, "")]);
        let bill = bench.ask(&body);
        paid += bill.units;
        plain += bill.units_without_cache;
        before = blocks.len();
        bench.wait(30);
    }
    (round(paid), round(plain))
}

fn round(units: u64) -> u64 {
    (units + 50_000) / 100_000
}

#[test]
fn a_marker_on_the_last_message_alone_costs_more_than_no_cache_when_turns_are_long() {
    let bursts = vec![vec![150; 25]; 10];
    let steps = vec![vec![300, 900]; 30];
    let last = |now: usize, _: usize| vec![now];
    let system = |now: usize, _: usize| vec![2, now];
    let ladder = |now: usize, _: usize| {
        [2, now.saturating_sub(38), now.saturating_sub(19), now].into_iter().filter(|m| *m > 0).collect()
    };
    let anchors = |now: usize, before: usize| vec![2, before, now];
    assert_eq!(agent_loop(20, &bursts, last), (4204, 3363));
    assert_eq!(agent_loop(20, &bursts, system), (2858, 3363));
    assert_eq!(agent_loop(20, &bursts, ladder), (918, 3363));
    assert_eq!(agent_loop(20, &bursts, anchors), (918, 3363));
    for policy in [&last as &dyn Fn(usize, usize) -> Vec<usize>, &system, &ladder, &anchors] {
        assert_eq!(agent_loop(20, &steps, policy), (1513, 9482));
    }
    for look_back in [15, 19, 21] {
        assert_eq!(agent_loop(look_back, &bursts, anchors), (918, 3363));
    }
}

//! The worked examples of the rules (`docs/sources.md`, wire 3.4), row by row: billed by the simulator, charged by the
//! client, and for the rows about look-back, what the planner makes of them.

use std::time::Duration;

use qwen::{
    base::{Moment, Tokens},
    cache::charge,
    protocol::{CacheTerms, Usage},
    sim::{Bill, Blocks, Count, Sizes, Store},
};
use serde_json::{Value, json};

use crate::{
    client::{Client, Sized, head},
    world::{Rules, World},
};

/// One row: what was asked before, what is asked now, and read, written, plain, cost, cost without a cache.
struct Row {
    name: &'static str,
    /// Sizes of the blocks and the places of the markers, counted from 1.
    before: Option<(Vec<u64>, Vec<usize>)>,
    /// *Unit:* seconds; `None` when the request before has not ended.
    idle: Option<u64>,
    tools: u64,
    blocks: Vec<u64>,
    markers: Vec<usize>,
    is_other_model: bool,
    bill: (u64, u64, u64),
    /// *Unit:* thousandths of a token.
    cost: (u64, u64),
}

impl Row {
    fn new(
        name: &'static str,
        blocks: &[u64],
        markers: &[usize],
        bill: (u64, u64, u64),
        cost: (u64, u64),
    ) -> Self {
        let (blocks, markers) = (blocks.to_vec(), markers.to_vec());
        let (before, idle, tools, is_other_model) = (None, Some(30), 0, false);
        Self { name, before, idle, tools, blocks, markers, is_other_model, bill, cost }
    }

    fn after(self, blocks: &[u64], markers: &[usize]) -> Self {
        Self { before: Some((blocks.to_vec(), markers.to_vec())), ..self }
    }
}

fn rows() -> Vec<Row> {
    let tail = |count: usize| [vec![1_500], vec![100; count]].concat();
    let long: Vec<u64> = [vec![1_100, 100], vec![100; 44]].concat();
    let all: u64 = long.iter().sum();
    let growth = |row: Row| row.after(&[1_200], &[1]);
    let later = |row: Row| row.after(&[1_500], &[1]);
    let said = |row: Row| row.after(&[1_305], &[1]);
    vec![
        Row::new("1 first", &[1_200], &[1], (0, 1_200, 6), (1_506_000, 1_206_000)),
        growth(Row::new("2 more", &[1_200, 300], &[2], (1_200, 300, 6), (501_000, 1_506_000))),
        Row {
            idle: None,
            ..growth(Row::new("4 too early", &[1_200, 300], &[2], (0, 1_500, 6), (1_881_000, 1_506_000)))
        },
        Row {
            idle: Some(301),
            ..growth(Row::new("5 idle", &[1_200, 300], &[2], (0, 1_500, 6), (1_881_000, 1_506_000)))
        },
        Row::new("6 small", &[900], &[1], (0, 0, 906), (906_000, 906_000)),
        Row::new("7 grown", &[900, 300], &[2], (0, 1_200, 6), (1_506_000, 1_206_000)).after(&[900], &[1]),
        Row { tools: 800, ..Row::new("8 tools count", &[400], &[1], (0, 1_200, 6), (1_506_000, 1_206_000)) },
        later(Row::new("9 twenty", &tail(20), &[21], (1_500, 2_000, 6), (2_656_000, 3_506_000))),
        later(Row::new("10 twenty-one", &tail(21), &[22], (0, 3_600, 6), (4_506_000, 3_606_000))),
        later(Row::new("11 anchored", &tail(21), &[1, 22], (1_500, 2_100, 6), (2_781_000, 3_606_000))),
        Row::new(
            "12 six markers",
            &long,
            &[1, 2, 43, 44, 45, 46],
            (0, all, 6),
            (all * 1_250 + 6_000, (all + 6) * 1_000),
        )
        .after(&long[..2], &[2]),
        Row::new("13 live", &[29_713], &[1], (0, 29_713, 6), (37_147_250, 29_719_000)),
        said(Row::new("14 session", &[1_305, 213], &[2], (1_305, 213, 6), (402_750, 1_524_000))),
        Row {
            is_other_model: true,
            ..said(Row::new("15 switch", &[1_305, 213], &[2], (0, 1_518, 6), (1_903_500, 1_524_000)))
        },
    ]
}

/// Counts what `<n>` in a text promises.
fn promised() -> Sizes {
    let count = |text: &str| {
        let numbers = text.split('<').skip(1).filter_map(|part| part.split_once('>'));
        numbers.map(|(n, _)| n.parse().unwrap_or(0)).sum()
    };
    Sizes { count: Count::new(count), overhead: 0, internal: 6, picture: 0 }
}

fn request(model: &str, tools: u64, blocks: &[u64], markers: &[usize]) -> Value {
    let message = |(at, tokens): (usize, &u64)| {
        let mut part = json!({"type": "text", "text": format!("block {at} <{tokens}>")});
        if markers.contains(&(at + 1)) {
            part["cache_control"] = json!({"type": "ephemeral"});
        }
        json!({"role": "user", "content": [part]})
    };
    let messages: Vec<Value> = blocks.iter().enumerate().map(message).collect();
    let tools = json!([{"type": "function", "function": {"description": format!("<{tools}>")}}]);
    json!({"model": model, "tools": tools, "messages": messages})
}

fn billed(row: &Row) -> Bill {
    let mut store = Store::new(qwen::sim::CacheRules::default());
    let mut now = Moment(1_000_000);
    let read =
        |store: &mut Store, body: &Value, now| store.read(&Blocks::of(body, "account", &promised()), now);
    if let Some((blocks, markers)) = &row.before {
        let reading = read(&mut store, &request("qwen3-coder-plus", row.tools, blocks, markers), now);
        if let Some(idle) = row.idle {
            store.keep(&reading, now);
            now = now.after(Duration::from_secs(idle));
        }
    }
    let model = if row.is_other_model { "qwen3-coder-flash" } else { "qwen3-coder-plus" };
    read(&mut store, &request(model, row.tools, &row.blocks, &row.markers), now).bill
}

#[test]
fn every_worked_example_is_billed_and_charged_as_it_says() {
    for row in rows() {
        let bill = billed(&row);
        assert_eq!((bill.cached, bill.created, bill.plain), row.bill, "{}", row.name);
        let usage = Usage {
            input: Tokens(bill.prompt),
            cached: Some(Tokens(bill.cached)),
            created: Some(Tokens(bill.created)),
            ..Usage::default()
        };
        let charged = charge(&usage, &CacheTerms::default(), &[], true);
        assert_eq!((charged.units, charged.units_uncached), row.cost, "{}", row.name);
        assert_eq!((bill.units, bill.units_without_cache), row.cost, "{}", row.name);
    }
    let cost = |n: usize| rows()[n].cost;
    assert_eq!(
        (cost(0).0 + cost(1).0, cost(0).1 + cost(1).1),
        (2_007_000, 2_712_000),
        "3: the sum of 1 and 2"
    );
}

#[test]
fn however_many_blocks_come_at_once_the_plan_pays_as_in_row_eleven() {
    let sized = Sized { tools: 800, instructions: 200, repository: 500 };
    let costs = [20, 21, 60].map(|calls| {
        let mut world = World::new(Rules::STATED);
        let mut client = Client::new(&world, "row", head(sized, "a"));
        client.say(40);
        client.step(&mut world, calls - 1, 100);
        client.ask(&mut world, 5);
        let [first, second] = [0, 1].map(|at| world.asked[at].bill);
        assert_eq!(second.cached, first.prompt - 6, "everything before is read");
        assert_eq!(second.plain, 6, "everything new is written");
        second.units - second.created * 1_250
    });
    assert_eq!(costs[0], costs[1]);
    assert_eq!(costs[1], costs[2]);
}

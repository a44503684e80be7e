//! Sharding, reading lines of tasks, and reading results that a kill left.

use clap::Parser;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    Batch, Shard,
    results::{Contents, read},
    spent::Spent,
    task::{self, Bad, Task},
};
use crate::base::Money;

#[derive(Parser)]
struct Words {
    #[command(flatten)]
    batch: Batch,
}

fn flags(words: &[&str]) -> Batch {
    Words::parse_from(["batch", "tasks.jsonl"].iter().chain(words)).batch
}

fn tasks(text: &str) -> Result<Vec<Task>, Vec<Bad>> {
    task::read(text, &flags(&[]))
}

fn ids(text: &str) -> Vec<String> {
    tasks(text).expect("tasks").into_iter().map(|task| task.id).collect()
}

#[test]
fn a_task_says_what_it_is_and_flags_say_the_rest() {
    let line = json!({
        "id": 7, "prompt": "-fix it\n", "cwd": "a", "model": "m", "approval_mode": "yolo",
        "allowed_tools": ["Bash(ls, -l)"], "max_session_turns": -1, "max_cost": 0.5, "timeout": 90,
        "append_system_prompt": "Be brief.",
    });
    let text = format!("\u{feff}{line}\n\n\"hello\"\n");
    let all = task::read(&text, &flags(&["--timeout", "5m", "-m", "all", "--", "--bare"])).expect("tasks");
    let (first, second) = (&all[0], &all[1]);
    assert_eq!((first.id.as_str(), first.line, first.prompt.as_str()), ("7", 1, "-fix it\n"));
    assert_eq!(first.cwd.as_deref(), Some("a".as_ref()));
    let own = [
        "--bare",
        "--output-format=stream-json",
        "--model=m",
        "--approval-mode=yolo",
        "--max-session-turns=-1",
        "--max-cost=0.5",
        "--max-wall-time=90",
        "--append-system-prompt=Be brief.",
        "--allowed-tools=Bash(ls, -l)",
    ];
    assert_eq!(first.words, own);
    assert_eq!((first.max_cost, first.names_model), (Some(Money::from_dollars(0.5)), true));
    assert_eq!((second.max_cost, second.names_model), (None, false));
    assert_eq!((second.id.len(), second.line, second.prompt.as_str()), (16, 3, "hello"));
    assert_eq!(second.words, ["--bare", "--output-format=stream-json", "--model=all", "--max-wall-time=5m"]);
}

#[test]
fn every_line_that_is_no_task_is_told() {
    let text = "\"ok\"\n{\"prompt\": }\n{\"promt\": \"x\"}\n[]\n\"  \"\n{\"id\": \"a\", \"prompt\": \"x\"}\n\
                {\"id\": \"a\", \"prompt\": \"y\"}\n{\"id\": [], \"prompt\": \"x\"}\n";
    let told: Vec<(usize, String)> =
        tasks(text).expect_err("bad lines").into_iter().map(|bad| (bad.line, bad.why)).collect();
    let known = "expected one of `id`, `prompt`, `cwd`, `model`, `approval_mode`, `allowed_tools`, `exclude_tools`, \
                 `max_session_turns`, `max_tool_calls`, `max_cost`, `timeout`, `system_prompt`, `append_system_prompt`";
    let expected = [
        (2, "is no JSON: expected value at column 12".to_owned()),
        (3, format!("unknown field `promt`, {known}")),
        (4, "is neither a prompt in quotes nor an object with a `prompt`".to_owned()),
        (5, "the prompt is empty".to_owned()),
        (7, "the id `a` is that of line 6".to_owned()),
        (8, "`id` is neither a text nor a number".to_owned()),
    ];
    assert_eq!(told, expected);
}

#[test]
fn the_same_line_twice_is_two_tasks_wherever_they_stand() {
    let twice = ids("\"a\"\n\"b\"\n\"a\"\n");
    assert_eq!(twice[2], format!("{}-2", twice[0]));
    assert_eq!(ids("\"x\"\n\"a\"\n \"a\" \n")[1..], [twice[0].clone(), twice[2].clone()]);
}

#[test]
fn a_part_is_named_by_flag_or_by_kubernetes() {
    let asked = |shard: Option<&str>, shards, completion| {
        let shard = shard.map(|text| text.parse().expect("a part"));
        Shard::asked(shard, shards, completion).map(|part| part.to_string()).map_err(|failure| failure.error)
    };
    assert_eq!(asked(None, None, None), Ok("1/1".to_owned()));
    assert_eq!(asked(Some("2/3"), None, Some("0")), Ok("2/3".to_owned()));
    assert_eq!(asked(None, Some(3), Some("2")), Ok("3/3".to_owned()));
    assert_eq!(asked(None, None, Some("2")), Ok("1/1".to_owned()));
    let missing = "`--shards` needs `JOB_COMPLETION_INDEX` in the environment, which is not set";
    assert_eq!(asked(None, Some(3), None), Err(missing.to_owned()));
    let beyond = "`JOB_COMPLETION_INDEX` is `3`, which is none of 0 to 2";
    assert_eq!(asked(None, Some(3), Some("3")), Err(beyond.to_owned()));
    for wrong in ["0/3", "4/3", "1/0", "1", "a/b", "-1/3", "1/3/4", ""] {
        assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
    }
}

#[test]
fn a_price_nobody_knows_makes_the_sum_unknown_and_nothing_used_costs_nothing() {
    let line = |tokens: u64, usd: Value| {
        json!({"num_turns": 1, "usage": {"input_tokens": tokens, "output_tokens": 1},
               "cost": {"units": 1.5, "units_without_cache": 2, "usd": usd, "usd_without_cache": usd}})
    };
    let known = Spent::of(&line(10, json!(0.25)));
    let nothing = Spent::of(&json!({"is_error": true}));
    assert_eq!(known.plus(nothing).cost_json()["usd"], 0.25);
    assert_eq!(
        known.plus(known).cost_json(),
        json!({
            "units": 3.0, "units_without_cache": 4.0, "usd": 0.5, "usd_without_cache": 0.5
        })
    );
    assert_eq!(known.plus(Spent::of(&line(10, Value::Null))).cost_json()["usd"], Value::Null);
}

fn some_lines() -> impl Strategy<Value = Vec<Value>> {
    let line = ("[a-z]{1,8}", "\\PC{0,12}", 0_u8..3);
    prop::collection::vec(line, 0..12).prop_map(|all| {
        let line = |(id, result, code)| json!({"id": id, "result": result, "exit_code": code});
        all.into_iter().map(line).collect()
    })
}

proptest! {
    #[test]
    fn parts_share_nothing_and_leave_nothing_out(total in 1_u32..40, count in 0_usize..300) {
        let parts: Vec<Shard> = (1..=total).map(|i| format!("{i}/{total}").parse().expect("a part")).collect();
        let mut sizes = vec![0_usize; parts.len()];
        for number in 0..count {
            let owners: Vec<usize> = (0..parts.len()).filter(|at| parts[*at].has(number)).collect();
            prop_assert_eq!(owners.len(), 1);
            sizes[owners[0]] += 1;
        }
        let (least, most) = (sizes.iter().min().expect("parts"), sizes.iter().max().expect("parts"));
        prop_assert!(most - least <= 1, "as even as can be: {:?}", sizes);
    }

    #[test]
    fn results_cut_at_any_byte_lose_at_most_the_line_that_was_cut(lines in some_lines(), at in any::<prop::sample::Index>()) {
        let text = lines.iter().fold(String::new(), |text, line| text + &line.to_string() + "\n");
        let cut = if text.is_empty() { 0 } else { at.index(text.len() + 1) };
        let bytes = &text.as_bytes()[..cut];
        let found = read(bytes);
        // A line that lacks its end alone is whole.
        let whole = text.bytes().enumerate().filter(|(at, byte)| *byte == b'\n' && *at <= cut).count().min(lines.len());
        prop_assert_eq!(&found.lines[..], &lines[..whole]);
        prop_assert!(found.odd.is_empty());
        // What is kept, with its end, and written on, reads as if nothing had happened.
        let mut mended = bytes[..found.kept].to_vec();
        if found.is_open {
            mended.push(b'\n');
        }
        for line in &lines[whole..] {
            mended.extend_from_slice(format!("{line}\n").as_bytes());
        }
        prop_assert_eq!(String::from_utf8(mended).expect("text"), text);
    }

    #[test]
    fn any_bytes_can_be_read_as_results(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let Contents { kept, .. } = read(&bytes);
        prop_assert!(kept <= bytes.len());
        prop_assert_eq!(read(&bytes[..kept]).kept, kept);
    }
}

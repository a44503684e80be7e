//! The screen in a pseudo-terminal: starting, long answers, long outputs, keys meanwhile, and doing nothing.

mod start;

use std::{
    fmt::Write as _,
    fs, thread,
    time::{Duration, Instant},
};

use qwen::sim::{Shape, Sim, Turn, call, say};
use serde_json::json;
use tokio::runtime::Runtime;

pub(crate) use self::start::start;
use crate::{Place, report, shaped, usage, window::Window};

/// Stands at the end of an answer.
const END: &str = "The-very-end.";

/// `QWEN_BENCH_PART=10` makes everything a tenth as long, to try the benches themselves.
fn part(whole: u32) -> u32 {
    let part = std::env::var("QWEN_BENCH_PART").ok().and_then(|part| part.parse().ok()).unwrap_or(1);
    whole / part
}

/// A simulator whose events hold five letters each: one token of the vocabulary.
fn model(runtime: &Runtime, turns: Vec<Turn>) -> Sim {
    shaped(runtime, qwen::sim::Script::turns(turns), Shape { chunk: 5, ..Shape::default() })
}

/// Takes a request that was answered; gives when its last byte was sent.
fn finished(sim: &Sim) -> Instant {
    sim.requests().last().unwrap().finished.unwrap()
}

/// What a long answer or output did to the screen.
struct Watched {
    /// From the last byte of the answer until its end is shown.
    behind: Option<Duration>,
    took: Duration,
    processor: f64,
    resident: f64,
    echoes: Vec<Duration>,
}

/// Says something, types a key every 100 ms until `end` is shown, and measures.
fn watch(window: &mut Window, sim: &Sim, words: &str, end: &str) -> Watched {
    let before = usage(window.id()).0;
    window.says(words);
    let began = Instant::now();
    let mut echoes = Vec::new();
    let mut next = began + Duration::from_millis(300);
    while !window.shows(end) {
        assert!(began.elapsed() < Duration::from_secs(100), "`{end}` is never shown");
        if Instant::now() >= next {
            echoes.push(window.echo());
            next = Instant::now() + Duration::from_millis(100);
        }
        thread::sleep(Duration::from_millis(1));
    }
    let shown = Instant::now();
    let (after, resident) = usage(window.id());
    let last = sim.requests().last().and_then(|r| r.finished);
    let behind = last.map(|last| shown.saturating_duration_since(last));
    Watched { behind, took: shown - began, processor: after - before, resident, echoes }
}

fn told(what: &str, watched: &Watched, aims: [&str; 3]) {
    let milliseconds = |d: Duration| d.as_secs_f64() * 1e3;
    if let Some(behind) = watched.behind {
        report(&format!("{what}, shown after the last byte"), milliseconds(behind), "ms", aims[0]);
    }
    report("  from Enter until the end is shown", milliseconds(watched.took), "ms", "–");
    report("  processor", watched.processor, "s", aims[1]);
    report("  resident", watched.resident, "MB", aims[2]);
    if let Some(worst) = watched.echoes.iter().max() {
        report("  a key is shown meanwhile, median", crate::median(watched.echoes.clone()), "ms", "≤ 30");
        report("  a key is shown meanwhile, worst", milliseconds(*worst), "ms", "≤ 30");
    }
}

fn open(place: &Place, sim: &Sim, words: &[&str]) -> Window {
    let window = Window::open(place, Some(sim), words);
    window.waits_for("ctx ");
    window
}

/// 25,000 tokens at 5,000 a second.
pub(crate) fn tokens(runtime: &Runtime) {
    let place = Place::new(10);
    let sim = model(runtime, vec![say(crate::words(part(25_000)) + "\n\n" + END).pace(5_000)]);
    let mut window = open(&place, &sim, &[]);
    let watched = watch(&mut window, &sim, "write", END);
    told("screen, 25,000 tokens at 5,000 a second", &watched, ["≤ 300", "≤ 1.0", "≤ 80"]);
}

/// One paragraph of 20,000 lines, and a list, a table and code as long, as fast as they are taken.
pub(crate) fn flood(runtime: &Runtime) {
    let lines = |line: &dyn Fn(u32) -> String| (1..=part(20_000)).map(line).collect::<Vec<_>>().concat();
    let answers = [
        ("paragraph", lines(&|n| format!("line {n} of one long paragraph\n"))),
        ("list", lines(&|n| format!("- item {n} of one long list\n"))),
        ("table", "| n | what |\n|--:|---|\n".to_owned() + &lines(&|n| format!("| {n} | a row |\n"))),
        ("code", format!("```rust\n{}```\n", lines(&|n| format!("let x{n} = call({n}, \"text\");\n")))),
    ];
    for (what, answer) in answers {
        let place = Place::new(10);
        let turn: Turn = say(answer + "\n\n" + END);
        let sim = shaped(runtime, turn, Shape { chunk: 200, ..Shape::default() });
        let mut window = open(&place, &sim, &[]);
        let watched = watch(&mut window, &sim, "write", END);
        told(&format!("screen, 20,000 lines of a {what}"), &watched, ["≤ 2,000", "–", "≤ 150"]);
    }
}

/// A command that prints 100,000 lines.
pub(crate) fn output(runtime: &Runtime) {
    let place = Place::new(10);
    let command = call("run_shell_command", json!({"command": "seq 1 100000", "is_background": false}));
    let sim = model(runtime, vec![command, say(END)]);
    let mut window = open(&place, &sim, &["--approval-mode", "yolo"]);
    let mut watched = watch(&mut window, &sim, "count", END);
    assert!(window.shows("100000") && window.shows("99,975 more lines"), "the last line is not the last one");
    watched.behind = None;
    told("screen, seq 1 100000", &watched, ["–", "–", "≤ 150"]);
    report("  in all", watched.took.as_secs_f64() * 1e3, "ms", "≤ 2,000");
}

/// What one token costs in answers of 1,000, 10,000 and 100,000 tokens of everything markdown has.
pub(crate) fn growth(runtime: &Runtime) {
    let mut first = None;
    for count in [1_000, 10_000, 100_000].map(|n| part(n) as usize) {
        let mut answer = String::new();
        let mut part = 0;
        while answer.len() < count * 5 {
            part += 1;
            let _ = write!(
                answer,
                "Part {part} has **words** and `code`.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nlet x = {part};\n```\n\n"
            );
        }
        let place = Place::new(10);
        // The first answer warms everything up.
        let turns = vec![say("ok, ready-now."), say(answer + END).pace(5_000)];
        let sim = model(runtime, turns);
        let mut window = open(&place, &sim, &[]);
        window.says("warm up");
        window.waits_for("ready-now.");
        thread::sleep(Duration::from_millis(300));
        let before = nanoseconds(window.id());
        window.says("write");
        window.waits_for(END);
        let each = (nanoseconds(window.id()) - before) / 1e3 / count as f64;
        report(&format!("screen, one of {count} tokens at 5,000 a second, processor"), each, "µs", "flat");
        let first = *first.get_or_insert(each);
        report("  times that of 1,000", each / first, "×", "≤ 1.2");
        let behind = Instant::now().saturating_duration_since(finished(&sim));
        report("  shown after the last byte", behind.as_secs_f64() * 1e3, "ms", "≤ 300");
    }
}

/// Processor time of all threads that run; zero where there is no /proc.
fn nanoseconds(id: u32) -> f64 {
    let tasks = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let of = |path: std::path::PathBuf| -> Option<f64> {
        fs::read_to_string(path.join("schedstat")).ok()?.split_whitespace().next()?.parse().ok()
    };
    tasks.filter_map(|task| of(task.path())).sum()
}

/// The screen, waiting: before anything was said, and after a turn.
pub(crate) fn idle(runtime: &Runtime) {
    let place = Place::new(300);
    let sim = model(runtime, vec![say(END)]);
    let mut window = open(&place, &sim, &[]);
    for (when, talks) in [("fresh", false), ("after a turn", true)] {
        if talks {
            window.says("hi");
            window.waits_for(END);
        }
        thread::sleep(Duration::from_secs(3));
        let (before, written) = (usage(window.id()).0, window.bytes());
        thread::sleep(Duration::from_secs(10));
        let (after, resident) = usage(window.id());
        report(&format!("screen, idle {when}, resident"), resident, "MB", "≤ 40");
        report(&format!("screen, idle {when} 10 s, processor"), after - before, "s", "≤ 0.02");
        let bytes = (window.bytes() - written) as f64;
        report(&format!("screen, idle {when} 10 s, bytes written"), bytes, "bytes", "0");
    }
}

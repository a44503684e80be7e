//! `cargo bench`: what a person waits for and what it takes, measured on the real binary against the simulator.
//!
//! Prints one figure a line. How to read them, and what they were compared with: `docs/performance.md`.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot run should stop where it is")]

mod endless;
mod screen;
mod window;

use std::{
    fs,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use qwen::{
    base::{Account, Moment, Tokens},
    cache::{self, Forecast, Ledger, Limits, Scope},
    prompt::{Head, Prompt},
    protocol::{self, CacheTerms, Item, Usage, UserMessage},
    sim::{CacheRules, Count, Script, Shape, Sim, SimOptions, Sizes, Turn, call, say},
};
use serde_json::json;
use tiktoken::CoreBpe;

const QWEN: &str = env!("CARGO_BIN_EXE_qwen");

/// What one bench needs: the runtime of the simulator.
type Bench = fn(&tokio::runtime::Runtime);

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _guard = runtime.enter();
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let benches: &[(&str, Bench)] = &[
        ("version", version),
        ("hello", hello),
        ("turns", turns),
        ("files", files),
        ("stream", stream),
        ("endless", endless::session),
        ("screen-start", screen::start),
        ("screen-idle", screen::idle),
        ("screen-tokens", screen::tokens),
        ("screen-flood", screen::flood),
        ("screen-output", screen::output),
        ("screen-growth", screen::growth),
        ("cost", cost),
        ("plan", plan),
    ];
    for (name, bench) in benches {
        if wanted.is_empty() || wanted.iter().any(|w| name.contains(w.as_str())) {
            bench(&runtime);
        }
    }
}

fn report(what: &str, value: f64, unit: &str, aim: &str) {
    println!("{what:<58} {value:>10.2} {unit:<6} aim {aim}");
}

/// The middle of the values, in milliseconds.
fn median(mut all: Vec<Duration>) -> f64 {
    all.sort_unstable();
    all[all.len() / 2].as_secs_f64() * 1e3
}

/// A repository with this many small files, and a home for the program.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = folder.path().join("repository");
        for n in 0..count {
            let dir = repository.join(format!("src/part{:03}", n / 100));
            if n % 100 == 0 {
                fs::create_dir_all(&dir).unwrap();
            }
            fs::write(dir.join(format!("file{n:05}.rs")), format!("pub fn f{n}() -> u32 {{ {n} }}\n"))
                .unwrap();
        }
        fs::create_dir_all(&repository).unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        let git = ["init", "--quiet", "--initial-branch=main"];
        Command::new("git").args(git).current_dir(&repository).status().unwrap();
        Self { folder }
    }

    fn repository(&self) -> std::path::PathBuf {
        self.folder.path().join("repository")
    }

    /// The home of somebody who never ran the program.
    fn forget(&self) {
        fs::remove_dir_all(self.home()).unwrap();
        fs::create_dir(self.home()).unwrap();
    }

    fn home(&self) -> std::path::PathBuf {
        self.folder.path().join("home")
    }

    fn command(&self, sim: Option<&Sim>) -> Command {
        let mut command = Command::new(QWEN);
        command.current_dir(self.repository()).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command
            .env("HOME", self.home())
            .env("QWEN_NO_KEYRING", "1")
            .env("TERM", "xterm-256color")
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        if let Some(sim) = sim {
            command.env("OPENAI_API_KEY", "bench").env("OPENAI_BASE_URL", sim.base_url());
            command.env("DASHSCOPE_PROXY_BASE_URL", sim.base_url()).env("OPENAI_MODEL", "qwen3-coder-plus");
        }
        command
    }
}

fn simulator(runtime: &tokio::runtime::Runtime, script: impl Into<Script>) -> Sim {
    shaped(runtime, script, Shape::default())
}

fn shaped(runtime: &tokio::runtime::Runtime, script: impl Into<Script>, shape: Shape) -> Sim {
    let bpe: &'static CoreBpe = tiktoken::get_encoding("qwen2").unwrap();
    let sizes = Sizes { count: Count::new(|text| bpe.encode(text).len() as u64), ..Sizes::default() };
    let options = SimOptions {
        script: script.into(),
        shape,
        sizes,
        cache: CacheRules::default(),
        ..SimOptions::default()
    };
    runtime.block_on(Sim::start(options)).unwrap()
}

/// Runs to the end and gives wall time, processor seconds and the largest resident size in megabytes.
fn watch(mut child: Child) -> (Duration, f64, f64) {
    let (started, id) = (Instant::now(), child.id());
    let (mut processor, mut resident) = (0.0_f64, 0.0_f64);
    loop {
        let (p, r) = usage(id);
        (processor, resident) = (processor.max(p), resident.max(r));
        if child.try_wait().unwrap().is_some() {
            return (started.elapsed(), processor, resident);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Processor seconds and the largest resident size in megabytes, from /proc; zero where there is none.
fn usage(id: u32) -> (f64, f64) {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let fields: Vec<f64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|f| f.parse().ok())
        .collect();
    let ticks = fields.get(10).zip(fields.get(11)).map_or(0.0, |(user, system)| user + system);
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap_or_default();
    let kilobytes: f64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or_default();
    (ticks / 100.0, kilobytes / 1e3)
}

fn version(_: &tokio::runtime::Runtime) {
    let time = |program: &str, flag: &str| {
        let one = || {
            let started = Instant::now();
            Command::new(program).arg(flag).stdout(Stdio::null()).status().unwrap();
            started.elapsed()
        };
        median((0..40).map(|_| one()).collect())
    };
    report("qwen --version, wall", time(QWEN, "--version"), "ms", "≤ 5");
    report("  beside it: true, wall", time("true", "--version"), "ms", "–");
}

fn hello(runtime: &tokio::runtime::Runtime) {
    let place = Place::new(300);
    let sim = simulator(runtime, Script::default());
    let (mut first, mut wall, mut processor, mut resident) = (Vec::new(), Vec::new(), 0.0, 0.0_f64);
    for _ in 0..15 {
        sim.clear();
        let started = Instant::now();
        let child = place.command(Some(&sim)).args(["-p", "hi"]).stdout(Stdio::null()).spawn().unwrap();
        let (took, cpu, size) = watch(child);
        first.push(sim.requests()[0].arrived.duration_since(started));
        wall.push(took);
        processor = cpu;
        resident = resident.max(size);
    }
    report("start to first request on the wire, 300 files", median(first), "ms", "≤ 40");
    report("one-shot hello, wall", median(wall), "ms", "≤ 80");
    report("one-shot hello, processor", processor, "s", "≤ 0.04");
    report("one-shot hello, resident", resident, "MB", "≤ 25");
}

fn turns(runtime: &tokio::runtime::Runtime) {
    let place = Place::new(300);
    let reads = (0..30).map(|n| {
        call("read_file", json!({"file_path": format!("{{{{cwd}}}}/src/part{:03}/file{n:05}.rs", n / 100)}))
    });
    let script = Script::turns(reads.chain([say("Done.")]));
    let sim = simulator(runtime, script);
    let child = place.command(Some(&sim)).args(["-p", "read all"]).stdout(Stdio::null()).spawn().unwrap();
    let (took, processor, resident) = watch(child);
    let requests = sim.requests();
    assert_eq!(requests.len(), 31, "the run ended early");
    let gaps = requests.windows(2).map(|w| w[1].arrived.saturating_duration_since(w[0].finished.unwrap()));
    report("30 tool turns, wall", took.as_secs_f64() * 1e3, "ms", "≤ 400");
    report("30 tool turns, processor", processor, "s", "≤ 0.25");
    report("30 tool turns, resident at the end", resident, "MB", "≤ 40");
    report("reply's last byte to next request (read_file inside)", median(gaps.collect()), "ms", "≤ 5");
    let total = sim.total();
    report("30 tool turns, units with cache", total.units as f64 / 1e3, "units", "≤ 95,000 (their script)");
    report("30 tool turns, units without cache", total.units_without_cache as f64 / 1e3, "units", "–");
}

fn files(runtime: &tokio::runtime::Runtime) {
    let place = Place::new(50_000);
    let sim = simulator(runtime, Script::default());
    let one = |_| {
        sim.clear();
        let started = Instant::now();
        let child = place.command(Some(&sim)).args(["-p", "hi"]).stdout(Stdio::null()).spawn().unwrap();
        watch(child);
        sim.requests()[0].arrived.duration_since(started)
    };
    let all: Vec<Duration> = (0..7).map(one).collect();
    report("start to first request, 50,000 files, first run", all[0].as_secs_f64() * 1e3, "ms", "≤ 120");
    report("start to first request, 50,000 files, median", median(all), "ms", "≤ 120");
}

/// So many words of one token each, in no order that repeats itself.
fn words(count: u32) -> String {
    let some = [" word", " text", " that", " this", " from", " with", " have", " will"];
    let next = |seed: &mut u32| {
        *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some(some[(*seed >> 29) as usize])
    };
    std::iter::repeat_n((), count as usize).scan(7, |seed, ()| next(seed)).collect()
}

fn stream(runtime: &tokio::runtime::Runtime) {
    let place = Place::new(10);
    // One event of five letters is one token of the vocabulary.
    let turn: Turn = say(words(25_000));
    let shape = Shape { chunk: 5, ..Shape::default() };
    let sim = shaped(runtime, turn, shape);
    let child = place.command(Some(&sim)).args(["-p", "write"]).stdout(Stdio::null()).spawn().unwrap();
    let (took, processor, resident) = watch(child);
    report("25,000 tokens as fast as they come, one-shot, wall", took.as_secs_f64(), "s", "–");
    report("  processor", processor, "s", "≤ 1.0");
    report("  resident", resident, "MB", "≤ 80");
}

/// What the first request of a hello costs, in tokens of the Qwen vocabulary.
fn cost(runtime: &tokio::runtime::Runtime) {
    let place = Place::new(300);
    let sim = simulator(runtime, Script::default());
    let child = place.command(Some(&sim)).args(["-p", "hi"]).stdout(Stdio::null()).spawn().unwrap();
    watch(child);
    let bill = sim.requests()[0].bill.unwrap();
    report("first request of a hello, 300 files, whole prompt", bill.prompt as f64, "tokens", "≤ 4,500");
}

/// How long it takes to plan the markers of a conversation every request of which the ledger remembers.
fn plan(_: &tokio::runtime::Runtime) {
    let scope = Scope { account: Account::new("a"), model: "m".into() };
    let limits = Limits { scope, terms: CacheTerms { explicit: true, ..CacheTerms::default() } };
    let forecast = Forecast { tail: 900, head: 900, further: 9_000, ..Forecast::default() };
    let mut before = None;
    for count in [500, 1_000, 2_000] {
        let head = Arc::new(Head::new(Vec::new(), "i".repeat(8_000), "r".repeat(8_000)));
        let mut items = Vec::new();
        let mut ledger = Ledger::default();
        let now = Moment(1_000_000);
        while items.len() < count {
            items.push(Item::User(UserMessage::words("word ".repeat(40))));
            // The ledger knows every tenth place, as after ten results in each turn.
            if items.len() % 10 == 5 {
                let prompt = Prompt::restore(head.clone(), items.clone()).unwrap();
                let plan = cache::plan(&prompt, &limits, &ledger, forecast, now);
                let read = plan.prediction();
                let usage = Usage {
                    input: read.read + read.written + Tokens(6),
                    cached: Some(read.read),
                    created: Some(read.written),
                    ..Usage::default()
                };
                ledger.completed(&prompt, &limits, &plan, Some(&usage), (now, now));
            }
            items.push(Item::Assistant(protocol::Turn::text("Done.")));
        }
        items.push(Item::User(UserMessage::words("And now?")));
        let prompt = Prompt::restore(head, items).unwrap();
        let once = |_| {
            let started = Instant::now();
            std::hint::black_box(cache::plan(&prompt, &limits, &ledger, forecast, now));
            started.elapsed()
        };
        let took = median((0..201).map(once).collect());
        report(&format!("plan of {count} items"), took * 1e3, "µs", "≤ 1,000 for 2,000 items");
        if let Some(before) = before.replace(took) {
            report("  times the half", took / before, "×", "≤ 2.5");
        }
    }
}

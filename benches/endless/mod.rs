//! One session of 2,000 calls whose commands write 1 GB: what it keeps in memory, and whether a turn stays as fast.

use std::{
    fs,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use qwen::sim::{Request, Script, call, say};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::{Place, median, report, simulator, usage};

/// Calls of the session.
const CALLS: usize = 2_000;
/// What each command writes. *Unit:* bytes.
const OUTPUT: usize = (1 << 30) / CALLS;
/// Turns at each end that are compared.
const END: usize = 400;

pub(crate) fn session(runtime: &Runtime) {
    let place = Place::new(300);
    let home = place.repository().join("../home");
    let settings = json!({"model": {"generationConfig": {"contextWindowSize": 200_000}}});
    fs::create_dir_all(home.join(".qwen")).unwrap();
    fs::write(home.join(".qwen/settings.json"), settings.to_string()).unwrap();
    let asked: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let times = asked.clone();
    let sim = simulator(runtime, Script::by(move |request| answer(request, &times)));
    let child = place
        .command(Some(&sim))
        .env("TMPDIR", &home)
        .args(["--yolo", "-p", "run them all"])
        .stdout(Stdio::null())
        .spawn();
    let mut child = child.unwrap();
    let (id, began) = (child.id(), Instant::now());
    let (mut processor, mut resident) = (0.0_f64, 0.0_f64);
    let status = loop {
        let (p, r) = usage(id);
        (processor, resident) = (processor.max(p), resident.max(r));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        // The simulator keeps every request it had; nobody reads these.
        sim.clear();
        thread::sleep(Duration::from_millis(20));
    };
    let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(status.success() && asked.len() > CALLS, "the run ended early, after {} calls", asked.len());
    let gaps: Vec<Duration> = asked.windows(2).map(|two| two[1].duration_since(two[0])).collect();
    let (first, last) = (median(gaps[..END].to_vec()), median(gaps[gaps.len() - END..].to_vec()));
    report("2,000 calls that write 1 GB, wall", began.elapsed().as_secs_f64(), "s", "–");
    report("  processor, without the commands", processor, "s", "–");
    report("  resident, at most", resident, "MB", "≤ 100");
    report("  from request to request, first 400", first, "ms", "–");
    report("  last 400", last, "ms", "–");
    report("  times the first", last / first, "×", "≤ 1.2");
}

/// One command after the other; a summary when one is asked for, which counts as no turn.
fn answer(request: &Request, times: &Mutex<Vec<Instant>>) -> qwen::sim::Turn {
    if request.last_user().contains("Write a summary of this conversation") {
        return say("Commands were run; their output did not matter.");
    }
    let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
    times.push(Instant::now());
    let n = times.len();
    if n > CALLS {
        return say("All were run.");
    }
    // The number makes each line of output another, so that no two calls are the same.
    call(
        "run_shell_command",
        json!({"command": format!("yes 'line of command {n}' | head -c {OUTPUT}"), "is_background": false}),
    )
}

//! Starting: until the screen is there, until a key is shown, until the first request is on its way.

use std::{
    thread,
    time::{Duration, Instant},
};

use qwen::sim::{Script, Sim};
use tokio::runtime::Runtime;

use crate::{Place, median, report, simulator, window::Window};

/// Each figure is the middle of so many starts.
const STARTS: usize = 10;
/// Between the last letter and Enter. What comes faster than this is a paste, in which Enter is a new line.
const PAUSE: Duration = Duration::from_millis(100);

/// Checks 1 and 1b of the terminal.
pub(crate) fn start(runtime: &Runtime) {
    let place = Place::new(300);
    signed_out(&place);
    let sim = simulator(runtime, Script::default());
    place.forget();
    let output = starts(|| {
        let window = Window::open(&place, Some(&sim), &[]);
        window.waits_for("ctx ");
        window.first_byte().unwrap() - window.opened()
    });
    told("screen, exec to first output", &output, "≤ 20");
    first_request(&place, &sim);
}

/// A home from which nobody has signed in.
fn signed_out(place: &Place) {
    let mut echoes = Vec::new();
    let choices = starts(|| {
        place.forget();
        let mut window = Window::open(place, None, &[]);
        window.waits_for(">");
        let shown = window.waits_for("Sign in") - window.opened();
        echoes.push(echo(&mut window, "abc"));
        shown
    });
    told("screen, fresh home, exec to `Sign in` and `>`", &choices, "≤ 50");
    told("  then `abc` until it is shown", &echoes, "≤ 50");
    let keys = starts(|| {
        place.forget();
        let mut window = Window::open(place, None, &[]);
        echo(&mut window, "a");
        window.opened().elapsed()
    });
    told("screen, fresh home, exec to a key typed at once", &keys, "≤ 50");
}

/// Words typed while the program starts, and Enter.
fn first_request(place: &Place, sim: &Sim) {
    let mut whole = Vec::new();
    let entered = starts(|| {
        sim.clear();
        let mut window = Window::open(place, Some(sim), &[]);
        echo(&mut window, "hi");
        thread::sleep(PAUSE);
        assert!(sim.requests().is_empty(), "something was asked before the first words were sent");
        let pressed = Instant::now();
        window.types("\r");
        let arrived = arrival(sim);
        whole.push(arrived - window.opened());
        arrived - pressed
    });
    told("screen, Enter to first request on the wire", &entered, "≤ 60");
    told("  exec to first request, 100 ms before Enter among it", &whole, "≤ 300");
}

fn starts(one: impl FnMut() -> Duration) -> Vec<Duration> {
    std::iter::repeat_with(one).take(STARTS).collect()
}

/// Types into an empty composer; how long until that is shown.
fn echo(window: &mut Window, text: &str) -> Duration {
    let typed = Instant::now();
    window.types(text);
    window.waits_for(&format!("> {text}")) - typed
}

/// When the first request was there.
fn arrival(sim: &Sim) -> Instant {
    let began = Instant::now();
    loop {
        if let Some(request) = sim.requests().first() {
            return request.arrived;
        }
        assert!(began.elapsed() < Duration::from_secs(100), "nothing is ever asked");
        thread::sleep(Duration::from_millis(1));
    }
}

fn told(what: &str, all: &[Duration], aim: &str) {
    let worst = all.iter().max().unwrap().as_secs_f64() * 1e3;
    report(&format!("{what}, median of {}", all.len()), median(all.to_vec()), "ms", aim);
    report("    worst", worst, "ms", "–");
}

//! What a person sees of a batch, all of it on stderr.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use super::spent::Spent;
use crate::{base::Clean, protocol::bill::many};

/// A bar on a terminal, lines elsewhere.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    total: usize,
    done: usize,
    failed: usize,
}

impl Progress {
    /// Of `total` tasks of which `done` were done before, `failed` of them in vain.
    pub(super) fn begin(total: usize, done: usize, failed: usize) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} · {elapsed}{msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("##-"));
            bar.set_position(done as u64);
            bar.enable_steady_tick(Duration::from_secs(1));
            bar
        });
        Self { bar, total, done, failed }
    }

    /// A task is done: on a terminal the bar moves and only a failure has a line.
    pub(super) fn finished(&mut self, line: &Value, spent: &Spent) {
        let is_failed = line["exit_code"] != 0;
        self.done += 1;
        self.failed += usize::from(is_failed);
        let text = told(line);
        match &self.bar {
            Some(bar) => {
                if is_failed {
                    bar.println(text);
                }
                let failed =
                    if self.failed > 0 { format!(" · {} failed", self.failed) } else { String::new() };
                bar.set_message(format!("{failed} · {}", spent.totals().price()));
                bar.set_position(self.done as u64);
            }
            None => say(&format!("{}/{} {text}", self.done, self.total)),
        }
    }

    /// Takes the bar away.
    pub(super) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

/// `a: done in 1.2 s, 2 requests, $0.0012`, or why it is not.
fn told(line: &Value) -> String {
    let id = line["id"].as_str().unwrap_or_default();
    let spent = Spent::of(line);
    let seconds = Duration::from_millis(line["duration_ms"].as_u64().unwrap_or_default()).as_secs_f64();
    let price =
        format!("{seconds:.1} s, {}, {}", many(spent.requests.into(), "request"), spent.totals().price());
    let text = match line["error"]["message"].as_str() {
        None => format!("{id}: done in {price}"),
        Some(why) => format!("{id}: failed with {} after {price}: {why}", line["exit_code"]),
    };
    Clean::new(&text.lines().collect::<Vec<_>>().join(" ")).into_string()
}

/// One line on stderr. A closed one is no reason to stop.
pub(super) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

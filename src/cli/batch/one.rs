//! One task, from what earlier batches left of it to its line.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;
use tokio::{process::Child, sync::watch, time};

use super::{
    attempt::{Attempt, Ended},
    line::{failed, line},
    spent::Spent,
    stop::{Level, Stop},
    task::{self, Task},
    work::Work,
};
use crate::{
    base::Money,
    protocol::{Failure, Kind},
};

/// How often a process of an earlier batch is looked at.
const POLL: Duration = Duration::from_millis(50);
/// How long a process that was asked to stop may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// A task whose process died so often is one that kills it.
const DEATHS: u32 = 3;

/// What all tasks share.
pub(super) struct Shop<'a> {
    pub(super) program: PathBuf,
    pub(super) here: &'a Path,
    pub(super) work: &'a Work,
    pub(super) stop: &'a Stop,
}

/// What came of a task.
pub(super) enum Done {
    /// It ended: its line.
    Line(Value),
    /// It was stopped, or not begun: what it has cost.
    Left(Spent),
}

/// Does a task, which may cost what is `left` of the batch's money: takes over what earlier batches began, and begins
/// anew what died.
pub(super) async fn one(task: &Task, shop: &Shop<'_>, left: Option<Money>) -> Done {
    let key = task.key();
    let (mut spent, mut attempts, mut next, mut deaths) = (Spent::nothing(), 0, 1, 0);
    for attempt in shop.work.attempts(&key) {
        next = attempt.number + 1;
        if !outlived(&attempt, shop.stop.watch()).await {
            return Done::Left(spent);
        }
        if let Some(done) = take(task, &attempt, &mut spent, &mut attempts) {
            return done;
        }
    }
    loop {
        if shop.stop.level() > Level::Run {
            return Done::Left(spent);
        }
        let attempt = shop.work.attempt(&key, next);
        next += 1;
        let started = task::folder(task, shop.here)
            .map_err(std::io::Error::other)
            .and_then(|folder| attempt.start(&shop.program, task, &folder, most(task, left, spent)));
        let how = match started {
            Ok(child) => follow(child, &attempt, shop.stop.watch()).await,
            Err(error) => {
                let failure = Failure::new(Kind::Usage, format!("the task cannot be started: {error}"));
                return Done::Line(failed(task, &failure, spent, attempts + 1));
            }
        };
        if let Some(done) = take(task, &attempt, &mut spent, &mut attempts) {
            return done;
        }
        deaths += 1;
        if deaths == DEATHS && shop.stop.level() == Level::Run {
            return Done::Line(failed(task, &died(&attempt, &how), spent, attempts));
        }
    }
}

/// What an attempt may cost: no more than the task may, nor than is left for all.
fn most(task: &Task, left: Option<Money>, spent: Spent) -> Option<Money> {
    let left =
        left.map(|left| (left - spent.charge.money.unwrap_or_default()).max(Money::from_pico_dollars(1)));
    [task.max_cost, left].into_iter().flatten().min()
}

/// The end of a task, if this attempt was it; otherwise adds what it has cost.
fn take(task: &Task, attempt: &Attempt, spent: &mut Spent, attempts: &mut u32) -> Option<Done> {
    match attempt.read() {
        Ended::Whole { result, init } => {
            *spent = spent.plus(Spent::of(&result));
            Some(Done::Line(line(task, &result, &init, *spent, *attempts + 1)))
        }
        Ended::Broken { spent: more, tries } => {
            *spent = spent.plus(more);
            *attempts += tries;
            None
        }
    }
}

/// Waits for a process of an earlier batch; `false` when it could not be stopped.
async fn outlived(attempt: &Attempt, stop: watch::Receiver<Level>) -> bool {
    let mut asked = Level::Run;
    while attempt.is_running() {
        let level = *stop.borrow();
        if level > asked {
            if level >= Level::Interrupt {
                attempt.signal(level == Level::Kill);
            }
            if asked == Level::Kill {
                return false;
            }
            asked = level;
        }
        time::sleep(POLL).await;
    }
    true
}

/// Waits for a process of ours, and stops it when it is to be stopped. Gives how it ended.
async fn follow(mut child: Child, attempt: &Attempt, mut stop: watch::Receiver<Level>) -> String {
    let end = time::sleep(Duration::MAX);
    tokio::pin!(end);
    loop {
        tokio::select! {
            status = child.wait() => return status.map_or_else(|e| e.to_string(), |status| status.to_string()),
            () = &mut end => {
                // It may have ended by itself.
                let _ = child.start_kill();
                end.as_mut().reset(time::Instant::now() + PATIENCE);
            }
            Ok(()) = stop.changed() => match *stop.borrow() {
                Level::Run | Level::Drain => {}
                Level::Interrupt => {
                    attempt.signal(false);
                    end.as_mut().reset(time::Instant::now() + PATIENCE);
                }
                Level::Kill => drop(child.start_kill()),
            },
        }
    }
}

fn died(attempt: &Attempt, how: &str) -> Failure {
    let failure = Failure::new(
        Kind::Bug,
        format!("the process of this task ended {DEATHS} times without a result ({how})"),
    );
    match attempt.complaint().lines().last() {
        Some(last) => failure.hint(format!("its last words: {last}")),
        None => failure,
    }
}

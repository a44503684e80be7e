//! Many tasks, several at once.

use std::collections::HashSet;

use futures::{StreamExt as _, stream::FuturesUnordered};
use serde_json::Value;

use super::{
    one::{Done, Shop, one},
    progress::{Progress, say},
    results::Results,
    spent::Spent,
    stop::Level,
    task::Task,
};
use crate::{
    base::{Clean, Money},
    protocol::{Failure, Kind},
};

/// What is left when nothing runs any more.
pub(super) struct Rest {
    /// Tasks without a result.
    pub(super) left: usize,
    /// What those have cost.
    pub(super) spent: Spent,
}

/// Does the tasks in their order, `jobs` at once, and writes each result when it is there.
/// Errors: a result could not be written; the tasks that ran then are found by the next batch.
pub(super) async fn all(
    tasks: &[&Task],
    shop: &Shop<'_>,
    (jobs, max_cost): (usize, Option<Money>),
    results: &mut Results,
    progress: &mut Progress,
) -> Result<Rest, Failure> {
    let (mut running, mut waiting) = (FuturesUnordered::new(), tasks.iter());
    let mut rest = Rest { left: tasks.len(), spent: Spent::nothing() };
    let mut broken = None;
    let mut doom = Doom::default();
    loop {
        let money = is_spent(results, &rest, max_cost, shop);
        while running.len() < jobs && shop.stop.level() == Level::Run {
            let Some(task) = waiting.next() else { break };
            running.push(async move { (task, one(task, shop, money).await) });
        }
        let Some((task, done)) = running.next().await else { break };
        match done {
            Done::Left(spent) => rest.spent = rest.spent.plus(spent),
            // It lies where the next batch finds it.
            Done::Line(_) if broken.is_some() => {}
            Done::Line(line) if doom.is_of_all(task, &line) => {
                doom.tell(&line, shop);
                shop.work.forget(&task.key());
            }
            Done::Line(line) => match results.append(&line) {
                Ok(()) => {
                    shop.work.forget(&task.key());
                    rest.left -= 1;
                    progress.finished(&line, &results.spent);
                }
                Err(failure) => {
                    shop.stop.raise(Level::Drain, failure.kind);
                    broken = Some(failure);
                }
            },
        }
    }
    broken.map_or(Ok(rest), Err)
}

/// Stops all when the limit of money is reached; gives what is left of it.
fn is_spent(results: &Results, rest: &Rest, max_cost: Option<Money>, shop: &Shop<'_>) -> Option<Money> {
    // What has no known price cannot be counted; the tasks themselves are refused then.
    let spent = results.spent.plus(rest.spent).charge.money.unwrap_or_default();
    let limit = max_cost?;
    if rest.left > 0 && spent >= limit && shop.stop.level() < Level::Interrupt {
        say(&format!("note: the tasks have cost {spent} of {limit}; stopping"));
        shop.stop.raise(Level::Interrupt, Kind::Budget);
    }
    Some((limit - spent).max(Money::default()))
}

/// Finds out that all tasks would fail in the same way.
#[derive(Default)]
struct Doom {
    seen: HashSet<String>,
    is_told: bool,
}

impl Doom {
    /// Whether this is how every task would end, before it costs anything: the key is refused, or the model or the
    /// configuration is wrong. A task with a model or a folder of its own speaks for itself, until another says the same.
    fn is_of_all(&mut self, task: &Task, line: &Value) -> bool {
        let is_doomed = [Kind::Auth, Kind::Config].iter().any(|kind| line["error"]["type"] == kind.name());
        if !is_doomed || line["usage"]["total_tokens"] != 0 {
            return false;
        }
        let words = line["error"]["message"].as_str().unwrap_or_default().to_owned();
        let speaks_for_itself = task.names_model || task.cwd.is_some();
        !self.seen.insert(words) || !speaks_for_itself
    }

    /// Starts nothing more, and says so once.
    fn tell(&mut self, line: &Value, shop: &Shop<'_>) {
        let error = &line["error"];
        let kind = Kind::ALL.into_iter().find(|kind| error["type"] == kind.name()).unwrap_or(Kind::Bug);
        shop.stop.raise(Level::Drain, kind);
        if std::mem::replace(&mut self.is_told, true) {
            return;
        }
        let text = |value: &Value| Clean::line(value.as_str().unwrap_or_default()).into_string();
        say(&format!("error: {}", text(&error["message"])));
        for hint in error["hints"].as_array().into_iter().flatten() {
            say(&format!("  hint: {}", text(hint)));
        }
        say(
            "note: every task would end like this; starting nothing more, and the same command goes on later",
        );
    }
}

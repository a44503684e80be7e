//! Many tasks, several at once.

use futures::{StreamExt as _, stream::FuturesUnordered};

use super::{
    one::{Done, Shop, one},
    progress::{Progress, say},
    results::Results,
    spent::Spent,
    stop::Level,
    task::Task,
};
use crate::{
    base::Money,
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
    loop {
        is_spent(results, &rest, max_cost, shop);
        while running.len() < jobs && shop.stop.level() == Level::Run {
            let Some(task) = waiting.next() else { break };
            running.push(async move { (task, one(task, shop).await) });
        }
        let Some((task, done)) = running.next().await else { break };
        match done {
            Done::Left(spent) => rest.spent = rest.spent.plus(spent),
            // It lies where the next batch finds it.
            Done::Line(_) if broken.is_some() => {}
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

/// Starts nothing more when the limit of money is reached.
fn is_spent(results: &Results, rest: &Rest, max_cost: Option<Money>, shop: &Shop<'_>) {
    let spent = results.spent.plus(rest.spent).charge.money;
    if shop.stop.level() == Level::Run
        && let Some((limit, spent)) = max_cost.zip(spent)
        && spent >= limit
    {
        say(&format!("note: the tasks have cost {spent} of {limit}; starting nothing more"));
        shop.stop.raise(Level::Drain, Kind::Budget);
    }
}

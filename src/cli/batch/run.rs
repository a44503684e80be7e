//! From what was asked to the bill.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{
    Batch, Shard, check,
    one::Shop,
    pool::{self, Rest},
    progress::{Progress, say},
    results::Results,
    stop::Stop,
    task::Task,
    work::Work,
};
use crate::{
    base::{Money, minutes},
    cli::{assemble, exit::SOME_FAILED},
    protocol::{Failure, Kind, bill::many},
};

/// Does the tasks and gives the exit code. Errors: nothing was run, or a result could not be written.
pub(in crate::cli) fn run(flags: &Batch) -> Result<u8, Failure> {
    let began = Instant::now();
    let here = assemble::working_folder()?;
    let here = here.as_path();
    let completion = std::env::var("JOB_COMPLETION_INDEX").ok();
    let shard = Shard::asked(flags.shard, flags.shards, completion.as_deref())?;
    let all = check::tasks(flags, here)?;
    let tasks: Vec<&Task> =
        all.iter().enumerate().filter(|(at, _)| shard.has(*at)).map(|(_, task)| task).collect();
    if flags.check {
        say(&format!("{}: {}", flags.file.display(), in_order(all.len(), tasks.len(), shard)));
        return Ok(0);
    }
    let output = output(flags, shard);
    let mut results = match &output {
        Some(path) => Results::open(path)?,
        None => Results::stdout(),
    };
    let work = Work::beside(output.as_deref())?;
    if flags.retry_failed {
        results.forget_failed(&tasks, &work)?;
    }
    let todo = todo(&tasks, &mut results, &work);
    if completion.is_some() && flags.shards.is_none() && flags.shard.is_none() {
        let note = "`JOB_COMPLETION_INDEX` is set, and this does all tasks; `--shards N` does one part";
        results.notes.push(note.to_owned());
    }
    if let running @ 1.. = work.running() {
        results.notes.push(format!(
            "{} of an earlier batch still running, and taken over",
            many(running as u64, "task")
        ));
    }
    results.notes.drain(..).for_each(|note| say(&format!("note: {note}")));

    let failed = |results: &Results| {
        tasks.iter().filter(|task| results.known(&task.id).is_some_and(|k| k.is_failed)).count()
    };
    let done_before = tasks.len() - todo.len();
    let mut progress = Progress::begin(tasks.len(), done_before, failed(&results));
    let program = std::env::current_exe()
        .map_err(|e| Failure::new(Kind::Bug, format!("the program cannot find itself: {e}")))?;
    let stop = Stop::new();
    let common = Shop { program, here, work: &work, stop: &stop };
    let limits = (usize::from(flags.jobs), flags.max_cost.map(Money::from_dollars));
    let rest = assemble::runtime()?.block_on(async {
        tokio::select! {
            rest = pool::all(&todo, &common, limits, &mut results, &mut progress) => rest,
            never = stop.listen() => match never {},
            never = stop.after(flags.max_wall_time) => match never {},
        }
    });
    progress.end();
    let rest = rest?;
    let failed = failed(&results);
    let counts = Counts { total: tasks.len(), failed, left: rest.left, before: done_before };
    bill(&counts, &results, &rest, began.elapsed(), output.as_deref());
    work.close();
    Ok(match (rest.left, stop.why()) {
        (1.., why) => why.unwrap_or(Kind::Bug).exit_code(),
        (0, _) if failed > 0 => SOME_FAILED,
        (0, _) => 0,
    })
}

/// Where results go; `None` is stdout.
fn output(flags: &Batch, shard: Shard) -> Option<PathBuf> {
    let named = flags.output.clone().or_else(|| {
        let kind = if shard.is_whole() {
            "results.jsonl".to_owned()
        } else {
            format!("{}.results.jsonl", shard.slug())
        };
        (!flags.is_stdin()).then(|| flags.file.with_extension(kind))
    });
    named.filter(|path| path.as_os_str() != "-")
}

/// The tasks without a result. Removes what is left of the others.
fn todo<'a>(tasks: &[&'a Task], results: &mut Results, work: &Work) -> Vec<&'a Task> {
    let (mut todo, mut changed) = (Vec::new(), Vec::new());
    for task in tasks {
        match results.known(&task.id) {
            None => todo.push(*task),
            Some(known) => {
                if known.hash != task.hash {
                    changed.push(task.line);
                }
                work.forget(&task.key());
            }
        }
    }
    if let Some(first) = changed.first() {
        results.notes.push(format!(
            "{} changed since done, the first on line {first}; give a changed task another id to have it done again",
            many(changed.len() as u64, "task")
        ));
    }
    todo
}

fn in_order(all: usize, mine: usize, shard: Shard) -> String {
    let all = many(all as u64, "task");
    if shard.is_whole() {
        format!("{all} in order")
    } else {
        format!("{all} in order, {mine} in part {shard}")
    }
}

struct Counts {
    total: usize,
    failed: usize,
    left: usize,
    before: usize,
}

/// What all of it came to: all results of the file, and what unfinished tasks have cost.
fn bill(counts: &Counts, results: &Results, rest: &Rest, took: Duration, output: Option<&Path>) {
    let Counts { total, failed, left, before } = counts;
    let spent = results.spent.plus(rest.spent);
    let before = if *before > 0 { format!(", {before} of them earlier") } else { String::new() };
    let requests = many(spent.requests.into(), "request");
    say(&format!(
        "{:<9}{}: {} done{before}, {failed} failed, {left} left · {} · {requests}",
        "batch",
        many(*total as u64, "task"),
        total - left - failed,
        minutes(took.as_secs()),
    ));
    for (name, text) in spent.totals().bill(None).into_iter().skip(1) {
        say(&format!("{name:<9}{text}"));
    }
    if let Some(path) = output {
        say(&format!("{:<9}{}", "results", path.display()));
    }
}

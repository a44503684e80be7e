//! What `qwen batch` is asked for.

use std::{path::PathBuf, time::Duration};

use clap::{Args, value_parser};

use super::Shard;
use crate::cli::limit_flags::{dollars, duration};

/// What `qwen batch` is asked for.
#[derive(Args, Clone, Debug)]
pub struct Batch {
    /// The tasks, one JSON value a line; `-` is stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How many tasks run at once
    #[arg(short, long, value_name = "N", default_value_t = 4, value_parser = value_parser!(u16).range(1..=256))]
    pub jobs: u16,
    /// Where results go, one line of JSON each; `-` is stdout, from which nothing can be resumed [default: FILE with
    /// `.results.jsonl`; stdout for stdin]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Only check the tasks: run nothing, cost nothing
    #[arg(long)]
    pub check: bool,
    /// Do the tasks again that failed
    #[arg(long)]
    pub retry_failed: bool,
    /// Do one part of the file, such as `2/3`; the parts of a file share nothing and leave nothing out
    #[arg(long, value_name = "I/N", conflicts_with = "shards")]
    pub shard: Option<Shard>,
    /// Do one of so many parts: the one that `JOB_COMPLETION_INDEX` names, as Kubernetes sets it
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub shards: Option<u32>,
    /// Stop all with exit code 55 once the tasks in the output have cost this much, in US dollars; no task gets more than
    /// is left of it
    #[arg(long, value_name = "DOLLARS", value_parser = dollars)]
    pub max_cost: Option<f64>,
    /// Stop all with exit code 55 after this time: `90`, `30s`, `5m`, `1.5h`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub max_wall_time: Option<Duration>,
    /// The model of tasks that name none
    #[arg(short, long, value_name = "NAME")]
    pub model: Option<String>,
    /// What may happen without asking, in tasks that do not say: plan, default, auto-edit, yolo
    #[arg(long, value_name = "MODE")]
    pub approval_mode: Option<String>,
    /// The longest time of tasks that do not say: `90`, `30s`, `5m`, `1.5h`
    #[arg(long, value_name = "TIME")]
    pub timeout: Option<String>,
    /// Flags of `qwen` for every task
    #[arg(last = true, value_name = "FLAGS")]
    pub flags: Vec<String>,
}

impl Batch {
    /// Shown under the help.
    pub const EXAMPLES: &str = "\
Examples:
  qwen batch tasks.jsonl                       do all tasks, four at once; results in tasks.results.jsonl
  qwen batch tasks.jsonl                       the same again: does what is left
  qwen batch tasks.jsonl --retry-failed        … and what failed
  qwen batch tasks.jsonl --check               is every line in order?
  qwen batch tasks.jsonl -j 8 --max-cost 5 --timeout 10m
  qwen batch tasks.jsonl -- --allowed-tools 'Bash(cargo test)' --bare
  ls src/*.rs | jq -R '\"explain \" + .' | qwen batch - | jq -r .result
  qwen batch tasks.jsonl --shard 2/3           the second of three parts";

    /// Whether tasks come from stdin.
    pub(super) fn is_stdin(&self) -> bool {
        self.file.as_os_str() == "-"
    }
}

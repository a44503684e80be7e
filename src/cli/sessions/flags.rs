//! The words behind `qwen sessions`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What is done about sessions.
#[derive(Args, Clone, Debug)]
pub struct Sessions {
    /// What to do; `list` when nothing is said.
    #[command(subcommand)]
    pub what: Option<SessionsCommand>,
}

/// Something to do about sessions.
#[derive(clap::Subcommand, Clone, Debug)]
pub enum SessionsCommand {
    /// Which sessions are kept, the newest first?
    ///
    /// Those of this project: the git repository the folder is in, or the folder. Go on with one by its id or the
    /// beginning of it: `qwen --resume 3f2a`, or with the newest: `qwen --continue`.
    List(SessionsList),
    /// Print a conversation as text
    ///
    /// What was said and what tools answered, also from before a summary took its place. Long results are cut to
    /// their first lines; --full prints them whole.
    Show(SessionsShow),
    /// Write a conversation as Markdown for people, or as JSON lines for programs
    ///
    /// For instance: `qwen sessions export -o talk.md`. JSON lines are those of the transcript (docs/sessions.md),
    /// whole and as they were sent: read them before you show them to others.
    Export(SessionsExport),
    /// Remove sessions from this machine
    ///
    /// Asks first, unless --yes is said. A session that is open in a process stays. What the provider keeps of a
    /// conversation (only with `cache.mode: session`) is deleted by `qwen cache forget`, which needs the transcript:
    /// forget first, then remove.
    Rm(SessionsRm),
    /// Copy a session and print the id of the copy
    ///
    /// Both go on from there, each its own way. Also copies a session of another project, or of a folder that was
    /// moved, into this project. To copy and go on at once: `qwen --resume ID --fork-session`.
    Fork(SessionsFork),
    /// Remove the sessions of all projects that nobody wrote in for long
    ///
    /// How long says the setting `general.cleanupPeriodDays`, or --older-than. With the setting this also happens
    /// at the end of every run; without it no session goes by itself. A session that is open in a process stays.
    Gc(SessionsGc),
}

/// What `qwen sessions list` is asked for.
#[derive(Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionsList {
    /// Of all projects, each with its folder
    #[arg(short = 'a', long = "all")]
    pub is_everywhere: bool,
    /// Answer as JSON, in the form of docs/schemas/sessions.schema.json
    #[arg(long)]
    pub json: bool,
}

/// What `qwen sessions show` is asked for.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionsShow {
    /// The session's id or its beginning [default: the newest of this project]
    #[arg(value_name = "SESSION")]
    pub session: Option<String>,
    /// Print results of tools and thoughts whole
    #[arg(long = "full")]
    pub is_full: bool,
}

/// What `qwen sessions export` is asked for.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionsExport {
    /// The session's id or its beginning [default: the newest of this project]
    #[arg(value_name = "SESSION")]
    pub session: Option<String>,
    /// How it is written [default: markdown]
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    pub format: Option<ExportFormat>,
    /// A file that is not there yet [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How a conversation is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// For people
    #[default]
    Markdown,
    /// For programs: the lines of the transcript
    Jsonl,
}

/// What `qwen sessions rm` is asked for.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionsRm {
    /// Ids of sessions, or their beginnings
    #[arg(value_name = "SESSION", required = true)]
    pub sessions: Vec<String>,
    /// Do not ask
    #[arg(short = 'y', long = "yes")]
    pub is_sure: bool,
}

/// What `qwen sessions fork` is asked for.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionsFork {
    /// The session's id or its beginning [default: the newest of this project]
    #[arg(value_name = "SESSION")]
    pub session: Option<String>,
    /// The id of the copy [default: a random UUID]
    #[arg(long, value_name = "ID")]
    pub session_id: Option<String>,
}

/// What `qwen sessions gc` is asked for.
#[derive(Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionsGc {
    /// Those nobody wrote in for so many days, whatever the setting says
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    pub older_than: Option<u32>,
    /// Say what would go and remove nothing
    #[arg(long = "dry-run")]
    pub is_dry: bool,
}

//! The command line as a tree; help, completions and the man page are made from it.
//!
//! Names and meanings are Qwen Code's. A flag is here only if it does something.

use std::{path::PathBuf, sync::Arc};

use clap::{
    ArgAction, Args, Parser,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _},
    value_parser,
};

use super::{Subcommand, limit_flags::LimitFlags};
use crate::{
    base::{Secret, SessionId},
    headless::Format,
    protocol::Mode,
};

const EXAMPLES: &str = "\
Examples:
  qwen                                         work together in the terminal
  qwen \"why does the parser test fail?\"        answer once and exit
  git diff | qwen -p \"review this\"             read more from a pipe
  qwen -y \"fix the failing test\"               edit and run without asking
  qwen --allowed-tools 'Bash(cargo test)' -p \"run the tests and explain\"
  qwen -o json -p \"list the public types\" | jq -r '.[-1].result'
  qwen -c                                      go on with the last session
  qwen demo                                    see it work, without an account";

const ENVIRONMENT: &str = "\
Environment:
  OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL
                           a key, an endpoint and a model for any OpenAI-compatible server
  DASHSCOPE_API_KEY        a key for Qwen Cloud (DashScope)
  BAILIAN_CODING_PLAN_API_KEY
                           a key for the Coding Plan
  DASHSCOPE_PROXY_BASE_URL the exact address of your own proxy in front of Qwen Cloud
  QWEN_HOME                the folder for settings and sessions, instead of ~/.qwen
  HTTPS_PROXY, NO_PROXY    how to reach the network
  NO_COLOR                 no colours
  QWEN_SCREEN_READER       1: plain lines for a screen reader
  DO_NOT_TRACK, QWEN_TELEMETRY=0
                           count nothing (docs/telemetry.md)

Files:
  ~/.qwen/settings.json    settings
  .qwen/.env, .env         keys and endpoints of a project
  QWEN.md, AGENTS.md       what the model should know of a project

Exit codes are listed in docs/exit-codes.md.";

/// A coding agent for the terminal: it reads, searches, edits and runs, asks before it acts, and shows the bill.
///
/// With a prompt, or with text on stdin, it does one job and exits. Without, it opens in the terminal.
#[derive(Parser)]
#[command(
    name = "qwen",
    version,
    disable_version_flag = true,
    disable_help_subcommand = true,
    args_conflicts_with_subcommands = true,
    max_term_width = 100,
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{ENVIRONMENT}")
)]
pub struct Arguments {
    /// What else than the agent to run.
    #[command(subcommand)]
    pub command: Option<Subcommand>,
    /// What to say first.
    #[command(flatten)]
    pub prompt: PromptFlags,
    /// Which model, and how to reach it.
    #[command(flatten)]
    pub model: ModelFlags,
    /// What may happen without asking.
    #[command(flatten)]
    pub permissions: PermissionFlags,
    /// What the model knows.
    #[command(flatten)]
    pub context: ContextFlags,
    /// Which conversation.
    #[command(flatten)]
    pub session: SessionFlags,
    /// How the screen looks.
    #[command(flatten)]
    pub screen: ScreenFlags,
    /// How a one-shot run is written.
    #[command(flatten)]
    pub output: OutputFlags,
    /// What a run may use up.
    #[command(flatten)]
    pub limits: LimitFlags,
    /// Print the version
    #[arg(short = 'v', short_alias = 'V', long, action = ArgAction::Version, help_heading = None::<&str>)]
    version: Option<bool>,
}

/// What to say first.
#[derive(Args)]
pub struct PromptFlags {
    /// The prompt; answers once and exits
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// The prompt, as a flag; text on stdin is put before it
    #[arg(short, long, value_name = "TEXT", conflicts_with = "query")]
    pub prompt: Option<String>,
    /// Say this first, then stay in the terminal
    #[arg(short = 'i', long, value_name = "TEXT", conflicts_with_all = ["prompt", "query"])]
    pub prompt_interactive: Option<String>,
}

/// Which model, and how to reach it.
#[derive(Args)]
#[command(next_help_heading = "Model")]
pub struct ModelFlags {
    /// The model to ask
    #[arg(short, long, value_name = "NAME")]
    pub model: Option<String>,
    /// Models to ask, in order, when the one in use answers 429, 503 or 529 to all tries; at most 3
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    pub fallback_model: Vec<String>,
    /// How to reach the model: `openai` is any server that speaks Chat Completions, `qwen-oauth` a sign-in
    #[arg(long, value_name = "TYPE", value_parser = ["openai", "qwen-oauth"])]
    pub auth_type: Option<String>,
    /// The key to use; other users of this machine can see it while qwen runs, so prefer the environment
    #[arg(long, value_name = "KEY", value_parser = secret)]
    openai_api_key: Option<Arc<Secret>>,
    /// The endpoint to use, such as `http://localhost:11434/v1`
    #[arg(long, value_name = "URL")]
    pub openai_base_url: Option<String>,
    /// The proxy to reach the network through
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
}

impl ModelFlags {
    /// The key that was given. Taken out, since a key has one owner.
    pub fn take_key(&mut self) -> Option<Secret> {
        let key = self.openai_api_key.take()?;
        Some(Secret::new(key.expose().to_owned()))
    }
}

/// What may happen without asking.
#[derive(Args)]
#[command(next_help_heading = "Permissions")]
pub struct PermissionFlags {
    /// Approve everything
    #[arg(short, long, conflicts_with = "approval_mode")]
    yolo: bool,
    /// What may happen without asking
    #[arg(long, value_name = "MODE", value_parser = mode_parser())]
    approval_mode: Option<Mode>,
    /// Offer the model these tools and no others; '' offers none
    #[arg(long, value_name = "TOOL", num_args = 1..)]
    pub core_tools: Option<Vec<String>>,
    /// Deny these tools, or uses of them such as 'Bash(git push *)'
    #[arg(long, value_name = "RULE", num_args = 1..)]
    pub exclude_tools: Vec<String>,
    /// Allow these tools, or uses of them such as 'Bash(cargo test)', without asking
    #[arg(long, value_name = "RULE", num_args = 1..)]
    pub allowed_tools: Vec<String>,
}

impl PermissionFlags {
    /// The mode that was asked for by either flag.
    pub fn mode(&self) -> Option<Mode> {
        if self.yolo { Some(Mode::Yolo) } else { self.approval_mode }
    }
}

/// What the model knows.
#[derive(Args)]
#[command(next_help_heading = "Context")]
pub struct ContextFlags {
    /// Folders to work in beside this one; may be repeated or separated by commas
    #[arg(long, visible_alias = "add-dir", value_name = "FOLDER", num_args = 1.., value_delimiter = ',')]
    pub include_directories: Vec<PathBuf>,
    /// Replace the system prompt
    #[arg(long, value_name = "TEXT")]
    pub system_prompt: Option<String>,
    /// Add to the end of the system prompt
    #[arg(long, value_name = "TEXT")]
    pub append_system_prompt: Option<String>,
    /// Look for nothing by itself: no instruction files, no map of the repository
    #[arg(long)]
    pub bare: bool,
}

/// Which conversation.
#[derive(Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each flag; which exclude each other is told to clap"
)]
#[command(next_help_heading = "Session")]
pub struct SessionFlags {
    /// Go on with the newest session of this project
    #[arg(short, long = "continue", conflicts_with = "resume")]
    continue_newest: bool,
    /// Go on with this session; without an id, choose from a list
    #[arg(short, long, value_name = "ID", num_args = 0..=1, default_missing_value = "")]
    resume: Option<String>,
    /// The id of the new session, or with --fork-session of the copy [default: a random UUID]
    #[arg(long, value_name = "ID")]
    pub session_id: Option<String>,
    /// Keep nothing of this session: no transcript, no note of what is cached, no copy at the provider, nothing counted
    #[arg(long, conflicts_with_all = ["resume", "continue_newest"])]
    private: bool,
    /// Count nothing of this run and send nothing of the kind; `qwen telemetry off` says it for good
    #[arg(long)]
    pub no_telemetry: bool,
    /// `false` keeps nothing of this session, as --private
    #[arg(long, value_name = "BOOL", hide = true)]
    chat_recording: Option<bool>,
    /// With --continue or --resume: go on in a copy, and leave the session as it is
    #[arg(long)]
    pub fork_session: bool,
    /// Stop after this many requests with exit code 53; -1 is no limit
    #[arg(
        long,
        value_name = "COUNT",
        allow_negative_numbers = true,
        value_parser = value_parser!(i64).range(-1..)
    )]
    max_session_turns: Option<i64>,
}

/// A session to go on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resume {
    /// The newest of this project.
    Newest,
    /// This one.
    Id(SessionId),
    /// The one a person chooses from a list.
    Choose,
}

impl SessionFlags {
    /// Whether nothing of the session is kept.
    pub fn is_private(&self) -> bool {
        self.private || self.chat_recording == Some(false)
    }

    /// The session to go on with, if any.
    pub fn resume(&self) -> Option<Resume> {
        match self.resume.as_deref() {
            Some("") => Some(Resume::Choose),
            Some(id) => Some(Resume::Id(SessionId::new(id))),
            None => self.continue_newest.then_some(Resume::Newest),
        }
    }

    /// The limit of requests, when the flag was given; [`TurnLimit::None`] lifts a limit of the settings.
    pub fn turn_limit(&self) -> Option<TurnLimit> {
        self.max_session_turns.map(|count| u32::try_from(count).map_or(TurnLimit::None, TurnLimit::Requests))
    }
}

/// How many requests a run may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnLimit {
    /// As many as it takes.
    None,
    /// At most so many.
    Requests(u32),
}

/// How the screen looks.
#[derive(Args)]
#[command(next_help_heading = "Screen")]
pub struct ScreenFlags {
    /// What the screen speaks [default: the language of the locale]
    #[arg(long, value_name = "LANGUAGE", value_parser = ["auto", "en", "zh"])]
    pub lang: Option<String>,
    /// Plain lines for a screen reader: no boxes, nothing that moves, a word before each kind of text
    #[arg(long)]
    pub screen_reader: bool,
    /// Take the whole window and give it back at the end
    #[arg(long, conflicts_with = "screen_reader")]
    pub fullscreen: bool,
}

/// How a one-shot run is written.
#[derive(Args)]
#[command(next_help_heading = "Output of one-shot runs")]
pub struct OutputFlags {
    /// How stdout is written [default: text]
    #[arg(short, long, value_name = "FORMAT", value_parser = format_parser())]
    pub output_format: Option<Format>,
    /// With stream-json, also write the pieces of an answer while it comes
    #[arg(long)]
    pub include_partial_messages: bool,
    /// What comes on stdin: a text, or messages and control requests, one a line; see docs/headless.md
    #[arg(long, value_name = "FORMAT", value_parser = input_parser())]
    pub input_format: Option<InputFormat>,
    /// Also write what happens, as with stream-json, to this open file descriptor
    #[arg(long, value_name = "NUMBER", value_parser = value_parser!(u32).range(3..), conflicts_with = "json_file")]
    pub json_fd: Option<u32>,
    /// Also write what happens, as with stream-json, to this file or pipe
    #[arg(long, value_name = "FILE")]
    pub json_file: Option<PathBuf>,
    /// Beside the screen: say what another program writes to this file or pipe, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub input_file: Option<PathBuf>,
    /// Have the answer as JSON of this form: a JSON Schema, or `@FILE` with one
    #[arg(long, value_name = "SCHEMA", conflicts_with_all = ["prompt_interactive"])]
    pub json_schema: Option<String>,
    /// Which program starts qwen; taken from clients made for Qwen Code, without effect
    #[arg(long, value_name = "NAME", hide = true)]
    channel: Option<String>,
}

/// What comes on stdin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputFormat {
    /// Text that belongs to the prompt.
    #[default]
    Text,
    /// Messages and control requests, one a line.
    StreamJson,
}

impl Arguments {
    /// Whether a program speaks with the session on stdin.
    pub fn is_spoken_to(&self) -> bool {
        self.output.input_format == Some(InputFormat::StreamJson)
    }

    /// Separates rules that were written with commas. A comma inside parentheses belongs to the rule.
    pub(super) fn separate_lists(&mut self) {
        let flags = &mut self.permissions;
        let lists = [&mut flags.exclude_tools, &mut flags.allowed_tools];
        for list in lists.into_iter().chain(flags.core_tools.as_mut()) {
            *list = list.iter().flat_map(|text| separated(text)).collect();
        }
    }
}

fn separated(text: &str) -> Vec<String> {
    let mut depth = 0_u32;
    let parts = text.split(move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "the parser's form")]
pub(super) fn secret(text: &str) -> Result<Arc<Secret>, std::convert::Infallible> {
    Ok(Arc::new(Secret::new(text.to_owned())))
}

fn mode_parser() -> impl clap::builder::TypedValueParser<Value = Mode> {
    // `auto_edit` stands in Qwen Code's pages.
    let names = Mode::ALL.map(|mode| {
        PossibleValue::new(mode.name()).help(mode.meaning()).alias(mode.name().replace('-', "_"))
    });
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Mode>())
}

fn format_parser() -> impl clap::builder::TypedValueParser<Value = Format> {
    let meanings = ["the last answer", "one array at the end", "one message a line, as things happen"];
    let names = Format::NAMES.into_iter().zip(meanings);
    PossibleValuesParser::new(names.map(|(name, meaning)| PossibleValue::new(name).help(meaning)))
        .try_map(|name| name.parse::<Format>())
}

fn input_parser() -> impl clap::builder::TypedValueParser<Value = InputFormat> {
    let names =
        [("text", "text for the prompt"), ("stream-json", "messages and control requests, one a line")];
    PossibleValuesParser::new(names.map(|(name, meaning)| PossibleValue::new(name).help(meaning))).map(
        |name| match name.as_str() {
            "stream-json" => InputFormat::StreamJson,
            _ => InputFormat::Text,
        },
    )
}

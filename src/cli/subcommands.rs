//! What `qwen` does beside being the agent.

use std::path::PathBuf;

use clap::{Args, ValueEnum, builder::PossibleValuesParser, value_parser};

use super::Shell;
use crate::sim::{CacheQuirk, OAuth};

/// What else than the agent to run.
#[derive(clap::Subcommand)]
pub enum Subcommand {
    /// Watch qwen fix a real bug, with no account and no network
    ///
    /// Makes a temporary git repository with a failing test, starts the simulator, and runs the whole product on
    /// it: reads, searches, edits, runs the test, and shows the bill with and without cache. The model is
    /// scripted; everything else is real.
    Demo(Demo),
    /// Serve a simulated Qwen Cloud on loopback, for people who test scripts
    ///
    /// Speaks Chat Completions with the cache rules of Qwen Cloud, and answers from a script. Point any client
    /// at the address it prints: `OPENAI_BASE_URL=http://127.0.0.1:8787/v1 OPENAI_API_KEY=any qwen -p hi`.
    Sim(Sim),
    /// See what the provider's cache holds, what it saved, and on which rules
    ///
    /// Answers from files on this machine alone: no request is made and no key is needed where none is used.
    /// Without a question it answers `status`. How the cache works, with numbers to check by hand: docs/caching.md.
    #[command(subcommand_value_name = "QUESTION", subcommand_help_heading = "Questions")]
    Cache(Cache),
    /// Print the completion script of a shell
    ///
    /// For instance: `qwen completions bash > ~/.local/share/bash-completion/completions/qwen`.
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// What is asked about the cache.
#[derive(Args, Clone, Debug)]
pub struct Cache {
    /// The question; `status` when none is asked.
    #[command(subcommand)]
    pub what: Option<CacheCommand>,
}

/// A question about the cache.
#[derive(clap::Subcommand, Clone, Debug)]
pub enum CacheCommand {
    /// Is this repository's prompt stored now, until when, and what would the next request read and write?
    ///
    /// For the account and the model a run in this folder would use. A prompt that is stored ("warm") is read at a
    /// tenth of the price; a cold one is written once at 1.25 and read from then on. Without a key it says which
    /// model and rules would hold.
    Status(CacheStatus),
    /// Why did each request of a session cost what it cost?
    ///
    /// Reads the transcript of the newest session of this project, or of the one that is named, and shows for each
    /// request what was expected before it was sent, what the provider reported, the cause of each difference,
    /// units, money and the running sums. A unit is one input token at its plain price.
    Explain(CacheExplain),
    /// Which rules are in force for this model, and what does each mode keep where and for how long?
    ///
    /// In words, with this model's numbers: the price of writing and reading, the smallest prompt that is stored,
    /// how long it lives, where markers go and when a write is worth its price.
    Policy(CachePolicy),
    /// Which models have which cache, and at what price?
    ///
    /// The catalogue as it was built in, with your own `cache.prices` above it. `listed` models honour markers by
    /// the provider's own list; `watched` ones by later sources, so the first two reports decide.
    Models(CacheModels),
}

/// What `qwen cache status` is asked for.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheStatus {
    /// Ask about this model instead of the one that is set
    #[arg(short, long, value_name = "NAME")]
    pub model: Option<String>,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `qwen cache explain` is asked for.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheExplain {
    /// The session's id or its beginning [default: the newest of this project]
    #[arg(value_name = "SESSION")]
    pub session: Option<String>,
    /// Answer as JSON, in the form of docs/schemas/cache-explain.schema.json
    #[arg(long)]
    pub json: bool,
}

/// What `qwen cache policy` is asked for.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct CachePolicy {
    /// Ask about this model instead of the one that is set
    #[arg(short, long, value_name = "NAME")]
    pub model: Option<String>,
}

/// What `qwen cache models` is asked for.
#[derive(Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheModels {
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// How the demo is shown.
#[derive(Args, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demo {
    /// Keep the temporary repository and say where it is
    #[arg(long)]
    pub keep: bool,
    /// Write a log instead of opening the screen, and approve what the script does
    #[arg(long)]
    pub text: bool,
}

/// How the simulator behaves.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Sim {
    /// The port to listen on; 0 takes any that is free
    #[arg(long, value_name = "PORT", default_value_t = 8787)]
    pub port: u16,
    /// What to answer, turn by turn [default: a plain greeting to everything]
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// The model it claims to be
    #[arg(long, value_name = "NAME", default_value = "qwen3-coder-plus")]
    pub model: String,
    /// The model's window, in tokens
    #[arg(long, value_name = "TOKENS")]
    pub window: Option<u64>,
    /// The key it accepts [default: any]
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// How many blocks before a marker the cache looks back
    #[arg(long, value_name = "BLOCKS", default_value_t = 20, value_parser = value_parser!(u32).range(1..))]
    pub look_back: u32,
    /// What counts as one block of the look-back
    #[arg(long, value_enum, default_value_t = SimUnit::Element)]
    pub unit: SimUnit,
    /// What is odd about the server's cache
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(CacheQuirk::names()))]
    pub cache_quirk: Option<String>,
    /// How logins by device code go
    #[arg(long, value_name = "NAME", default_value = "approve", value_parser = PossibleValuesParser::new(OAuth::names()))]
    pub oauth: String,
    /// How long an access token of a login lives, in seconds
    #[arg(long, value_name = "N")]
    pub oauth_token_seconds: Option<u64>,
}

/// What counts as one block of the look-back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SimUnit {
    /// Each part of a message's content
    Element,
    /// Each message
    Message,
}

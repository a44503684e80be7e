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
    /// Print the completion script of a shell
    ///
    /// For instance: `qwen completions bash > ~/.local/share/bash-completion/completions/qwen`.
    Completions {
        /// The shell
        shell: Shell,
    },
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

//! What `qwen` does beside being the agent.

use std::path::PathBuf;

use clap::{Args, ValueEnum, builder::PossibleValuesParser, value_parser};

use super::{Batch, Sessions, Shell};
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
    /// Answers from files on this machine alone: no request is made and no key is needed where none is used; only
    /// `forget` speaks with the provider.
    /// Without a question it answers `status`. How the cache works, with numbers to check by hand: docs/caching.md.
    #[command(subcommand_value_name = "QUESTION", subcommand_help_heading = "Questions")]
    Cache(Cache),
    /// Do many tasks of a file, several at once, and go on where it stopped when it is started again
    ///
    /// Each line of FILE is a task: a prompt in quotes, or an object such as `{"id": "a", "prompt": "fix it", "cwd":
    /// "packages/a"}`. Each is a one-shot run of its own in its own folder. Each finished one is one line of JSON in
    /// the output. Start the same command again after a stop, a crash or a power cut: what is done is not done twice.
    /// Fields, limits and recipes for more than one machine: docs/scale.md.
    #[command(after_help = Batch::EXAMPLES)]
    Batch(Batch),
    /// Sign in, see who is signed in, and choose between accounts
    ///
    /// Without a word it says who is signed in and what can be done; in a terminal it lists the ways to sign in. The
    /// spellings of Qwen Code are understood: `qwen auth qwen-oauth`, `qwen auth coding-plan --region global --key …`.
    #[command(subcommand_value_name = "WHAT", subcommand_help_heading = "What can be done")]
    Auth(Auth),
    /// See what a run here would use, and what is in its way
    ///
    /// Keys and where they go, what was passed over, proxy and certificates, files, cache, terminal and versions.
    /// Nothing is sent anywhere without --online. The page holds no key, no password and no name of yours, so it can
    /// be shown to others. Ends with the code a run would end with: 0, 41 without a credential, 52 with settings
    /// that cannot be used.
    Doctor(Doctor),
    /// See what leaves this machine, what the provider keeps, and what lies on this disk; remove it
    ///
    /// Without a word it shows all that for the account a run here would use. Nothing is sent. More: PRIVACY.md.
    #[command(subcommand_value_name = "WHAT", subcommand_help_heading = "What can be done")]
    Privacy(Privacy),
    /// See what is counted of how qwen is used, and turn it on or off
    ///
    /// Without a word it says whether anything is counted and why, where it goes, what waits and how old the id is.
    /// Everything that can ever be counted, and what decides: docs/telemetry.md.
    #[command(subcommand_value_name = "WHAT", subcommand_help_heading = "What can be done")]
    Telemetry(Telemetry),
    /// List the models of the catalogue: window, output, prices, cache, and where they are served
    ///
    /// With a filter, only names that contain it. Any other name can be used too, with careful defaults: `-m NAME`.
    /// `qwen cache models` lists the same models with the factors and limits of the cache; what a server itself
    /// offers, `qwen doctor --online` counts.
    Models(Models),
    /// See what was said in earlier sessions, take it elsewhere, remove it
    ///
    /// Without a word it lists the sessions of this project. Go on with the newest: `qwen --continue`; with another:
    /// `qwen --resume ID`. What is kept, where, for how long, and what a transcript holds: docs/sessions.md.
    #[command(subcommand_value_name = "WHAT", subcommand_help_heading = "What can be done")]
    Sessions(Sessions),
    /// Print the completion script of a shell
    ///
    /// For instance: `qwen completions bash > ~/.local/share/bash-completion/completions/qwen`.
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// How `qwen doctor` looks.
#[derive(Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doctor {
    /// Ask the server too: one real request with the key
    #[arg(long = "online")]
    pub is_online: bool,
    /// Answer as JSON, in the form of docs/schemas/doctor.schema.json
    #[arg(long)]
    pub json: bool,
}

/// What `qwen models` is asked for.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct Models {
    /// Only names that contain this
    #[arg(value_name = "FILTER")]
    pub filter: Option<String>,
    /// Answer as JSON, in the form of docs/schemas/models.schema.json
    #[arg(long)]
    pub json: bool,
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
    /// Have the provider delete the conversations it keeps for this project
    ///
    /// Only `cache.mode: session` leaves conversations with the provider; each goes by itself after 7 days. Deletes
    /// those of the named session, or of all sessions of this project that were made with the key in use, and says
    /// what could not be deleted. The transcripts on this machine stay.
    Forget(CacheForget),
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

/// What `qwen cache forget` is asked for.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheForget {
    /// The session's id or its beginning [default: all of this project]
    #[arg(value_name = "SESSION")]
    pub session: Option<String>,
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

/// What is asked about privacy.
#[derive(Args, Clone, Debug)]
pub struct Privacy {
    /// What to do; `show` when nothing is said.
    #[command(subcommand)]
    pub what: Option<PrivacyCommand>,
}

/// Something to do about privacy.
#[derive(clap::Subcommand, Clone, Debug)]
pub enum PrivacyCommand {
    /// Print what leaves, what is kept there, what is counted, and what lies here
    ///
    /// Also whether secrets are hidden from the model. `"privacy": {"redact": false}` in your own settings turns that off, a
    /// project cannot; in a session, `/privacy` lists what was hidden and `/privacy allow 1` sends one.
    Show,
    /// Remove what lies on this disk, after a yes
    ///
    /// Without a word: sessions, what you typed, context, the ledger of the cache, long outputs, telemetry and reports of
    /// crashes. Settings, accounts and keys only when they are named. A session that another process works with stays.
    Purge(PrivacyPurge),
}

/// What is removed.
#[derive(Args, Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent words of a command line")]
pub struct PrivacyPurge {
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Conversations, what you typed, and what was read of repositories
    #[arg(long)]
    pub sessions: bool,
    /// What is known of the provider's cache
    #[arg(long)]
    pub cache: bool,
    /// Whole outputs of tools
    #[arg(long)]
    pub outputs: bool,
    /// What is counted, and reports of crashes
    #[arg(long)]
    pub telemetry: bool,
    /// Your settings
    #[arg(long)]
    pub settings: bool,
    /// Accounts, keys in files and sign-ins
    #[arg(long)]
    pub accounts: bool,
}

/// What is done about counting.
#[derive(Args, Clone, Debug)]
pub struct Telemetry {
    /// What to do; `status` when nothing is said.
    #[command(subcommand)]
    pub what: Option<TelemetryCommand>,
}

/// Something to do about counting.
#[derive(clap::Subcommand, Clone, Debug)]
pub enum TelemetryCommand {
    /// Is anything counted here, why, where does it go, what waits, and how old is the id?
    Status,
    /// Print the exact bytes that wait to be sent; when none wait, those that were sent last
    Show {
        /// Print the bytes that were sent last
        #[arg(long = "sent")]
        is_sent: bool,
    },
    /// Say yes, also with an API key
    On,
    /// Say no, and remove everything that was kept
    ///
    /// Writes `privacy.usageStatisticsEnabled: false` into your settings, where Qwen Code reads it, too.
    Off,
    /// Remove what waits, what was sent last and the id
    Purge,
    /// Send what waits now, instead of with the next session
    Send,
    /// Print the report of the last crash
    Crash {
        /// Crash on purpose, to see what a report holds
        #[arg(long = "now")]
        is_now: bool,
        /// Remove the reports
        #[arg(long = "remove", conflicts_with = "is_now")]
        is_remove: bool,
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

/// What is done about accounts.
#[derive(Args, Clone)]
pub struct Auth {
    /// What to do; without it, what can be done is said.
    #[command(subcommand)]
    pub what: Option<AuthCommand>,
}

/// Something to do about accounts.
#[derive(clap::Subcommand, Clone)]
pub enum AuthCommand {
    /// Sign in with a code, or add a key
    ///
    /// The key is tested with one real request to its address and to no other, and kept when it works. A code is
    /// approved in any browser on any machine; success is announced after one real request. Messages are on stderr.
    /// With a pipe nothing is asked: `printenv MY_KEY | qwen auth login qwen-cloud --region singapore --key-stdin`.
    Login(AuthLogin),
    /// Forget an account and its key
    Logout {
        /// The account [default: the one that is chosen]
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Who is signed in here, with what, and what stands above it?
    ///
    /// Exits with 41 when nobody is.
    Status {
        /// Answer as JSON (docs/auth.md)
        #[arg(long)]
        json: bool,
    },
    /// The accounts, and the keys that were found elsewhere
    List {
        /// Answer as JSON (docs/auth.md)
        #[arg(long)]
        json: bool,
    },
    /// Use an account from now on
    Use {
        /// The account, or the variable of a key that was found
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Ask the server of an account one real question
    ///
    /// Exits with 0 when the key works, with 41 when it is refused.
    Test {
        /// The account [default: what a run here would use]
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// A preset by its name, as in Qwen Code: the same as `login` with it.
    #[command(external_subcommand)]
    Preset(Vec<String>),
}

/// How somebody signs in.
#[derive(Args, Clone, Default)]
pub struct AuthLogin {
    /// What to sign in to: qwen-oauth, qwen-cloud, coding-plan, token-plan, openrouter, deepseek, custom, … [default: ask]
    #[arg(value_name = "PRESET")]
    pub preset: Option<String>,
    /// Read the key from stdin
    #[arg(long, conflicts_with = "key")]
    pub key_stdin: bool,
    /// The key; other users of this machine can see it while qwen runs, so prefer --key-stdin
    #[arg(short, long, value_name = "KEY", value_parser = super::arguments::secret)]
    pub(super) key: Option<std::sync::Arc<crate::base::Secret>>,
    /// The region or plan of the preset: china, global, singapore, us, …
    #[arg(long, value_name = "REGION", conflicts_with = "base_url")]
    pub region: Option<String>,
    /// The address, for a server of your own
    #[arg(short = 'u', long, value_name = "URL")]
    pub base_url: Option<String>,
    /// The model to use [default: the provider's usual one]
    #[arg(short, long, value_name = "NAME")]
    pub model: Option<String>,
    /// The name of the account [default: the preset's]
    #[arg(short, long, value_name = "NAME")]
    pub name: Option<String>,
    /// Keep the key although its test failed
    #[arg(long)]
    pub keep_untested: bool,
}

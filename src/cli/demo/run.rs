//! Runs the demo, in the terminal or as a log.

use std::{fs, io::Write};

use super::{repository, script};
use crate::{
    agent,
    auth::{Credential, Endpoint, Source},
    base::{AbsPath, Secret, Tokens},
    catalog::{Overrides, Profile},
    cli::{Demo, Streams, assemble, connect, face},
    headless::{self, Approvals, Format, Input},
    protocol::{Failure, Kind},
    sim::{Sim, SimOptions, Total},
    tui,
};

const MODEL: &str = "qwen3-coder-plus";

const WELCOME: &str = "\
This is a demo of qwen: no account, no network. The model is a script, played by
a simulator on this machine. Everything else is real: the repository, the failing
test, the tools, your approvals, the requests and the cache.";

/// Makes the repository, starts the simulator, plays, and shows the bill. Gives the exit code.
///
/// Errors: no temporary folder, no free port, no runtime.
pub(in crate::cli) fn run(demo: Demo, streams: Streams) -> Result<u8, Failure> {
    let broken = |e: std::io::Error| Failure::new(Kind::Bug, format!("the demo cannot be set up: {e}"));
    let folder = tempfile::Builder::new().prefix("qwen-demo-").tempdir().map_err(broken)?;
    let work = folder.path().join("slug");
    fs::create_dir_all(&work).map_err(broken)?;
    repository::make(&work).map_err(broken)?;
    let root = fs::canonicalize(&work).map_err(broken)?;
    let root =
        AbsPath::new(root).ok_or_else(|| Failure::new(Kind::Bug, "the temporary folder has no path"))?;
    let code = assemble::runtime()?.block_on(play(demo, streams, &root))?;
    if demo.keep {
        let kept = folder.keep();
        say(&format!("The repository is kept in {}", kept.join("slug").display()));
    }
    Ok(code)
}

async fn play(demo: Demo, streams: Streams, root: &AbsPath) -> Result<u8, Failure> {
    let options = SimOptions { script: script::script(), ..SimOptions::default() };
    let sim = Sim::start(options)
        .await
        .map_err(|e| Failure::new(Kind::Network, format!("the simulator cannot listen on 127.0.0.1: {e}")))?;
    let base = sim.base_url();
    let endpoint = Endpoint::parse(&base).map_err(|e| Failure::new(Kind::Bug, e.to_string()))?;
    let overrides = Overrides { proxy_base_url: Some(base.clone()), ..Overrides::default() };
    let profile = Profile::resolve(endpoint.host(), &base, MODEL, &overrides);
    let key = Secret::new("sk-demo-0000000000000000".to_owned());
    let credential = Credential::new(endpoint, Some(key), Source::BuiltIn);
    let setup = assemble::plain(root, assemble::new_session(), Ok(connect::bare(credential, profile)));
    say(WELCOME);
    say(&format!("\nrepository {root}\nsimulator  {base}\n"));
    let handle = agent::start(setup);
    let is_screen = streams.stdin_is_terminal && streams.stdout_is_terminal && face::can_draw() && !demo.text;
    let code = if is_screen {
        face::screen(
            handle,
            tui::Options {
                first_prompt: Some(script::PROMPT.to_owned()),
                paint: tui::Paint::of_environment(tui::Theme::Auto, |name| std::env::var(name).ok()),
                ..tui::Options::default()
            },
            None,
        )
        .await?
    } else {
        let options = headless::Options {
            format: Format::Narration,
            approvals: Approvals::Once,
            is_terminal: streams.stdout_is_terminal,
            ..headless::Options::new(Input::Prompt(script::PROMPT.to_owned()))
        };
        face::one_shot(handle, options).await
    };
    say(&bill(sim.total()));
    Ok(code)
}

/// What the simulator would have charged: counted by the server, not by the client.
fn bill(total: Total) -> String {
    let whole = |units: u64| Tokens((units + 500) / 1_000);
    let share = (total.units * 100).checked_div(total.units_without_cache).unwrap_or(100);
    format!(
        "\nThe simulator's own bill, by the rules of Qwen Cloud (1 unit = the price of 1 input token):\n\
         \x20 {} requests, {} tokens in: {} read from cache, {} written, {} plain\n\
         \x20 with cache {} units, without {} units: {share} %",
        total.requests,
        Tokens(total.prompt),
        Tokens(total.cached),
        Tokens(total.created),
        Tokens(total.plain),
        whole(total.units),
        whole(total.units_without_cache),
    )
}

/// Writes to stdout; a closed pipe ends nothing.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

//! From the words of the command line to the exit code.

use std::{
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use super::{
    Arguments, Start, Streams, Subcommand, assemble, auth, batch,
    begin::Begin,
    beside::Beside,
    cache, demo, doctor,
    door::Door,
    face, models, parse, privacy, read_stdin, report, sessions,
    shut::shut,
    simulate, start,
    telemetry::{self, Counting, Relay},
};
use crate::{
    agent,
    base::Moment,
    headless::{self, Input, Lines},
    protocol::Failure,
    tui,
};

/// How long a search that cannot be stopped may hold up the end.
const LAST: Duration = Duration::from_millis(500);

/// Runs `qwen` with the words of the command line. `--version` and `--help` touch nothing else.
pub fn main() -> ExitCode {
    let started = Moment(assemble::now());
    match parse(std::env::args_os()) {
        Ok(arguments) => {
            shut();
            ExitCode::from(go(arguments, started))
        }
        Err(code) => ExitCode::from(code),
    }
}

fn go(mut arguments: Arguments, started: Moment) -> u8 {
    let streams = Streams {
        stdin_is_terminal: io::stdin().is_terminal(),
        stdout_is_terminal: io::stdout().is_terminal(),
    };
    let format = arguments.output.output_format.unwrap_or_default();
    let ended = match arguments.command.take() {
        Some(Subcommand::Completions { shell }) => {
            let written = io::stdout().write_all(shell.script().as_bytes());
            // A closed pipe has read what it wanted.
            Ok(u8::from(written.is_err_and(|e| e.kind() != io::ErrorKind::BrokenPipe)))
        }
        Some(Subcommand::Auth(flags)) => auth::run(flags, streams),
        Some(Subcommand::Batch(flags)) => batch::run(&flags),
        Some(Subcommand::Cache(flags)) => cache::run(flags),
        Some(Subcommand::Doctor(flags)) => doctor::run(flags),
        Some(Subcommand::Models(flags)) => models::run(&flags),
        Some(Subcommand::Demo(flags)) => demo::run(flags, streams),
        Some(Subcommand::Sessions(flags)) => sessions::run(flags, streams),
        Some(Subcommand::Sim(flags)) => simulate::run(&flags),
        Some(Subcommand::Privacy(flags)) => privacy::run(flags),
        Some(Subcommand::Telemetry(flags)) => telemetry::run(flags),
        None => session(arguments, streams, started),
    };
    ended.unwrap_or_else(|failure| report(&failure, format, &mut io::stderr()))
}

/// The agent itself, in the terminal or once.
fn session(mut arguments: Arguments, streams: Streams, started: Moment) -> Result<u8, Failure> {
    let has_prompt = !arguments.prompt.query.is_empty() || arguments.prompt.prompt.is_some();
    let piped =
        if arguments.is_spoken_to() { String::new() } else { read_stdin(has_prompt, &mut io::stderr())? };
    let start = start(&arguments, streams, &piped)?;
    let is_interactive = matches!(start, Start::Interactive { .. });
    let asked = assemble::asked(&mut arguments)?;
    let begin = Begin::asked(arguments.session.resume());
    let mut assembled = assemble::session(&arguments, &asked, &begin, is_interactive)?;
    let sweep = sessions::Sweep::of(&assembled.beginning.known, assembled.beginning.is_private);
    let counting = Counting::begin(&assembled.beginning, started);
    let spill = assembled.beginning.is_private.then(|| assembled.setup.spill.clone());
    let relay = Relay::new(counting.watch());
    assembled.setup.watch = relay.next();
    assembled.setup.notices.extend(counting.notices());
    let runtime = assemble::runtime()?;
    let beside = {
        let _entered = runtime.enter();
        Arc::new(Beside::begin(&arguments)?)
    };
    let partial = arguments.output.include_partial_messages;
    let code = runtime.block_on(async move {
        let working = counting.start();
        let handle = beside.around(agent::start(assembled.setup));
        let ended = match start {
            Start::Interactive { first } => {
                let options = tui::Options { first_prompt: first, ..assembled.screen };
                let door = Door::new(arguments, asked, relay, Arc::clone(&beside));
                face::screen(handle, options, Some(door)).await
            }
            Start::OneShot { .. } | Start::Stream => {
                let input = match start {
                    Start::OneShot { prompt } => Input::Prompt(prompt),
                    _ => Input::Lines(Lines::of(io::stdin())),
                };
                let run = headless::Options {
                    format: assembled.format,
                    include_partial_messages: partial,
                    is_terminal: streams.stdout_is_terminal,
                    err_is_terminal: io::stderr().is_terminal(),
                    ..headless::Options::new(input)
                };
                Ok(face::one_shot(handle, run).await)
            }
        };
        beside.end();
        working.end().await;
        ended
    });
    // Dropping what still runs kills the commands of a run that was stopped. Nothing else is worth a longer wait.
    runtime.shutdown_timeout(LAST);
    if let Some(spill) = spill {
        // Nothing may have been put there.
        let _ = std::fs::remove_dir_all(spill);
    }
    if let Some(sweep) = sweep {
        sweep.run();
    }
    code
}

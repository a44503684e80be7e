//! Puts a face on an agent: the terminal or a one-shot run.

use std::{io::IsTerminal as _, sync::Arc};

use crate::{
    agent::Handle,
    headless,
    protocol::{Failure, Kind},
    tui::{self, Leaving, Manner},
};

/// Runs once and gives the exit code. Ctrl-C and a request to end stop the run, which then ends with its own code.
pub(super) async fn one_shot(mut handle: Handle, run: headless::Options) -> u8 {
    let stop = run.stop.clone();
    let stopper = tokio::spawn(async move {
        if super::signals::asked_to_stop().await {
            stop.cancel();
        }
    });
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    let code = headless::run(&mut handle, run, &mut out, &mut err).await;
    stopper.abort();
    code
}

/// Whether the terminal can move its cursor.
pub(super) fn can_draw() -> bool {
    std::env::var_os("TERM").is_none_or(|name| name != "dumb")
}

/// Opens the screen, which begins other sessions through `door`; gives the exit code when the person leaves.
pub(super) async fn screen(
    handle: Handle,
    options: tui::Options,
    door: Option<Arc<dyn tui::Door>>,
) -> Result<u8, Failure> {
    let manner = match options.manner {
        Manner::Inline | Manner::Fullscreen if !can_draw() || !std::io::stdout().is_terminal() => {
            Manner::Lines
        }
        asked => asked,
    };
    let options = tui::Options { manner, ..options };
    let exit = tui::run(handle, options, door).await.map_err(|e| {
        Failure::new(Kind::Usage, format!("the terminal cannot be used: {e}"))
            .hint("use `qwen -p` to run without a screen")
    })?;
    Ok(match exit.reason {
        Leaving::Asked | Leaving::AgentEnded => 0,
        // As a shell reports a program that a signal ended.
        Leaving::Signal(number) => 128_u8.saturating_add(number),
    })
}

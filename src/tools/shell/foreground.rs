//! A command that is waited for.

use std::{process::ExitStatus, time::Duration};

use encoding_rs::{Decoder, UTF_8};
use tokio::time::{Instant, sleep_until, timeout};

use super::program;
use crate::{
    base::Clean,
    permissions::ShellCommand,
    protocol::{Display, Verdict},
    sandbox::{self, Output},
    tools::{
        Hands, Outcome,
        bound::{Gather, Keep},
    },
};

/// After the command has ended, what it left running in the background may hold its output open. That long the
/// rest of the output is waited for.
const DRAIN: Duration = Duration::from_millis(250);

/// Between the request to end and the kill.
const GRACE: Duration = Duration::from_secs(1);

/// A pause this long after a stop means that nothing more lies in the pipe.
const CATCH_UP: Duration = Duration::from_millis(20);

/// A line without an end is passed on when it is this long. Unit: bytes.
const UNENDED: usize = 64 * 1024;

enum Ending {
    Exited(ExitStatus),
    Lost(std::io::Error),
    TimedOut,
    Stopped,
}

/// Runs the command to its end, its time limit if it has one, or a stop.
pub(super) async fn run(command: &ShellCommand, limit: Option<Duration>, hands: &Hands) -> Outcome {
    let (mut running, mut output) = match sandbox::spawn(program::confined(command, hands)) {
        Ok(started) => started,
        Err(e) => return Outcome::failed(format!("cannot start the command: {e}")),
    };
    let mut log = Log::new(hands);
    let deadline = Instant::now() + limit.unwrap_or_default();
    let mut is_open = true;
    let mut buffer = vec![0; 16 * 1024];
    let ending = loop {
        tokio::select! {
            biased;
            () = hands.stop.cancelled() => break Ending::Stopped,
            () = sleep_until(deadline), if limit.is_some() => break Ending::TimedOut,
            read = output.read(&mut buffer), if is_open => match read {
                Ok(n @ 1..) => log.take(&buffer[..n]),
                _ => is_open = false,
            },
            status = running.wait() => break status.map_or_else(Ending::Lost, Ending::Exited),
        }
    };
    match &ending {
        Ending::Stopped => {
            running.end(GRACE);
            if is_open {
                log.catch_up(&mut output).await;
            }
        }
        Ending::TimedOut => {
            running.ask_to_end();
            is_open = is_open && log.drain(&mut output, GRACE).await;
            drop(running);
        }
        Ending::Exited(_) | Ending::Lost(_) => {
            is_open = is_open && log.drain(&mut output, DRAIN).await;
        }
    }
    let is_left = is_open && matches!(ending, Ending::Exited(_));
    if is_left {
        output.discard();
    }
    log.outcome(&ending, limit, is_left)
}

/// What the command wrote so far.
struct Log<'a> {
    hands: &'a Hands,
    decoder: Decoder,
    line: String,
    gather: Gather,
}

impl<'a> Log<'a> {
    fn new(hands: &'a Hands) -> Self {
        let gather = Gather::new(Keep::Ends, "shell", hands.limits, hands.spill.clone());
        Self { hands, decoder: UTF_8.new_decoder_without_bom_handling(), line: String::new(), gather }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.decode(bytes, false);
    }

    fn decode(&mut self, bytes: &[u8], is_last: bool) {
        let room = self.decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len() * 3 + 16);
        let mut text = String::with_capacity(room);
        // The room is enough for all of it, by the decoder's own word.
        let _ = self.decoder.decode_to_string(bytes, &mut text, is_last);
        if text.is_empty() {
            return;
        }
        (self.hands.progress)(&text);
        self.line.push_str(&text);
        // Colours, titles and rewritten progress lines are of no use to a model; lines are cleaned whole.
        let whole = match self.line.rfind('\n') {
            Some(at) => at + 1,
            None if self.line.len() >= UNENDED => self.line.len(),
            None => return,
        };
        let rest = self.line.split_off(whole);
        let lines = std::mem::replace(&mut self.line, rest);
        self.gather.push(Clean::output(&lines).as_str());
    }

    /// Reads what was written before the stop and lies in the pipe; ends with the first pause.
    async fn catch_up(&mut self, output: &mut Output) {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(Ok(n @ 1..)) = timeout(CATCH_UP, output.read(&mut buffer)).await {
            self.take(&buffer[..n]);
            if n < buffer.len() {
                return;
            }
        }
    }

    /// Reads on until the end or for `time`. Returns whether the output is still open.
    async fn drain(&mut self, output: &mut Output, time: Duration) -> bool {
        let until = Instant::now() + time;
        let mut buffer = vec![0; 16 * 1024];
        loop {
            tokio::select! {
                biased;
                () = self.hands.stop.cancelled() => return true,
                () = sleep_until(until) => return true,
                read = output.read(&mut buffer) => match read {
                    Ok(n @ 1..) => self.take(&buffer[..n]),
                    _ => return false,
                },
            }
        }
    }

    fn outcome(mut self, ending: &Ending, limit: Option<Duration>, is_left: bool) -> Outcome {
        self.decode(&[], true);
        self.gather.push(Clean::output(&self.line).as_str());
        let shown = self.gather.finish();
        let (verdict, said, exit_code) = match ending {
            Ending::Exited(status) if status.success() => (Verdict::Done, self::ending(*status), Some(0)),
            Ending::Exited(status) => (Verdict::Failed, self::ending(*status), status.code()),
            Ending::Lost(e) => (Verdict::Failed, format!("cannot learn how it ended: {e}"), None),
            Ending::TimedOut => {
                let after = limit.unwrap_or_default().as_secs_f64();
                let next = "raise `timeout`, or use is_background";
                (Verdict::Failed, format!("killed at its time limit of {after} s; {next}"), None)
            }
            Ending::Stopped => (Verdict::Interrupted, "stopped by the person".to_owned(), None),
        };
        let left = if is_left { "; it left a process running in the background" } else { "" };
        let body = shown.text.trim_end();
        let body = if body.is_empty() { "(no output)" } else { body };
        let hidden_lines = shown.lines.saturating_sub(shown.tail.len() as u64);
        let display = Display::Output { tail: shown.tail.join("\n"), hidden_lines, exit_code };
        Outcome { text: format!("{body}\n[{said}{left}]"), verdict, display: Some(display) }
    }
}

/// How a process ended, in words.
pub(super) fn ending(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("killed by signal {signal}");
    }
    status.code().map_or_else(|| "ended without an exit code".to_owned(), |code| format!("exit code {code}"))
}

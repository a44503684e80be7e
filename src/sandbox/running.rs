//! A group of processes, while it runs.

use std::{fs::File, io, process::ExitStatus, process::Stdio, time::Duration};

use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop};
use tokio::process::Command;

use super::Confined;

/// Starts the command. Its standard output and standard error come as one stream.
///
/// Errors: the program does not exist or cannot be run, or the folder is gone.
pub fn spawn(confined: Confined) -> io::Result<(Running, Output)> {
    let mut command = confined.command();
    drop(confined);
    let pipe = Pipe::attach(&mut command)?;
    let mut wrap = grouped(command);
    wrap.wrap(KillOnDrop);
    let mut child = wrap.spawn()?;
    // The command holds our copies of the pipe's writing end; while one lives, the stream never ends.
    drop(wrap);
    let output = pipe.output(child.as_mut())?;
    Ok((Running { child, is_owned: true }, output))
}

/// Starts the command with its output going to `file`; it lives on when the handle is dropped.
///
/// Errors: as [`spawn`].
pub fn spawn_into(confined: Confined, file: File) -> io::Result<Running> {
    let mut command = confined.command();
    drop(confined);
    command.stderr(Stdio::from(file.try_clone()?)).stdout(Stdio::from(file));
    let child = grouped(command).spawn()?;
    Ok(Running { child, is_owned: false })
}

fn grouped(command: Command) -> CommandWrap {
    let mut wrap = CommandWrap::from(command);
    // A session of its own is also a group of its own, and has no terminal: what asks for a password or draws on
    // `/dev/tty` fails instead of meeting the person's screen and keys.
    #[cfg(unix)]
    wrap.wrap(process_wrap::tokio::ProcessSession);
    #[cfg(windows)]
    wrap.wrap(process_wrap::tokio::JobObject);
    wrap
}

/// The processes of one command. Dropping it kills them all, unless the first of them has ended by itself or the
/// command was started with [`spawn_into`].
#[derive(Debug)]
pub struct Running {
    child: Box<dyn ChildWrapper>,
    is_owned: bool,
}

impl Running {
    /// The number of the first process; `None` once it has ended.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until the first process ends. What it left running in the background is not waited for.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        // The group's own `wait` also waits for background processes when they are our children.
        let status = self.child.inner_mut().wait().await?;
        self.is_owned = false;
        Ok(status)
    }

    /// Asks all processes to end (`SIGTERM`); on Windows it kills them.
    pub fn ask_to_end(&mut self) {
        // A group that is already gone needs no signal.
        #[cfg(unix)]
        let _ = self.child.signal(15);
        #[cfg(not(unix))]
        let _ = self.child.start_kill();
    }

    /// Asks all processes to end and kills what is left after `grace`, without making the caller wait.
    pub fn end(mut self, grace: Duration) {
        self.ask_to_end();
        // Should the runtime stop first, dropping the task kills them at once.
        tokio::spawn(async move {
            tokio::time::sleep(grace).await;
            drop(self);
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.is_owned {
            let _ = self.child.start_kill();
        }
    }
}

/// What a command writes: both streams, in the order of arrival.
#[derive(Debug)]
pub struct Output {
    #[cfg(unix)]
    pipe: tokio::net::unix::pipe::Receiver,
    #[cfg(not(unix))]
    streams: (Option<tokio::process::ChildStdout>, Option<tokio::process::ChildStderr>),
}

impl Output {
    /// Reads what is there; zero means that nobody can write any more.
    #[cfg(unix)]
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        tokio::io::AsyncReadExt::read(&mut self.pipe, buffer).await
    }

    /// Reads what is there; zero means that nobody can write any more.
    #[cfg(not(unix))]
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use tokio::io::AsyncReadExt as _;
        let mut other = vec![0; buffer.len()];
        loop {
            let (out, err) = (&mut self.streams.0, &mut self.streams.1);
            let (is_out, read) = match (out.as_mut(), err.as_mut()) {
                (None, None) => return Ok(0),
                (Some(out), None) => (true, out.read(buffer).await),
                (None, Some(err)) => (false, err.read(buffer).await),
                (Some(out), Some(err)) => tokio::select! {
                    read = out.read(buffer) => (true, read),
                    read = err.read(&mut other) => {
                        if let Ok(n) = read {
                            buffer[..n].copy_from_slice(&other[..n]);
                        }
                        (false, read)
                    }
                },
            };
            match read {
                Ok(0) | Err(_) if is_out => self.streams.0 = None,
                Ok(0) | Err(_) => self.streams.1 = None,
                Ok(n) => return Ok(n),
            }
        }
    }

    /// Goes on reading without keeping anything, so that a process left in the background can write on.
    pub fn discard(mut self) {
        tokio::spawn(async move {
            let mut buffer = vec![0; 4096];
            while matches!(self.read(&mut buffer).await, Ok(1..)) {}
        });
    }
}

/// How the streams of a child are caught: on Unix one pipe for both, so that their order is kept.
struct Pipe {
    #[cfg(unix)]
    reader: io::PipeReader,
}

impl Pipe {
    #[cfg(unix)]
    fn attach(command: &mut Command) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        command.stderr(Stdio::from(writer.try_clone()?)).stdout(Stdio::from(writer));
        Ok(Self { reader })
    }

    #[cfg(unix)]
    fn output(self, _child: &mut dyn ChildWrapper) -> io::Result<Output> {
        Ok(Output { pipe: tokio::net::unix::pipe::Receiver::from_owned_fd(self.reader.into())? })
    }

    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, reason = "the same shape on every system")]
    fn attach(command: &mut Command) -> io::Result<Self> {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(Self {})
    }

    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, reason = "the same shape on every system")]
    fn output(self, child: &mut dyn ChildWrapper) -> io::Result<Output> {
        Ok(Output { streams: (child.stdout().take(), child.stderr().take()) })
    }
}

//! A command with its limits.

use std::{ffi::OsString, process::Stdio};

use tokio::process::Command;

use crate::base::AbsPath;

/// A program, its arguments, and the limits it runs in: its folder, what it sees of the environment, no input.
///
/// This is the only thing [`super::spawn`] takes, so a limit of the operating system that is added here holds for
/// every child.
#[derive(Clone, Debug)]
pub struct Confined {
    program: OsString,
    args: Vec<OsString>,
    directory: AbsPath,
    hidden: Vec<String>,
    set: Vec<(&'static str, &'static str)>,
}

impl Confined {
    /// A program that will run in `directory` and see the whole environment.
    pub fn new(program: impl Into<OsString>, directory: AbsPath) -> Self {
        Self { program: program.into(), args: Vec::new(), directory, hidden: Vec::new(), set: Vec::new() }
    }

    /// With one more argument.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Without these environment variables.
    pub fn hide(mut self, names: &[String]) -> Self {
        self.hidden.extend_from_slice(names);
        self
    }

    /// With these environment variables.
    pub fn set(mut self, pairs: &[(&'static str, &'static str)]) -> Self {
        self.set.extend_from_slice(pairs);
        self
    }

    /// The command for the operating system. Hidden names are removed last, so that nothing brings one back.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).current_dir(&self.directory).stdin(Stdio::null());
        for (name, value) in &self.set {
            command.env(name, value);
        }
        for name in &self.hidden {
            command.env_remove(name);
        }
        command
    }
}

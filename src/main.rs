//! The `qwen` binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    qwen::cli::main()
}

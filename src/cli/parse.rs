//! From words to [`Arguments`].

use std::{
    ffi::OsString,
    io::{self, Write as _},
};

use clap::{CommandFactory as _, Parser as _, error::ErrorKind};

use super::Arguments;
use crate::protocol::Kind;

/// Reads the command line, the program's name first.
///
/// Errors: the exit code, when everything is said already: help and version on stdout with 0, wrong use on stderr
/// with the code of [`Kind::Usage`]. Nothing else is started before this, so `--version` is instant.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Arguments, u8> {
    read(words).map_err(|error| {
        // A closed stdout or stderr leaves nobody to tell.
        let _ = match error.kind() {
            ErrorKind::DisplayVersion => writeln!(io::stdout(), "{}", env!("CARGO_PKG_VERSION")),
            _ => error.print(),
        };
        if error.use_stderr() { Kind::Usage.exit_code() } else { 0 }
    })
}

/// As [`parse`], telling nobody. Errors: what is wrong with the words, or what was asked for in place of a run.
pub(super) fn read(words: impl IntoIterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    let mut arguments = Arguments::try_parse_from(words)?;
    // A lone `help` asks for help, not for a model.
    if arguments.prompt.query == ["help"] {
        let mut command = Arguments::command();
        let help = command.render_long_help();
        return Err(command.error(ErrorKind::DisplayHelp, help));
    }
    arguments.separate_lists();
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::SessionId,
        cli::{Demo, Resume, Subcommand, TurnLimit},
        headless::Format,
        protocol::Mode,
    };

    fn arguments(words: &[&str]) -> Result<Arguments, ErrorKind> {
        let words = std::iter::once("qwen").chain(words.iter().copied()).map(OsString::from);
        read(words).map_err(|error| error.kind())
    }

    fn valid(words: &[&str]) -> Arguments {
        arguments(words).unwrap_or_else(|kind| panic!("{words:?}: {kind}"))
    }

    fn refused(words: &[&str]) -> Option<ErrorKind> {
        arguments(words).err()
    }

    #[test]
    fn the_tree_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_script_written_for_qwen_code_is_understood() {
        let mut all = valid(&[
            "-p",
            "fix",
            "-m",
            "qwen3-max",
            "--approval-mode",
            "auto-edit",
            "-o",
            "stream-json",
            "--include-partial-messages",
            "--max-session-turns",
            "20",
            "--auth-type",
            "openai",
            "--openai-api-key",
            "sk-1",
            "--openai-base-url",
            "http://localhost:1/v1",
            "--add-dir",
            "../a,../b",
            "--session-id",
            "mine",
        ]);
        assert_eq!(all.prompt.prompt.as_deref(), Some("fix"));
        assert_eq!(all.model.model.as_deref(), Some("qwen3-max"));
        assert_eq!(all.permissions.mode(), Some(Mode::AutoEdit));
        assert_eq!(all.output.output_format, Some(Format::StreamJson));
        assert!(all.output.include_partial_messages);
        assert_eq!(all.session.turn_limit(), Some(TurnLimit::Requests(20)));
        assert_eq!(all.model.take_key().map(|key| key.expose().to_owned()).as_deref(), Some("sk-1"));
        assert!(all.model.take_key().is_none());
        assert_eq!(all.context.include_directories, [std::path::Path::new("../a"), "../b".as_ref()]);
        assert_eq!(all.session.session_id.as_deref(), Some("mine"));
    }

    #[test]
    fn rules_come_apart_at_commas_and_spaces_but_stay_whole_in_parentheses() {
        let flags =
            ["--allowed-tools", "Bash(git log, -1), edit", "read_file", "-p", "x", "--core-tools", "a,b"];
        let permissions = valid(&flags).permissions;
        assert_eq!(permissions.allowed_tools, ["Bash(git log, -1)", "edit", "read_file"]);
        assert_eq!(permissions.core_tools, Some(vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let contradictions: [&[&str]; 5] = [
            &["--yolo", "--approval-mode", "plan"],
            &["--continue", "--resume", "a"],
            &["-p", "a", "-i", "b"],
            &["-p", "a", "b"],
            &["-i", "a", "b"],
        ];
        for words in contradictions {
            assert_eq!(refused(words), Some(ErrorKind::ArgumentConflict), "{words:?}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        assert_eq!(refused(&["--nonsense"]), Some(ErrorKind::UnknownArgument));
        assert_eq!(refused(&["--approval-mode", "auto"]), Some(ErrorKind::InvalidValue));
        assert_eq!(refused(&["-o", "xml"]), Some(ErrorKind::InvalidValue));
        assert_eq!(refused(&["--auth-type", "gemini"]), Some(ErrorKind::InvalidValue));
        assert_eq!(refused(&["--max-session-turns", "-2"]), Some(ErrorKind::ValueValidation));
    }

    #[test]
    fn help_and_version_have_all_their_names() {
        for word in ["-v", "-V", "--version"] {
            assert_eq!(refused(&[word]), Some(ErrorKind::DisplayVersion), "{word}");
        }
        for word in ["-h", "--help", "help"] {
            assert_eq!(refused(&[word]), Some(ErrorKind::DisplayHelp), "{word}");
        }
    }

    #[test]
    fn a_subcommand_is_one_only_in_front() {
        let demo = valid(&["demo", "--keep"]).command;
        assert!(matches!(demo, Some(Subcommand::Demo(Demo { keep: true, text: false }))));
        let words = valid(&["fix", "the", "demo"]);
        assert_eq!(words.prompt.query, ["fix", "the", "demo"]);
        assert!(words.command.is_none());
    }

    #[test]
    fn sessions_are_named_or_chosen() {
        let resume = |words: &[&str]| valid(words).session.resume();
        assert_eq!(resume(&[]), None);
        assert_eq!(resume(&["-c"]), Some(Resume::Newest));
        assert_eq!(resume(&["--continue"]), Some(Resume::Newest));
        assert_eq!(resume(&["-r"]), Some(Resume::Choose));
        assert_eq!(resume(&["--resume", "a"]), Some(Resume::Id(SessionId::new("a"))));
    }

    #[test]
    fn minus_one_lifts_the_limit_of_turns() {
        let limit = |words: &[&str]| valid(words).session.turn_limit();
        assert_eq!(limit(&[]), None);
        assert_eq!(limit(&["--max-session-turns", "-1"]), Some(TurnLimit::None));
        assert_eq!(limit(&["--max-session-turns", "0"]), Some(TurnLimit::Requests(0)));
    }
}

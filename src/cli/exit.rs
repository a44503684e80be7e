//! How a failure leaves the program.

use std::io::Write;

use crate::{
    base::Clean,
    headless::{self, Format},
    protocol::Failure,
};

/// The exit code of a batch whose tasks all have a result, some of them a failure. No kind of failure has this number.
pub(super) const SOME_FAILED: u8 = 61;

/// Writes a failure for a person, or for a program when `format` is one of the JSON formats, and gives the exit
/// code. stdout stays empty. Errors: none; a closed stderr changes nothing.
pub fn report(failure: &Failure, format: Format, err: &mut dyn Write) -> u8 {
    let text = if format.is_json() {
        headless::fatal(failure)
    } else {
        Clean::new(&failure.to_string()).into_string()
    };
    let _ = writeln!(err, "{text}");
    failure.kind.exit_code()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Kind;

    #[test]
    fn a_person_reads_lines_and_a_program_reads_json() {
        let failure = Failure::new(Kind::Config, "`tools.core` is not a list").hint("write it as [\"edit\"]");
        let written = |format| {
            let mut err = Vec::new();
            assert_eq!(report(&failure, format, &mut err), 52);
            String::from_utf8(err).expect("text")
        };
        assert_eq!(
            written(Format::Text),
            "error: `tools.core` is not a list\n  hint: write it as [\"edit\"]\n"
        );
        assert_eq!(
            written(Format::Json),
            "{\"error\":{\"type\":\"FatalConfigError\",\"message\":\"`tools.core` is not a list\",\"code\":52,\
             \"hints\":[\"write it as [\\\"edit\\\"]\"]}}\n"
        );
    }
}

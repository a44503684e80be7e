//! An error for programs, on stderr.

use serde_json::{Value, json};

use crate::protocol::{Failure, Kind};

/// A failure as one line of JSON: `{"error":{"type","message","code"}}`, with `hints` when there are any.
///
/// Source: the shape and the names of the types are Qwen Code's, where it has the kind (`FatalTurnLimitedError`
/// and its siblings); the others continue the series.
pub fn fatal(failure: &Failure) -> String {
    let mut error = json!({
        "type": type_name(failure.kind),
        "message": failure.error,
        "code": failure.kind.exit_code(),
    });
    if !failure.hints.is_empty() {
        error["hints"] = Value::from(failure.hints.clone());
    }
    json!({ "error": error }).to_string()
}

fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Bug => "FatalInternalError",
        Kind::Usage => "FatalInputError",
        Kind::Config => "FatalConfigError",
        Kind::Auth => "FatalAuthenticationError",
        Kind::Expired => "FatalSignInExpiredError",
        Kind::Quota => "FatalQuotaError",
        Kind::Network => "FatalNetworkError",
        Kind::Provider => "FatalProviderError",
        Kind::Context => "FatalContextError",
        Kind::Refused => "FatalRefusedError",
        Kind::Limit => "FatalTurnLimitedError",
        Kind::Budget => "FatalBudgetExceededError",
        Kind::Output => "FatalStructuredOutputError",
        Kind::Loop => "FatalLoopError",
        Kind::Interrupted => "FatalCancellationError",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_reads_what_it_reads_from_qwen_code() {
        assert_eq!(
            fatal(&Failure::new(Kind::Limit, "the limit was reached")),
            r#"{"error":{"type":"FatalTurnLimitedError","message":"the limit was reached","code":53}}"#
        );
    }

    #[test]
    fn no_two_kinds_share_a_type() {
        let mut names: Vec<_> = Kind::ALL.into_iter().map(type_name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Kind::ALL.len());
    }
}

//! Small facts and sentences the driver needs.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::base::Moment;

/// The shell that commands run in, as the model is told.
pub(super) fn shell() -> String {
    if cfg!(windows) { "powershell".to_owned() } else { "bash".to_owned() }
}

/// The time now, for the transcript.
pub(super) fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Answers a call that the rules forbid.
pub(super) fn forbidden(reason: &str) -> String {
    format!("Not allowed: {reason}. Nothing was run. Do not try the same by another way.")
}

/// Answers a command that holds the mark of a hidden secret.
pub(super) fn mark_in_command(mark: &str) -> String {
    format!(
        "`{mark}` stands for a secret that you cannot see, so a command with it would do something else than you mean. \
         Nothing was run. Leave the secret where it is, or ask the user."
    )
}

/// A number from 0 to 1, for spreading retries.
#[expect(clippy::cast_precision_loss, reason = "spreading needs no precision")]
pub(super) fn random() -> f64 {
    (uuid::Uuid::new_v4().as_u128() >> 76) as f64 / (1_u64 << 52) as f64
}

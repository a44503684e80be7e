//! The sign-in with a code, as lines on stderr.

use std::{sync::Arc, sync::Mutex, sync::PoisonError};

use tokio_util::sync::CancellationToken;

use super::{
    super::desk::Service,
    run::{say, say_lines},
};
use crate::{
    base::minutes,
    protocol::{Failure, SignIn},
};

/// Signs in; gives the exit code. Errors: how it ended otherwise.
pub(super) async fn sign_in(service: &Arc<Service>, stop: &CancellationToken) -> Result<u8, Failure> {
    // The same step again and again would only fill a log.
    let last = Mutex::new(String::new());
    let tell = |step: SignIn| {
        let Some(text) = words(&step) else { return };
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != text {
            text.lines().for_each(say);
            *last = text;
        }
    };
    let connection = service.sign_in(stop, &tell).await?;
    say_lines(&connection.notes);
    say(&format!("signed in; the model is `{}`", connection.profile.model));
    Ok(0)
}

/// A step for a person; the last ones are said by whoever ends the program.
fn words(step: &SignIn) -> Option<String> {
    match step {
        SignIn::Contacting => Some("asking for a code …".to_owned()),
        SignIn::Approve { user_code, link, full_link, expires_in, was_opened } => {
            let opened = if *was_opened { " (it was opened in your browser)" } else { "" };
            let short = if full_link == link { String::new() } else { format!("\n  or:    {link}") };
            Some(format!(
                "open this page in any browser, on any machine{opened}:\n  page:  {full_link}{short}\n  code:  \
                 {user_code}\nand approve; the code holds for {}",
                minutes(expires_in.as_secs())
            ))
        }
        SignIn::Waiting { last } => Some(last.clone()),
        SignIn::Testing => Some("approved; making one real request …".to_owned()),
        SignIn::Expired | SignIn::Failed(_) => None,
    }
}

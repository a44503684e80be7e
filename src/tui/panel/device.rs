//! The page that waits for an approval elsewhere.

use std::time::Duration;

use crate::{
    base::{Clean, Moment},
    protocol::{Failure, SignIn},
};

/// A device flow as a person sees it.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Device {
    pub(super) stage: Stage,
    /// What was heard last, and when.
    pub(super) heard: Option<(String, Moment)>,
}

/// Where it stands.
#[derive(Clone, Debug, Default)]
pub(super) enum Stage {
    /// The server is asked for a code.
    #[default]
    Contacting,
    /// The person has to approve.
    Approving(Code),
    /// One real request is made.
    Testing,
    /// The code ran out.
    Expired,
    /// It ended without an account.
    Failed(Failure),
}

/// What to approve, cleaned.
#[derive(Clone, Debug)]
pub(super) struct Code {
    /// What to compare.
    pub(super) words: String,
    /// Without the code.
    pub(super) link: String,
    /// With the code in it.
    pub(super) full_link: String,
    pub(super) expires: Moment,
    pub(super) was_opened: bool,
}

impl Device {
    /// Takes the next step.
    pub(super) fn hear(&mut self, step: SignIn, now: Moment) {
        let line = |text: &str| Clean::line(text).into_string();
        self.stage = match step {
            SignIn::Contacting => Stage::Contacting,
            SignIn::Approve { user_code, link, full_link, expires_in, was_opened } => {
                Stage::Approving(Code {
                    words: line(&user_code),
                    link: line(&link),
                    full_link: line(&full_link),
                    expires: now.after(expires_in),
                    was_opened,
                })
            }
            SignIn::Waiting { last } => {
                self.heard = Some((line(&last), now));
                return;
            }
            SignIn::Testing => Stage::Testing,
            SignIn::Expired => Stage::Expired,
            SignIn::Failed(failure) => Stage::Failed(failure),
        };
    }

    /// The link to copy or open.
    pub(super) fn link(&self) -> Option<&str> {
        match &self.stage {
            Stage::Approving(code) => Some(&code.full_link),
            _ => None,
        }
    }

    /// Whether a new code can be asked for.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Expired | Stage::Failed(_))
    }

    /// The next full second of the countdown.
    pub(super) fn wake_at(&self, now: Moment) -> Option<Moment> {
        match &self.stage {
            Stage::Approving(code) if code.expires > now => {
                let rest = u64::try_from(code.expires.since(now).as_millis() % 1_000).unwrap_or(0);
                Some(now.after(Duration::from_millis(if rest == 0 { 1_000 } else { rest })))
            }
            _ => None,
        }
    }
}

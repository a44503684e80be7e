//! How often the token endpoint is asked, and until when. Pure; the clock is an argument.

use std::{
    fmt,
    time::{Duration, Instant, SystemTime},
};

use futures::future::BoxFuture;

use super::{answer::Heard, words};
use crate::protocol::{Failure, Kind};

/// The wait between two questions when the server names none. Source: RFC 8628 section 3.2.
const USUAL: Duration = Duration::from_secs(5);
/// What `slow_down` adds, for good. Source: RFC 8628 section 3.5.
const SLOWER: Duration = Duration::from_secs(5);
/// No wait is longer. Source: `docs/sources.md`, wire 4.
const LONGEST: Duration = Duration::from_secs(30);
/// A wait shorter than this is a server's mistake.
const SHORTEST: Duration = Duration::from_secs(1);
/// The wall clock may drift from the steady one by this much before it counts as a jump.
const JUMP: Duration = Duration::from_secs(10);
/// How often a yes without a token is taken for a slip.
const SLIPS: u32 = 3;

/// What happened while a sign-in is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The person has not decided yet.
    Pending,
    /// The server wants to be asked less often.
    SlowedDown {
        /// The wait from now on.
        interval: Duration,
    },
    /// There was no answer that could be read; it is tried again.
    Lost {
        /// Why.
        failure: Failure,
        /// After this long.
        wait: Duration,
    },
    /// The clock jumped: this machine slept, or its time was set. The server is asked at once.
    ClockJumped,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending => write!(f, "waiting for you to confirm in the browser"),
            Self::SlowedDown { interval } => {
                write!(f, "the server wants to be asked less often: every {} seconds now", interval.as_secs())
            }
            Self::Lost { failure, wait } => {
                write!(f, "{}; trying again in {} seconds", failure.error, wait.as_secs())
            }
            Self::ClockJumped => write!(f, "the clock jumped, perhaps this machine slept; asking again"),
        }
    }
}

/// A moment on both clocks, each since a beginning of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// The steady clock. It may stand still while the machine sleeps.
    pub(super) steady: Duration,
    /// The clock on the wall. It may be set.
    pub(super) wall: Duration,
}

/// Tells the time and waits.
pub(super) trait Clock: Send + Sync {
    fn now(&self) -> Reading;
    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()>;
}

/// The clocks of this machine.
pub(super) struct Machine {
    began: Instant,
}

impl Machine {
    pub(super) fn new() -> Self {
        Self { began: Instant::now() }
    }
}

impl Clock for Machine {
    fn now(&self) -> Reading {
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Reading { steady: self.began.elapsed(), wall }
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// What to do after an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Wait and ask again, and tell the person.
    Wait(Duration, Step),
    /// It is over.
    Over(Failure),
    /// There is a grant in the answer.
    Done(Vec<u8>),
}

/// The rhythm of one sign-in.
pub(super) struct Pace {
    host: String,
    interval: Duration,
    /// The wait after a question that was lost; back to nothing once there is an answer.
    backoff: Duration,
    slips: u32,
    /// Why the last question was lost.
    lost: Option<Failure>,
}

impl Pace {
    /// `interval` is the server's, if it named one.
    pub(super) fn new(host: &str, interval: Option<Duration>) -> Self {
        let interval = interval.filter(|i| !i.is_zero()).unwrap_or(USUAL).clamp(SHORTEST, LONGEST);
        Self { host: host.to_owned(), interval, backoff: Duration::ZERO, slips: 0, lost: None }
    }

    /// What follows from an answer, or from its absence.
    pub(super) fn after(&mut self, heard: Result<Heard, Failure>) -> Next {
        let host = self.host.clone();
        match heard {
            Err(failure) if failure.kind != Kind::Network => Next::Over(failure),
            Err(failure) => self.lost(failure),
            Ok(Heard::Garbled(status)) => self.lost(words::garbled(&host, status)),
            Ok(Heard::Busy(status)) => self.lost(words::busy(&host, status)),
            Ok(heard) => {
                (self.lost, self.backoff) = (None, Duration::ZERO);
                self.answered(heard)
            }
        }
    }

    /// The code has run out by our own clock.
    pub(super) fn expired(&self) -> Failure {
        self.lost.as_ref().map_or_else(words::expired, |last| words::expired_unheard(&self.host, last))
    }

    /// Whether the last question was lost.
    pub(super) fn is_lost(&self) -> bool {
        self.lost.is_some()
    }

    /// The wait before the next question.
    pub(super) fn interval(&self) -> Duration {
        self.interval
    }

    fn answered(&mut self, heard: Heard) -> Next {
        let host = &self.host;
        Next::Over(match heard {
            Heard::Granted(body) => return Next::Done(body),
            Heard::Pending => return Next::Wait(self.interval, Step::Pending),
            Heard::SlowDown => {
                self.interval = (self.interval + SLOWER).min(LONGEST);
                return Next::Wait(self.interval, Step::SlowedDown { interval: self.interval });
            }
            Heard::NoToken if self.slips + 1 < SLIPS => {
                self.slips += 1;
                return Next::Wait(self.interval, Step::Pending);
            }
            Heard::NoToken => words::no_token(host),
            // This server answers a code that ran out with 401. Source: `docs/sources.md`, wire 4.
            Heard::Expired | Heard::Unauthorized(_) => words::expired(),
            Heard::Denied => words::denied(),
            Heard::WrongClient(said) => words::wrong_client(host, &said),
            Heard::WrongGrant(said) => words::wrong_code(host, &said),
            Heard::Refused(status, said) => words::refused(host, status, &said),
            Heard::Garbled(status) => words::garbled(host, status),
            Heard::Busy(status) => words::busy(host, status),
            Heard::Moved => words::moved(host),
        })
    }

    fn lost(&mut self, failure: Failure) -> Next {
        self.backoff = (self.backoff * 2).clamp(self.interval, LONGEST);
        self.lost = Some(failure.clone());
        Next::Wait(self.backoff, Step::Lost { failure, wait: self.backoff })
    }
}

/// Whether one clock ran away from the other between two readings.
pub(super) fn jumped(before: Reading, now: Reading) -> bool {
    let steady = now.steady.saturating_sub(before.steady);
    match now.wall.checked_sub(before.wall) {
        Some(wall) => wall.abs_diff(steady) > JUMP,
        None => true,
    }
}

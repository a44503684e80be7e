//! How long to wait before the next try.

use std::time::Duration;

use super::{Class, Trouble};

/// No wait is longer. Source: `docs/sources.md`, wire 5.2.
const LONGEST: Duration = Duration::from_secs(120);

/// Seconds between tries at a limit per minute. Source: `docs/sources.md`, wire 5.2, rule 5.
const SLOW: [f64; 5] = [5.0, 10.0, 20.0, 40.0, 60.0];

/// The wait before try number `attempt + 1`; `attempt` counts the failed ones and begins with 1. `random` lies in
/// `0.0..1.0` and spreads sessions that failed together by 30 % to either side. The server's own wish wins.
pub fn backoff(attempt: u32, trouble: &Trouble, random: f64) -> Duration {
    if let Some(asked) = trouble.after {
        return asked.min(LONGEST);
    }
    let step = attempt.saturating_sub(1);
    let base = match trouble.class {
        Class::Adapted | Class::ChainLost | Class::Unserved => return Duration::ZERO,
        Class::RetrySlowly => SLOW[usize::try_from(step).unwrap_or(usize::MAX).min(SLOW.len() - 1)],
        _ => (1.5 * 2_f64.powi(i32::try_from(step.min(10)).unwrap_or(10))).min(30.0),
    };
    Duration::from_secs_f64(base * (0.7 + 0.6 * random.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Failure, Kind};

    fn waits(class: Class, after: Option<Duration>) -> Vec<u128> {
        let failure = Failure::new(Kind::Network, "lost");
        let trouble = Trouble { class, failure, after, request_id: None, status: 0, taught: None };
        (1..=7).map(|attempt| backoff(attempt, &trouble, 0.5).as_millis()).collect()
    }

    #[test]
    fn waits_double_up_to_a_cap() {
        assert_eq!(waits(Class::Retry, None), [1_500, 3_000, 6_000, 12_000, 24_000, 30_000, 30_000]);
    }

    #[test]
    fn a_limit_per_minute_is_given_time() {
        assert_eq!(waits(Class::RetrySlowly, None), [5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
    }

    #[test]
    fn the_server_is_believed_within_reason() {
        assert_eq!(waits(Class::Retry, Some(Duration::from_secs(7)))[0], 7_000);
        assert_eq!(waits(Class::Retry, Some(Duration::from_secs(10_000)))[0], 120_000);
        assert_eq!(waits(Class::Adapted, None)[0], 0);
    }

    #[test]
    fn chance_moves_a_wait_by_at_most_a_third() {
        let failure = Failure::new(Kind::Network, "lost");
        let trouble =
            Trouble { class: Class::Retry, failure, after: None, request_id: None, status: 0, taught: None };
        let range = [0.0, 1.0].map(|random| backoff(1, &trouble, random).as_millis());
        assert_eq!(range, [1_050, 1_950]);
        assert!(backoff(u32::MAX, &trouble, 1.0) <= Duration::from_secs(39));
    }
}

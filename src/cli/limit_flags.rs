//! What a run may use up, as it is written on the command line.

use std::time::Duration;

use clap::{Args, value_parser};

/// What a run may use up. A run in the terminal has no such limits.
#[derive(Args, Debug)]
#[command(next_help_heading = "Limits of one-shot runs")]
pub struct LimitFlags {
    /// Stop after this time with exit code 55: `90`, `30s`, `5m`, `1.5h`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub max_wall_time: Option<Duration>,
    /// Stop with exit code 55 when the model calls more tools than this; 0 allows none, -1 is no limit
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true, value_parser = value_parser!(i64).range(-1..=1_000_000))]
    pub max_tool_calls: Option<i64>,
    /// Stop with exit code 55 when the requests have cost this much, in US dollars
    #[arg(long, value_name = "DOLLARS", value_parser = dollars)]
    pub max_cost: Option<f64>,
    /// Stop with exit code 55 when the requests have used this many tokens, in and out
    #[arg(long, value_name = "COUNT", value_parser = value_parser!(u64).range(1..))]
    pub max_tokens: Option<u64>,
}

/// The longest time. Source: Qwen Code's, which is what its timers hold.
const LONGEST: f64 = 2_147_483.0;

/// Reads a time: a number of seconds, or of what stands behind it. Errors: what is wrong with it.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[number.len()..] {
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        other => return Err(format!("`{other}` is no unit of time; use s, m or h")),
    };
    let seconds =
        number.parse::<f64>().map_err(|_| "write it as `90`, `30s`, `5m` or `1.5h`".to_owned())? * unit;
    if !(1.0..=LONGEST).contains(&seconds) {
        return Err("it must be between 1 second and 24 days".to_owned());
    }
    Duration::try_from_secs_f64(seconds).map_err(|e| e.to_string())
}

/// Reads an amount of dollars. Errors: what is wrong with it.
pub(super) fn dollars(text: &str) -> Result<f64, String> {
    let dollars = text.trim_start_matches('$').parse::<f64>().ok();
    dollars
        .filter(|dollars| *dollars > 0.0 && dollars.is_finite())
        .ok_or_else(|| "it must be more than 0".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_the_ways_of_qwen_code() {
        let seconds = |text| duration(text).map(|time| time.as_secs());
        assert_eq!(["90", "30s", "5m", "1.5h"].map(seconds), [Ok(90), Ok(30), Ok(300), Ok(5_400)]);
        for wrong in ["0", "0.5", "-1", "30d", "", "s", "1h30m", "600h", "NaN", "inf"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_amount_is_more_than_nothing() {
        assert_eq!([dollars("0.25"), dollars("$2")], [Ok(0.25), Ok(2.0)]);
        for wrong in ["0", "-1", "", "NaN", "inf", "2€"] {
            assert!(dollars(wrong).is_err(), "{wrong}");
        }
    }
}

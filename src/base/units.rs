//! Numbers that carry their unit in their type, so that tokens are never added to bytes.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Sub},
    time::Duration,
};

use serde::{Deserialize, Serialize};

macro_rules! counted {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(
            /// The count.
            pub u64,
        );

        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                *self = *self + other;
            }
        }

        /// Saturating: a difference below zero is zero.
        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
                all.fold(Self::default(), Add::add)
            }
        }

        /// Groups of three digits, separated by commas: `12,345`.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&grouped(self.0))
            }
        }
    };
}

counted! {
    /// A number of model tokens.
    Tokens
}
counted! {
    /// A number of bytes.
    Bytes
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

impl Bytes {
    /// The size in the largest unit that keeps it above one: `812 B`, `4.4 KB`, `1.2 MB` (powers of 1000).
    pub fn short(self) -> String {
        match self.0 {
            n @ 0..1_000 => format!("{n} B"),
            n @ 1_000..1_000_000 => format!("{}.{} KB", n / 1_000, n % 1_000 / 100),
            n @ 1_000_000..1_000_000_000 => format!("{}.{} MB", n / 1_000_000, n % 1_000_000 / 100_000),
            n => format!("{}.{} GB", n / 1_000_000_000, n % 1_000_000_000 / 100_000_000),
        }
    }
}

impl Tokens {
    /// The count for a narrow place: `812`, `4.4k`, `131k`, `1.0M`.
    pub fn short(self) -> String {
        match self.0 {
            n @ 0..1_000 => n.to_string(),
            n @ 1_000..10_000 => format!("{}.{}k", n / 1_000, n % 1_000 / 100),
            n @ 10_000..1_000_000 => format!("{}k", n / 1_000),
            n => format!("{}.{}M", n / 1_000_000, n % 1_000_000 / 100_000),
        }
    }
}

/// An amount of US dollars, exact: counted in millionths of a millionth, so that a tenth of the price of one
/// token of the cheapest model is still a whole number. May be negative (a saving that was a loss).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// A price per million tokens given in thousandths of a dollar: `per_million(1_800)` is $1.80 a million.
    /// Multiply by a token count with [`Money::times`].
    pub const fn per_million(milli_dollars: i64) -> Self {
        // $0.001 / 1,000,000 tokens = 10^-9 dollars a token = 1,000 of our 10^-12 units.
        Self(milli_dollars * 1_000)
    }

    /// From 10^-12 dollars.
    pub const fn from_pico_dollars(pico: i64) -> Self {
        Self(pico)
    }

    /// From an amount a person wrote; what is beyond nine million dollars counts as that.
    #[expect(clippy::cast_possible_truncation, reason = "a cast of a float stops at the ends")]
    pub fn from_dollars(dollars: f64) -> Self {
        Self((dollars * 1e12).round() as i64)
    }

    /// In 10^-12 dollars.
    pub const fn pico_dollars(self) -> i64 {
        self.0
    }

    /// In dollars, for output formats that want a float.
    #[expect(clippy::cast_precision_loss, reason = "display only; exact below $9,000")]
    pub fn dollars(self) -> f64 {
        self.0 as f64 / 1e12
    }

    /// This price times a number of tokens, times `factor` thousandths (1,000 = the whole price).
    pub fn times(self, tokens: Tokens, factor: u32) -> Self {
        let exact = i128::from(self.0) * i128::from(tokens.0) * i128::from(factor) / 1_000;
        Self(i64::try_from(exact).unwrap_or(if exact < 0 { i64::MIN } else { i64::MAX }))
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// Three significant places below a dollar, cents above: `$0.0312`, `$0.00041`, `$12.40`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let value = self.dollars().abs();
        let places = match value {
            v if v >= 1.0 || v == 0.0 => 2,
            v if v >= 0.1 => 3,
            v if v >= 0.01 => 4,
            v if v >= 0.001 => 5,
            _ => 6,
        };
        f.pad(&format!("{sign}${value:.places$}"))
    }
}

/// A point in time: milliseconds since 1970-01-01 UTC. Handed in by whoever owns a clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(
    /// Milliseconds since 1970-01-01 UTC.
    pub u64,
);

impl Moment {
    /// How long after `earlier` this is; zero if it is before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// As text for programs: `2026-11-21T14:05:00Z`; `None` after the year 9999.
    pub fn timestamp(self) -> Option<String> {
        let ms = i64::try_from(self.0).ok()?;
        jiff::Timestamp::from_millisecond(ms).ok().map(|stamp| stamp.to_string())
    }

    /// This moment, later by `wait`.
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)))
    }
}

/// A stretch of time in whole minutes, for a sentence: `45 s`, `6 min`, `3 h 5 min`, `2 days`.
pub fn minutes(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 if (seconds / 60).is_multiple_of(60) => format!("{} h", seconds / 3_600),
        3_600..172_800 => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        let shown: Vec<String> =
            [0, 7, 999, 1_000, 12_345, 1_234_567].iter().map(|n| Tokens(*n).to_string()).collect();
        assert_eq!(shown, ["0", "7", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn a_tenth_of_the_cheapest_price_is_still_exact() {
        let price = Money::per_million(50);
        assert_eq!(price.times(Tokens(3), 100).pico_dollars(), 15_000);
        assert_eq!(Money::per_million(1_000).times(Tokens(1_000_000), 1_000).to_string(), "$1.00");
    }

    #[test]
    fn a_stretch_of_time_has_its_natural_size() {
        let told = [0, 59, 60, 3_599, 3_600, 11_100, 172_800].map(minutes);
        assert_eq!(told, ["0 s", "59 s", "1 min", "59 min", "1 h", "3 h 5 min", "2 days"]);
    }

    #[test]
    fn a_loss_is_shown_as_a_loss() {
        assert_eq!((Money::per_million(1_000) - Money::per_million(1_000_000)).to_string(), "-$0.000999");
    }
}

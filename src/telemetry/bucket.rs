//! Numbers as ranges: what is said is the lower end of the range a number lies in.

use std::{fmt, marker::PhantomData, time::Duration};

use super::word::{Value, Word, sealed::Sealed};
use crate::base;

/// The ranges of one kind of number. Sealed.
pub trait Scale: Sealed + Copy {
    /// The lower ends, ascending, the first one 0.
    const ENDS: &'static [u64];
}

/// The range a number lies in. The number itself is gone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Bucket<S> {
    at: usize,
    scale: PhantomData<S>,
}

impl<S: Scale> Bucket<S> {
    /// The range of a number.
    pub fn of(number: u64) -> Self {
        let at = S::ENDS.iter().rposition(|end| *end <= number).unwrap_or(0);
        Self { at, scale: PhantomData }
    }

    fn end(self) -> u64 {
        S::ENDS.get(self.at).copied().unwrap_or(0)
    }
}

impl<S: Scale> fmt::Debug for Bucket<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", self.end())
    }
}

impl<S: Scale> Sealed for Bucket<S> {}

impl<S: Scale> Word for Bucket<S> {
    fn value(self) -> Option<Value> {
        Some(Value::Number(self.end()))
    }

    fn all() -> Vec<Value> {
        S::ENDS.iter().copied().map(Value::Number).collect()
    }
}

macro_rules! scale {
    ($(#[$doc:meta])* $name:ident: $($end:literal)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name;

        impl Sealed for $name {}

        impl Scale for $name {
            const ENDS: &'static [u64] = &[$($end),+];
        }
    };
}

scale! {
    /// Durations. *Unit:* milliseconds.
    Milliseconds: 0 10 30 100 300 1_000 3_000 10_000 30_000 100_000 300_000 1_000_000 3_000_000 10_000_000
}
scale! {
    /// Sizes of texts. *Unit:* bytes.
    Bytes: 0 1 100 300 1_000 3_000 10_000 30_000 100_000
}
scale! {
    /// Sizes of prompts and answers. *Unit:* tokens.
    Tokens: 0 100 1_000 3_000 10_000 30_000 100_000 300_000 1_000_000
}
scale! {
    /// How many.
    Many: 0 1 2 3 5 10 20 50 100 300
}
scale! {
    /// A share. *Unit:* percent.
    Percent: 0 10 20 30 40 50 60 70 80 90 95 100
}

impl Bucket<Milliseconds> {
    /// The range of a duration.
    pub fn took(duration: Duration) -> Self {
        Self::of(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }
}

impl Bucket<Percent> {
    /// The share of `part` in `whole`; `None` when there is no whole.
    pub fn share(part: base::Tokens, whole: base::Tokens) -> Option<Self> {
        part.0.saturating_mul(100).checked_div(whole.0).map(Self::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_becomes_the_lower_end_of_its_range() {
        let said = |number| Bucket::<Many>::of(number).value();
        assert_eq!(
            [0, 1, 4, 5, 99, 100, u64::MAX].map(said),
            [0, 1, 3, 5, 50, 100, 300].map(|end| Some(Value::Number(end)))
        );
    }

    #[test]
    fn all_scales_begin_with_zero_and_ascend() {
        for ends in [Milliseconds::ENDS, Bytes::ENDS, Tokens::ENDS, Many::ENDS, Percent::ENDS] {
            assert_eq!(ends[0], 0);
            assert!(ends.is_sorted_by(|a, b| a < b), "{ends:?}");
        }
    }

    #[test]
    fn a_share_of_nothing_is_not_said() {
        let share = |part, whole| Bucket::share(base::Tokens(part), base::Tokens(whole)).value();
        assert_eq!(share(0, 0), None);
        assert_eq!(share(96, 100), Some(Value::Number(95)));
        assert_eq!(share(u64::MAX, 1), Some(Value::Number(100)));
    }
}

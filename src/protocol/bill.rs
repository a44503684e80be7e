//! What a session or a request cost, in a person's words: the same in every face.

use super::{Charge, Totals, Usage};
use crate::base::{Money, Tokens};

/// One line of a bill: what it is about, and what there is to say.
pub type Entry = (&'static str, String);

impl Usage {
    /// How much of the input came from a cache, in percent; `None` when the provider does not say.
    pub fn hit_rate(&self) -> Option<u64> {
        let cached = self.cached?;
        (self.input.0 > 0).then(|| cached.0 * 100 / self.input.0)
    }

    /// The input by what it cost: `8,000 read from cache, 1,500 written, 500 plain`.
    pub fn parts(&self) -> String {
        let read = self.cached.unwrap_or_default();
        match (self.cached, self.created) {
            (None, None) => "what the cache did was not reported".to_owned(),
            (_, None) => format!("{read} read from cache, {} plain", self.plain()),
            (_, Some(written)) => {
                format!("{read} read from cache, {written} written, {} plain", self.plain())
            }
        }
    }

    /// All of it: `10,000 in, 80 % hit: 8,000 read from cache, 1,500 written, 500 plain · 20 out`.
    pub fn in_words(&self) -> String {
        let hit = self.hit_rate().map(|rate| format!(", {rate} % hit")).unwrap_or_default();
        format!("{} in{hit}: {} · {} out", self.input, self.parts(), self.output)
    }
}

impl Charge {
    /// How much more or less the input cost than without any cache. *Unit:* percent, negative when it cost less.
    pub fn against_nothing(&self) -> i64 {
        percent(self.units, self.units_uncached)
    }

    /// How much more or less it cost than with the implicit cache at its best. *Unit:* as above.
    pub fn against_implicit(&self) -> i64 {
        percent(self.units, self.units_implicit)
    }

    /// What was saved against the implicit cache at its best, in money; negative when that had been cheaper.
    pub fn saved_to_implicit(&self) -> Option<Money> {
        self.money_implicit.zip(self.money).map(|(without, with)| without - with)
    }
}

impl Totals {
    /// What all of it cost: an amount, or that nobody knows the price. Never an amount that is not known.
    pub fn price(&self) -> String {
        match self.charge.money {
            Some(money) => money.to_string(),
            None if self.usage.total() == Tokens(0) => Money::default().to_string(),
            None => "price unknown".to_owned(),
        }
    }

    /// The sums of a session, line by line; `time` begins the first.
    pub fn bill(&self, time: Option<&str>) -> Vec<Entry> {
        let denied = if self.denied > 0 { format!(" ({} denied)", self.denied) } else { String::new() };
        let lines = match (self.lines_added, self.lines_removed) {
            (0, 0) => String::new(),
            (added, removed) => format!(" · lines +{added} −{removed}"),
        };
        let time = time.map(|time| format!("{time} · ")).unwrap_or_default();
        let (requests, calls) = (many(self.requests.into(), "request"), many(self.calls.into(), "tool call"));
        let kept_warm = many(self.pings.into(), "ping");
        let pings = if self.pings > 0 { format!(" + {kept_warm} to keep warm") } else { String::new() };
        let mut bill = vec![
            ("session", format!("{time}{requests}{pings} · {calls}{denied}{lines}")),
            ("tokens", self.usage.in_words()),
        ];
        if self.usage.input > Tokens(0) {
            bill.push(("units", self.charge.units_in_words()));
        }
        bill.push(("money", self.charge.money_in_words().unwrap_or_else(|| self.price())));
        bill
    }
}

impl Charge {
    /// The input in units, and against what it would have been.
    pub fn units_in_words(&self) -> String {
        let mut text = format!(
            "{}; without a cache {} ({})",
            rounded(self.units),
            rounded(self.units_uncached),
            signed(self.against_nothing())
        );
        if self.units_implicit > 0 {
            let implicit = rounded(self.units_implicit);
            text = format!("{text}, implicit at best {implicit} ({})", signed(self.against_implicit()));
        }
        text
    }

    /// Input and output in money, and against what they would have been; `None` when the price is not known.
    pub fn money_in_words(&self) -> Option<String> {
        let (with, without) = self.money.zip(self.money_uncached)?;
        let mut text = format!("{with}; without a cache {without} ({})", saved(without - with));
        if let Some((implicit, saving)) = self.money_implicit.zip(self.saved_to_implicit()) {
            text = format!("{text}, implicit at best {implicit} ({})", saved(saving));
        }
        Some(text)
    }

    /// What a person should know where the cache has cost more than it saved; `None` where it has paid.
    pub fn not_yet(&self, requests: u64) -> Option<String> {
        let loss = self.against_nothing();
        (self.units > self.units_uncached).then(|| {
            if requests == 1 {
                format!("first request: {} saved; writing costs more, it pays from the second", signed(-loss))
            } else {
                format!("{} saved so far: more was written than has been read back", signed(-loss))
            }
        })
    }
}

/// `1 request`, `2 requests`.
pub fn many(n: u64, what: &str) -> String {
    format!("{} {what}{}", Tokens(n), if n == 1 { "" } else { "s" })
}

/// `−12 %`, `+3 %`, `±0 %`.
pub fn signed(percent: i64) -> String {
    match percent {
        0 => "±0 %".to_owned(),
        n if n < 0 => format!("−{} %", n.unsigned_abs()),
        n => format!("+{n} %"),
    }
}

/// Thousandths of a unit as whole units.
pub fn rounded(thousandths: u64) -> Tokens {
    Tokens((thousandths + 500) / 1_000)
}

fn saved(money: Money) -> String {
    if money < Money::default() {
        format!("{} more", Money::default() - money)
    } else {
        format!("saved {money}")
    }
}

fn percent(with: u64, without: u64) -> i64 {
    let (with, without) = (i128::from(with), i128::from(without));
    if without == 0 {
        return 0;
    }
    i64::try_from((with - without) * 100 / without).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One request that writes, then one that reads it. Source: worked examples 1 to 3 of the specification.
    fn examples() -> [(Usage, Charge); 2] {
        let usage = |input, cached, created| Usage {
            input: Tokens(input),
            cached: Some(Tokens(cached)),
            created: Some(Tokens(created)),
            output: Tokens(10),
            reasoning: None,
        };
        let price = |thousandths: i64| Some(Money::from_pico_dollars(thousandths * 1_000));
        let charge = |units, uncached, implicit| Charge {
            units,
            units_uncached: uncached,
            units_implicit: implicit,
            money: price(i64::try_from(units).expect("small")),
            money_uncached: price(i64::try_from(uncached).expect("small")),
            money_implicit: price(i64::try_from(implicit).expect("small")),
        };
        [
            (usage(1_206, 0, 1_200), charge(1_506_000, 1_206_000, 1_206_000)),
            (usage(1_506, 1_200, 300), charge(501_000, 1_506_000, 546_000)),
        ]
    }

    fn totals(of: &[(Usage, Charge)]) -> Totals {
        let charge = of.iter().fold(Charge::nothing(), |sum, (_, charge)| sum.plus(*charge));
        let usage = of.iter().fold(Usage::default(), |sum, (usage, _)| sum.plus(*usage));
        Totals {
            requests: u32::try_from(of.len()).expect("few"),
            calls: 1,
            usage,
            charge,
            ..Totals::default()
        }
    }

    #[test]
    fn the_bill_tells_what_was_paid_and_what_would_have_been() {
        let bill = totals(&examples()).bill(Some("14 s"));
        let expected = [
            ("session", "14 s · 2 requests · 1 tool call"),
            ("tokens", "2,712 in, 44 % hit: 1,200 read from cache, 1,500 written, 12 plain · 20 out"),
            ("units", "2,007; without a cache 2,712 (−25 %), implicit at best 1,752 (+14 %)"),
            (
                "money",
                "$0.00201; without a cache $0.00271 (saved $0.000705), implicit at best $0.00175 ($0.000255 more)",
            ),
        ];
        assert_eq!(bill, expected.map(|(name, text)| (name, text.to_owned())));
    }

    #[test]
    fn a_first_request_is_an_honest_loss() {
        let first = totals(&examples()[..1]).charge;
        assert_eq!(first.against_nothing(), 24);
        let told = first.not_yet(1);
        assert_eq!(
            told.as_deref(),
            Some("first request: −24 % saved; writing costs more, it pays from the second")
        );
        assert_eq!(totals(&examples()).charge.not_yet(2), None);
    }

    #[test]
    fn a_price_nobody_knows_is_never_an_amount() {
        let mut all = totals(&examples());
        (all.charge.money, all.charge.money_uncached, all.charge.money_implicit) = (None, None, None);
        assert_eq!(all.bill(None).last(), Some(&("money", "price unknown".to_owned())));
        assert_eq!(Totals::default().price(), "$0.00", "nothing was spent");
    }

    #[test]
    fn what_was_not_reported_is_not_called_zero() {
        let usage = Usage { input: Tokens(10), ..Usage::default() };
        assert_eq!(usage.parts(), "what the cache did was not reported");
        assert_eq!(usage.hit_rate(), None);
        let read = Usage { cached: Some(Tokens(4)), ..usage };
        assert_eq!(read.parts(), "4 read from cache, 6 plain");
    }
}

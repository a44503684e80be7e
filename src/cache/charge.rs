//! What a request cost.

use crate::{
    base::{Money, Tokens},
    protocol::{CacheTerms, Charge, Tier, Usage},
};

/// Prices one answered request.
///
/// `marked` says whether it carried markers: then what was read counts by the explicit price, otherwise by the
/// implicit one. The size of the whole input, cached tokens included, picks the tier.
/// Source: `docs/cache.md`; tier rule: `docs/sources.md`, wire 6.2.
pub fn charge(usage: &Usage, terms: &CacheTerms, tiers: &[Tier], marked: bool) -> Charge {
    let read = if marked { terms.read } else { terms.implicit_read };
    let (cached, created, plain) =
        (usage.cached.unwrap_or_default(), usage.created.unwrap_or_default(), usage.plain());
    let parts = [(cached, read), (created, terms.write), (plain, 1_000)];
    // What was read without markers was read implicitly, whatever the table says of the model.
    let implicit_read = if terms.implicit || !marked { terms.implicit_read } else { 1_000 };
    let implicit = [(cached, implicit_read), (created + plain, 1_000)];
    // What a server reports is not believed to be small.
    let sum = |parts: &[(Tokens, u32)]| {
        let units = parts.iter().map(|(tokens, factor)| tokens.0.saturating_mul(u64::from(*factor)));
        units.fold(0, u64::saturating_add)
    };
    let tier = tiers.iter().find(|t| usage.input <= t.up_to).or(tiers.last());
    let price = |parts: &[(Tokens, u32)]| {
        tier.map(|t| {
            let input = parts.iter().map(|(tokens, factor)| t.input.times(*tokens, *factor));
            input.fold(t.output.times(usage.output, 1_000), |sum: Money, part| sum + part)
        })
    };
    Charge {
        units: sum(&parts),
        units_uncached: usage.input.0.saturating_mul(1_000),
        units_implicit: sum(&implicit),
        money: price(&parts),
        money_uncached: price(&[(usage.input, 1_000)]),
        money_implicit: price(&implicit),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn usage(input: u64, cached: u64, created: u64) -> Usage {
        Usage {
            input: Tokens(input),
            cached: Some(Tokens(cached)),
            created: Some(Tokens(created)),
            output: Tokens(100),
            reasoning: None,
        }
    }

    /// Worked examples of the specification: first request, then a hit with more behind it, then a session.
    #[test]
    fn the_published_examples_cost_what_they_say() {
        let terms = CacheTerms { explicit: true, ..CacheTerms::default() };
        let units = |u: Usage| charge(&u, &terms, &[], true).units;
        assert_eq!(units(usage(1_206, 0, 1_200)), 1_506_000);
        assert_eq!(units(usage(1_506, 1_200, 300)), 501_000);
        assert_eq!(units(usage(29_719, 0, 29_713)), 37_147_250);
        assert_eq!(units(usage(1_524, 1_305, 213)), 402_750);
    }

    proptest! {
        /// The parts of a report add up, so do the sums made of them.
        #[test]
        fn every_token_is_charged_once(plain in 0_u64..90_000, cached in 0_u64..90_000, created in 0_u64..90_000) {
            let terms = CacheTerms { explicit: true, implicit: true, ..CacheTerms::default() };
            let usage = usage(plain + cached + created, cached, created);
            let cost = charge(&usage, &terms, &[], true);
            prop_assert_eq!(cost.units, cached * 100 + created * 1_250 + plain * 1_000);
            prop_assert_eq!(cost.units_implicit, cached * 200 + (created + plain) * 1_000);
            prop_assert_eq!(cost.units_uncached, (plain + cached + created) * 1_000);
            let tier = [Tier { up_to: Tokens(u64::MAX), input: Money::from_pico_dollars(1_000), output: Money::default() }];
            let cost = charge(&usage, &terms, &tier, true);
            prop_assert_eq!(cost.money.map(Money::pico_dollars), i64::try_from(cost.units).ok());
            prop_assert_eq!(cost.saved().map(Money::pico_dollars), Some(cost.units_uncached.cast_signed() - cost.units.cast_signed()));
            let both = cost.plus(cost);
            prop_assert_eq!((both.units, both.units_implicit), (2 * cost.units, 2 * cost.units_implicit));
        }
    }

    /// A provider that writes for nothing reports no writes; what it read costs what it says.
    #[test]
    fn a_provider_without_writes_charges_what_is_left_as_plain() {
        let terms = CacheTerms { implicit: true, implicit_read: 100, ..CacheTerms::default() };
        let usage = Usage { created: None, ..usage(1_000, 600, 0) };
        let cost = charge(&usage, &terms, &[], false);
        assert_eq!((cost.units, cost.units_implicit), (460_000, 460_000));
        let unlisted = CacheTerms { implicit: false, ..terms };
        assert_eq!(charge(&usage, &unlisted, &[], false), cost, "the report counts, not the list");
    }

    #[test]
    fn the_whole_input_picks_the_tier_and_an_unknown_price_stays_unknown() {
        let tiers = [
            Tier {
                up_to: Tokens(32_000),
                input: Money::per_million(1_000),
                output: Money::per_million(5_000),
            },
            Tier {
                up_to: Tokens(128_000),
                input: Money::per_million(1_800),
                output: Money::per_million(9_000),
            },
        ];
        let terms = CacheTerms::default();
        let cost = charge(&usage(40_000, 39_000, 0), &terms, &tiers, true);
        // 39,000 × 0.18 + 1,000 × 1.80 + 100 × 9.00 dollars a million
        assert_eq!(cost.money, Some(Money::from_pico_dollars(9_720_000_000)));
        assert_eq!(charge(&usage(10, 0, 0), &terms, &[], true).money, None);
    }
}

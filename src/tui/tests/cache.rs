//! The bill on the screen: the panel, the status line, the clock of what is stored.

use super::*;
use crate::{
    base::Money,
    protocol::{CacheReport, Charge, Miss, Part, Turn, Usage},
};

/// What one request did: read, written and plain tokens, and why it missed.
pub(super) type Did = (u64, u64, u64, Option<Miss>);

const FIRST: Did = (0, 12_000, 6, Some(Miss::First));

/// A session in which these requests were answered, the last one at the stage's now.
pub(super) fn after(columns: usize, rows: usize, requests: &[Did]) -> Stage {
    let mut stage = Stage::new(columns, rows);
    stage.ask("go");
    stage.printed.clear();
    let mut totals = Totals { charge: Charge::nothing(), ..Totals::default() };
    for (at, (read, written, plain, miss)) in requests.iter().enumerate() {
        let usage = Usage {
            input: Tokens(read + written + plain),
            cached: Some(Tokens(*read)),
            created: Some(Tokens(*written)),
            output: Tokens(120),
            reasoning: None,
        };
        let price = |units: u64| Some(Money::from_pico_dollars(i64::try_from(units * 1_000).expect("small")));
        let (with, without) = (read * 100 + written * 1_250 + plain * 1_000, usage.input.0 * 1_000);
        let implicit = read * 200 + (written + plain) * 1_000;
        let charge = Charge {
            units: with,
            units_uncached: without,
            units_implicit: implicit,
            money: price(with),
            money_uncached: price(without),
            money_implicit: price(implicit),
        };
        totals.requests += 1;
        totals.usage = totals.usage.plus(usage);
        totals.charge = totals.charge.plus(charge);
        let cache = CacheReport {
            mode: CacheMode::Explicit,
            miss: *miss,
            warm_until: Some(stage.now.after(Duration::from_secs(300))),
            stored: Tokens(read + written),
            ..CacheReport::default()
        };
        stage.hear(Event::Answered {
            request: u32::try_from(at).expect("few") + 1,
            turn: Turn::text("ok"),
            model: "m".into(),
            usage: Some(usage),
            charge: Some(charge),
            cache,
            took: Duration::from_secs(1),
        });
    }
    stage.hear(Event::TurnEnded { reason: EndReason::Completed, totals });
    stage.printed.clear();
    stage
}

fn panel(stage: &mut Stage) -> String {
    stage.write("/cache").enter();
    let shown = stage.history().trim_start_matches('\n').to_owned();
    let Size { columns, rows } = stage.model.size;
    for row in shown.lines() {
        assert!(crate::base::width(row) <= columns, "wider than {columns}: {row:?}");
    }
    assert!(shown.lines().count() <= rows.max(18), "{shown}");
    shown
}

pub(super) fn week() -> Vec<Did> {
    let mut all = vec![FIRST];
    all.extend((1..40).map(|n| (11_000 + n * 1_000, 1_000, 6, None)));
    all[7].3 = Some(Miss::Changed { part: Part::Tools });
    all[38] = (0, 51_000, 6, Some(Miss::Idle { seconds: 60 }));
    all
}

#[test]
fn the_panel_of_a_first_request_is_an_honest_loss() {
    assert_eq!(
        panel(&mut after(100, 30, &[FIRST])),
        "   #       read    written      plain   output        cost       saved  why
   1          0     12,000          6      120     $0.0150   -$0.00300  first
hit rate  0 % of the input was read from cache
units     15,006; without a cache 12,006 (+24 %), implicit at best 12,006 (+24 %)
money     $0.0150; without a cache $0.0120 ($0.00300 more), implicit at best $0.0120 ($0.00300 more)
note      first request: −24 % saved; writing costs more, it pays from the second
now       warm until 00:21, 5:00 min left; 12,000 tokens stored
mode      explicit: the provider takes markers
last miss request 1: first request of this conversation: nothing of it was stored yet"
    );
}

#[test]
fn the_panel_keeps_the_newest_requests_and_sums_up_the_others() {
    let shown = panel(&mut after(100, 30, &week()));
    let rows: Vec<&str> = shown.lines().collect();
    assert_eq!(rows[1], "  … 24 more requests in the sums");
    assert_eq!(
        rows[2..19].iter().map(|row| row.split_whitespace().next().unwrap_or_default()).collect::<Vec<_>>(),
        (25..=40).map(|n| n.to_string()).chain(["all".to_owned()]).collect::<Vec<_>>()
    );
    assert_eq!(rows[16], "  39          0     51,000          6      120     $0.0638    -$0.0127  idle");
    assert!(shown.ends_with(
        "last miss request 39: idle for 6 min; a stored prefix lives 5 min; answer within 5 minutes, or let\n          \
         it be: a pause costs one rewrite"
    ), "{shown}");
}

#[test]
fn the_panel_at_40x12_has_fewer_columns_and_no_broken_row() {
    assert_eq!(
        panel(&mut after(40, 12, &week())),
        "  #   read written      cost  why
  … 37 more requests in the sums
 38    48k    1.0k  $0.00606
 39      0     51k   $0.0638  idle
 40    50k    1.0k  $0.00626
all   1.1M    101k    $0.242
hits  91 % of the input
units 242,490, not 1,261,240 (−80 %)
money $0.242, not $1.26
now   warm until 00:21
mode  explicit: the provider takes
      markers
miss  #39 idle for 6 min; a stored
      prefix lives 5 min"
    );
}

#[test]
fn the_panel_between_has_all_columns_in_short_numbers() {
    let shown = panel(&mut after(64, 24, &[FIRST, (12_000, 300, 6, None)]));
    assert!(
        shown.starts_with(
            "  #   read written  plain output      cost      saved  why
  1      0     12k      6    120   $0.0150  -$0.00300  first
  2    12k     300      6    120  $0.00158    $0.0107
all    12k     12k     12    240   $0.0166   $0.00773\nhits"
        ),
        "{shown}"
    );
}

#[test]
fn a_price_nobody_knows_is_no_zero_and_what_was_not_reported_is_no_number() {
    let mut stage = after(100, 30, &[FIRST, (12_000, 300, 6, None)]);
    for request in &mut stage.model.requests {
        if let Some(charge) = &mut request.charge {
            (charge.money, charge.money_uncached, charge.money_implicit) = (None, None, None);
        }
    }
    stage.model.totals.charge.money = None;
    stage.model.requests[0].usage = None;
    let shown = panel(&mut stage);
    assert!(
        shown.contains("\n   1          ?          ?          ?        ?           ?       −24 %  first\n"),
        "{shown}"
    );
    assert!(
        shown.contains("\n   2     12,000        300          6      120           ?       +87 %\n"),
        "{shown}"
    );
    assert!(shown.contains("\nmoney     price unknown\n"), "{shown}");
}

#[test]
fn a_reason_in_chinese_is_cut_nowhere_and_stays_on_the_screen() {
    let mut stage = after(40, 12, &[FIRST]);
    if let Some(session) = &mut stage.model.session {
        session.cache.1 = "显式缓存：提供商接受标记，所以写入一次以后每次读取都只付十分之一的价格".into();
    }
    let shown = panel(&mut stage);
    let mode: String = shown.lines().skip_while(|row| !row.starts_with("mode")).map(str::trim).collect();
    assert!(
        mode.contains("显式缓存：提供商接受标记，所以写入一次以后每次读取都只付十分之一的价格"),
        "{shown}"
    );
}

#[test]
fn the_status_line_says_until_when_it_is_warm_and_what_the_next_message_costs_then() {
    let mut stage = after(100, 30, &[FIRST, (12_000, 300, 6, None)]);
    let status = |stage: &Stage| stage.screen().lines().last().unwrap_or_default().to_owned();
    assert_eq!(
        status(&stage),
        "default · qwen3-coder-plus · ctx 9% 12k/131k · cache 49% · warm until 00:21 · $0.0166"
    );
    stage.model.zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    assert!(status(&stage).contains("warm until 08:21"), "the person's own clock");
    stage.wait(299_999);
    assert!(status(&stage).contains("warm until 08:21"), "until the last moment");
    stage.wait(1);
    assert_eq!(
        status(&stage),
        "default · qwen3-coder-plus · ctx 9% 12k/131k · cache 49% · cold: next message rewrites 12k · $0.0166"
    );
}

#[test]
fn an_idle_screen_wakes_once_at_the_end_of_the_cache_and_never_again() {
    let mut stage = after(100, 30, &[FIRST]);
    stage.wait(10);
    let before = stage.screen();
    let end = Moment(1_000_000).after(Duration::from_secs(300));
    assert_eq!(stage.model.wake_at(), Some(end), "one timer, at the end");
    stage.now = Moment(end.0 - 1);
    stage.send(Msg::Tick);
    assert_eq!(stage.screen(), before, "nothing to write before");
    stage.now = end;
    stage.send(Msg::Tick);
    assert!(stage.screen().contains("cold: next message rewrites 12k"));
    assert_eq!(stage.model.wake_at(), None, "and then it sleeps");
}

#[test]
fn fields_go_from_the_left_and_the_context_stays() {
    let status = |columns, wait| {
        let mut stage = after(columns, 24, &[FIRST]);
        stage.wait(wait);
        stage.screen().lines().last().unwrap_or_default().to_owned()
    };
    let warm = [110, 90, 80, 64, 52, 40].map(|columns| status(columns, 0));
    assert_eq!(
        warm,
        [
            "~/src/shop main · default · qwen3-coder-plus · ctx 9% 12k/131k · cache 0% · warm until 00:21 · $0.0150",
            "default · qwen3-coder-plus · ctx 9% 12k/131k · cache 0% · warm until 00:21 · $0.0150",
            "qwen3-coder-plus · ctx 9% 12k/131k · cache 0% · warm until 00:21 · $0.0150",
            "ctx 9% 12k/131k · cache 0% · warm until 00:21 · $0.0150",
            "ctx 9% 12k/131k · cache 0% · warm 00:21 · $0.0150",
            "ctx 9% 12k/131k · cache 0% · warm 00:21",
        ]
    );
    let cold = [80, 60, 40].map(|columns| status(columns, 300_000));
    assert_eq!(
        cold,
        [
            "ctx 9% 12k/131k · cache 0% · cold: next message rewrites 12k · $0.0150",
            "ctx 9% 12k/131k · cache 0% · cold: rewrites 12k · $0.0150",
            "ctx 9% 12k/131k · cold: rewrites 12k",
        ]
    );
}

#[test]
fn a_new_conversation_knows_of_nothing_stored() {
    let mut stage = after(100, 30, &[FIRST]);
    stage.hear(Event::SessionStarted(session()));
    assert!(!stage.screen().contains("warm"));
    assert_eq!(stage.model.wake_at(), None);
}

#[test]
fn stats_are_the_sums_by_name() {
    let mut stage = after(100, 30, &[FIRST, (12_000, 300, 6, None)]);
    stage.write("/stats").enter();
    assert_eq!(
        stage.history().trim_start(),
        "\
Session 0 s · 2 requests · 0 tool calls
model  requests   input         cached  output     cost
m             2  24,312  12,000 (49 %)     240  $0.0166
Cache saved $0.00773 (31 % of what the input would have cost).
Context 12k of 131k · next request sends about 12k, 12k of it expected from cache"
    );
}

#[test]
fn stats_on_a_small_screen_keep_what_matters_and_say_what_is_not_known() {
    let mut stage = after(40, 12, &week());
    stage.model.totals.charge.money = None;
    for request in &mut stage.model.requests {
        request.charge = request.charge.map(|charge| Charge { money: None, ..charge });
    }
    stage.wait(400_000);
    stage.write("/stats").enter();
    assert_eq!(
        stage.history().trim_start(),
        "\
Session 6:40 min · 40 requests · 0 tool
  calls
model       cached           cost
m      1.1M (91 %)  price unknown
Cache saved 80 % of what the input would
  have cost.
Cache misses: 2 (tools, idle)
Context 51k of 131k · next request sends
  about 51k, 0 of it expected from cache"
    );
}

//! Keeping the cache warm while a person thinks.

use super::{
    stored::{answer, at, explicit, say_at},
    *,
};
use crate::provider::Trouble;

/// A conversation of 30,000 tokens that was answered at the beginning, with the effects of that.
fn answered() -> (Machine, Vec<Effect>) {
    let mut m = explicit(Vec::new());
    m.config.keep_warm = true;
    say_at(&mut m, &"word ".repeat(16_000), NOW);
    m.step(Input::Opened, NOW);
    let effects = answer(&mut m, "hello", NOW);
    (m, effects)
}

fn wake(effects: &[Effect]) -> Option<Moment> {
    effects.iter().find_map(|e| if let Effect::WakeAt(at) = e { Some(*at) } else { None })
}

/// The ping's answer, of which this share was read, in hundredths.
fn pong(m: &mut Machine, percent: u64, now: Moment) -> Vec<Effect> {
    let (prompt, plan) = m.ping().expect("a ping is running");
    let (input, read) = (prompt.estimate(), plan.prediction().read);
    let cached = Some(Tokens(read.0 * percent / 100));
    let usage = Usage { input, cached, created: Some(Tokens(0)), output: Tokens(1), reasoning: None };
    let reply = Reply { marked: true, ..Reply::new(Turn::text("h"), Some(usage), "m") };
    m.step(Input::Pinged { reply: Box::new(reply), took: Duration::ZERO }, now)
}

#[test]
fn eleven_pings_keep_a_large_conversation_for_the_next_words() {
    let (mut m, effects) = answered();
    let mut due = wake(&effects).expect("armed");
    assert_eq!(due, at(225));
    for n in 1..=11 {
        assert_eq!(path(&m.step(Input::Tick, due)), ["ping"]);
        let (prompt, plan) = m.ping().expect("running");
        assert_eq!((prompt.items().len(), plan.marks().last()), (1, Some(&crate::cache::Mark::Item(0))));
        let effects = pong(&mut m, 100, due);
        assert!(notices(&effects)[0].starts_with(&format!("cache: kept warm, {n} of 11: ")), "{effects:?}");
        assert!(path(&effects).contains(&"keep usage".to_owned()));
        match wake(&effects) {
            Some(next) => due = next,
            None => assert_eq!(n, 11),
        }
    }
    assert_eq!((m.totals().pings, m.totals().requests), (11, 1));
    let later = due.after(Duration::from_secs(200));
    let effects = say_at(&mut m, "and?", later);
    assert_eq!(path(&effects), ["keep item", "requested 1", "ask"], "still warm: no barrier, no miss");
}

#[test]
fn one_miss_or_failure_ends_it_until_the_next_answer() {
    let limit = Failure::new(Kind::Quota, "too many requests");
    let limit = Trouble {
        class: Class::RetrySlowly,
        failure: limit,
        after: None,
        request_id: None,
        status: 0,
        taught: None,
    };
    for is_miss in [true, false] {
        let (mut m, _) = answered();
        m.step(Input::Tick, at(225));
        let effects = if is_miss {
            pong(&mut m, 50, at(226))
        } else {
            m.step(Input::PingFailed(limit.clone()), at(226))
        };
        assert!(notices(&effects)[0].starts_with("cache: keeping warm stops: "), "{effects:?}");
        assert_eq!(wake(&effects), None);
        assert_eq!(path(&m.step(Input::Tick, at(450))), [""; 0]);
    }
}

#[test]
fn a_real_request_stops_a_ping_and_none_is_sent_while_it_runs() {
    let (mut m, _) = answered();
    m.step(Input::Tick, at(225));
    let said = m.step(Input::Op(Op::Say { text: "and?".into() }), at(226));
    assert_eq!(path(&said), ["stopping", "compose"]);
    assert_eq!(path(&m.step(Input::Tick, at(227))), [""; 0]);
    let late = Reply::new(Turn::text("h"), None, "m");
    let late = Input::Pinged { reply: Box::new(late), took: Duration::ZERO };
    assert_eq!(path(&m.step(late, at(228))), [""; 0], "a late answer counts for nothing");
}

#[test]
fn nothing_is_kept_warm_that_is_small_lapsed_or_not_wished() {
    let (mut unwished, _) = answered();
    unwished.config.keep_warm = false;
    assert_eq!(wake(&say_and_answer(&mut unwished)), None);
    let (mut scripted, _) = answered();
    scripted.config.is_interactive = false;
    assert_eq!(wake(&say_and_answer(&mut scripted)), None);
    let (mut asleep, _) = answered();
    assert_eq!(
        path(&asleep.step(Input::Tick, at(400))),
        [""; 0],
        "the lid was closed: it would be written anew"
    );
    let mut small = explicit(Vec::new());
    small.config.keep_warm = true;
    say_at(&mut small, "hi", NOW);
    small.step(Input::Opened, NOW);
    let due = wake(&answer(&mut small, "hello", NOW)).expect("armed");
    assert_eq!(path(&small.step(Input::Tick, due)), [""; 0]);
}

fn say_and_answer(m: &mut Machine) -> Vec<Effect> {
    say_at(m, "more", at(5));
    answer(m, "well", at(6))
}

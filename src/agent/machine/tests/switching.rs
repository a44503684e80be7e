//! Another account or model in the middle of a conversation.

use super::{
    stored::{answer, at, explicit, say_at},
    *,
};
use crate::{
    agent::machine::{Switch, phase::Phase},
    base::Money,
    protocol::{CacheTerms, Tier},
};

/// Another model on terms like the first one's.
fn to(model: &str) -> Switch {
    let price = Money::per_million(2_000);
    Switch {
        cache: Limits {
            scope: Scope { account: Account::new("a"), model: model.into() },
            terms: CacheTerms { explicit: true, ..CacheTerms::default() },
        },
        cache_mode: CacheMode::Explicit,
        tiers: vec![Tier { up_to: Tokens(u64::MAX), input: price, output: price }],
        window: Tokens(1_000_000),
    }
}

fn switch(m: &mut Machine, to: Switch, now: Moment) -> Vec<Effect> {
    m.step(Input::Switch(Box::new(to)), now)
}

/// What is told of a switch.
fn notes(effects: &[Effect]) -> Option<&[String]> {
    effects
        .iter()
        .find_map(|e| if let Effect::Switched { notes } = e { Some(notes.as_slice()) } else { None })
}

/// One turn that was answered at the start.
fn after_one_turn() -> Machine {
    let mut m = explicit(Vec::new());
    say_at(&mut m, "hi", NOW);
    m.step(Input::Opened, NOW);
    answer(&mut m, "hello", NOW);
    m
}

#[test]
fn the_conversation_stays_byte_for_byte_and_what_it_costs_is_told_first() {
    let mut m = after_one_turn();
    let Phase::Idle(before) = &m.phase else { panic!("a turn is running") };
    let last = before.items().len() - 1;
    let before = before.prefix_through(last);
    let told = switch(&mut m, to("n"), at(10));
    let [note] = notes(&told).expect("switched") else { panic!("{told:?}") };
    say_at(&mut m, "go on", at(11));
    let told = m.step(Input::Opened, at(11));
    assert_eq!(notices(&told), [""; 0], "it was told already");
    let (prompt, plan) = m.request().expect("running");
    assert_eq!(prompt.prefix_through(last), before);
    assert_eq!(plan.prediction().read, Tokens(0));
    let written = plan.prediction().written.0;
    let told: u64 = number(note, "writes about ");
    assert!(told.abs_diff(written) < 20, "{note}; {written} are written");
    assert!(note.starts_with("the cache starts cold: the next request writes about 10,0"), "{note}");
    assert!(note.ends_with(" tokens again (≈ $0.0251)"), "{note}");
}

/// The number behind some words.
fn number(text: &str, lead: &str) -> u64 {
    let rest = text.split(lead).nth(1).unwrap_or_default();
    let digits: String =
        rest.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(|c| *c != ',').collect();
    digits.parse().unwrap_or(0)
}

#[test]
fn an_empty_conversation_costs_nothing() {
    let mut m = explicit(Vec::new());
    assert_eq!(notes(&switch(&mut m, to("n"), NOW)), Some(&[][..]));
}

#[test]
fn who_comes_back_in_time_finds_the_cache_warm() {
    let mut m = after_one_turn();
    switch(&mut m, to("n"), at(10));
    let back = switch(&mut m, to("m"), at(20));
    let [note] = notes(&back).expect("switched") else { panic!("{back:?}") };
    assert!(note.starts_with("the cache is already warm: the next request reads about 10,0"), "{note}");
    say_at(&mut m, "go on", at(21));
    let read = m.request().map(|(_, plan)| plan.prediction().read);
    assert!(read > Some(Tokens(10_000)), "{read:?}");
    let again = switch(&mut after_one_turn(), to("m"), at(20));
    assert_eq!(notes(&again), Some(&[][..]), "the same account and model is no move");
}

#[test]
fn a_switch_in_a_running_turn_waits_for_its_end_and_comes_before_what_was_said_meanwhile() {
    let mut m = explicit(Vec::new());
    say_at(&mut m, "hi", NOW);
    m.step(Input::Opened, NOW);
    let told = switch(&mut m, to("n"), at(1));
    assert!(notes(&told).is_none() && notices(&told).len() == 1, "{told:?}");
    m.step(Input::Op(Op::Say { text: "and?".into() }), at(2));
    let ended = answer(&mut m, "hello", at(3));
    let place = |wanted: fn(&Effect) -> bool| ended.iter().position(wanted).expect("it is there");
    let usage = place(|e| matches!(e, Effect::Keep(Kept::Usage { .. })));
    let end = place(|e| matches!(e, Effect::Emit(Event::TurnEnded { .. })));
    let switched = place(|e| matches!(e, Effect::Switched { .. }));
    let next = place(|e| matches!(e, Effect::Compose { .. }));
    assert!(usage < end && end < switched && switched < next, "{:?}", path(&ended));
    m.step(Input::Composed { turn: 2, message: UserMessage::words("and?") }, at(3));
    m.step(Input::Opened, at(3));
    assert_eq!(m.request().map(|(_, plan)| plan.prediction().read), Some(Tokens(0)));
}

#[test]
fn a_smaller_window_is_told_and_the_history_shrinks_by_itself() {
    let said = |text: &str| Item::User(UserMessage::words(text.repeat(9_000)));
    let answered = |text: &str| Item::Assistant(Turn::text(text.repeat(9_000)));
    let items = vec![said("word "), answered("word "), said("more "), answered("more ")];
    let mut m = explicit(items.clone());
    let told = switch(&mut m, Switch { window: Tokens(60_000), ..to("n") }, NOW);
    let told = notes(&told).expect("switched").to_vec();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].ends_with("the window 60,000: it becomes a summary before the next request"), "{told:?}");
    say_at(&mut m, "go on", NOW);
    m.step(Input::Opened, NOW);
    let asked = m.request().and_then(|(prompt, _)| prompt.words().last().map(|(_, text)| text.to_owned()));
    assert!(asked.is_some_and(|text| text.starts_with("Write a summary")));
    let mut m = explicit(items);
    let told = switch(&mut m, Switch { window: Tokens(30_000), ..to("n") }, NOW);
    assert!(notes(&told).is_some_and(|n| n[1].ends_with("it is shortened before the next request")));
    let effects = say_at(&mut m, "go on", NOW);
    assert!(path(&effects).contains(&"compacted".to_owned()), "{:?}", path(&effects));
}

#[test]
fn a_copy_the_provider_keeps_is_followed_by_nobody_else_and_found_again() {
    let session = |model: &str| {
        let mut to = to(model);
        to.cache_mode = CacheMode::Session;
        (to.cache.terms.session, to.cache.terms.explicit) = (true, false);
        to
    };
    let mut m = explicit(Vec::new());
    switch(&mut m, session("m"), NOW);
    say_at(&mut m, "hi", NOW);
    let reply = Reply { response: Some("r1".into()), ..Reply::new(Turn::text("hello"), None, "m") };
    m.step(Input::Replied { reply: Box::new(reply), took: Duration::ZERO }, NOW);
    let told = switch(&mut m, session("n"), NOW);
    assert!(notes(&told).is_some_and(|n| n[0].starts_with("the cache starts cold: ")), "{told:?}");
    say_at(&mut m, "go on", NOW);
    assert_eq!(m.chain(), None);
    m.step(Input::Op(Op::Interrupt), NOW);
    let told = switch(&mut m, session("m"), NOW);
    assert!(notes(&told).is_some_and(|n| n[0].contains("already keeps this conversation")), "{told:?}");
    say_at(&mut m, "go on", NOW);
    assert_eq!(m.chain().map(|chain| chain.items), Some(2));
}

#[test]
fn a_provider_without_markers_gets_everything_at_the_full_price() {
    let plain = |terms: CacheTerms| {
        let mut to = to("n");
        (to.cache.terms, to.cache_mode) = (terms, CacheMode::Implicit);
        to
    };
    let told = switch(&mut after_one_turn(), plain(CacheTerms::default()), NOW);
    let [note] = notes(&told).expect("switched") else { panic!("{told:?}") };
    assert!(note.starts_with("no cache is used there: the next request sends about 10,0"), "{note}");
    assert!(note.ends_with(" tokens at the full price (≈ $0.0200)"), "{note}");
    let terms = CacheTerms { implicit: true, ..CacheTerms::default() };
    let told = switch(&mut after_one_turn(), plain(terms), NOW);
    assert!(notes(&told).is_some_and(|n| n[0].starts_with("the cache starts cold: ")), "{told:?}");
}

#[test]
fn a_ping_of_the_old_account_is_stopped_and_none_of_it_is_due() {
    let mut config = Config { keep_warm: true, ..config() };
    config.cache.terms.explicit = true;
    let mut m = Machine::new(config, Prompt::new(head(&"word ".repeat(20_000))));
    say_at(&mut m, "hi", NOW);
    m.step(Input::Opened, NOW);
    answer(&mut m, "hello", NOW);
    assert_eq!(path(&m.step(Input::Tick, at(230))), ["ping"]);
    let told = switch(&mut m, to("n"), at(231));
    assert_eq!(path(&told), ["stopping", "switched"]);
    assert_eq!(path(&m.step(Input::Tick, at(240))), [""; 0]);
}

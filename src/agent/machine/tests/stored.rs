//! What the provider has stored, and what is done for it.

use super::*;
use crate::{
    base::Money,
    cache::Link,
    protocol::{Level, Tier},
};

pub(super) fn at(seconds: u64) -> Moment {
    NOW.after(Duration::from_secs(seconds))
}

/// A machine whose model honours markers and costs a dollar a million, on a head of 10,000 tokens.
pub(super) fn explicit(items: Vec<Item>) -> Machine {
    let mut config = config();
    config.cache.terms.explicit = true;
    let price = Money::per_million(1_000);
    config.tiers = vec![Tier { up_to: Tokens(u64::MAX), input: price, output: price }];
    Machine::new(config, Prompt::restore(head(&"word ".repeat(8_000)), items).expect("a conversation"))
}

/// Says something at a moment, as far as the barrier or the request.
pub(super) fn say_at(m: &mut Machine, text: &str, now: Moment) -> Vec<Effect> {
    let effects = m.step(Input::Op(Op::Say { text: text.into() }), now);
    let turn =
        effects.iter().find_map(|e| if let Effect::Compose { turn, .. } = e { Some(*turn) } else { None });
    m.step(Input::Composed { turn: turn.expect("idle"), message: UserMessage::words(text) }, now)
}

/// The running request is answered, and everything is read or written as a provider would.
pub(super) fn answer(m: &mut Machine, text: &str, now: Moment) -> Vec<Effect> {
    let (prompt, plan) = m.request().expect("a request is running");
    let (input, read) = (prompt.estimate(), plan.prediction().read);
    let created = Some(input - read - Tokens(6));
    let usage = Usage { input, cached: Some(read), created, output: Tokens(10), reasoning: None };
    let reply = Reply { marked: true, ..Reply::new(Turn::text(text), Some(usage), "m") };
    m.step(Input::Replied { reply: Box::new(reply), took: Duration::ZERO }, now)
}

#[test]
fn only_a_cold_head_waits_at_the_barrier_and_a_retry_does_again() {
    let mut m = explicit(Vec::new());
    assert_eq!(path(&say_at(&mut m, "hi", NOW)), ["keep item", "gate"]);
    assert_eq!(m.running(), None);
    assert_eq!(path(&m.step(Input::Opened, NOW)), ["requested 1", "ask"]);
    m.step(trouble(Class::Retry), NOW);
    assert_eq!(path(&m.step(Input::Woke, NOW)), ["gate"]);
    assert_eq!(path(&m.step(Input::Opened, NOW)), ["requested 2", "ask"]);
    answer(&mut m, "hello", NOW);
    assert_eq!(path(&say_at(&mut m, "and?", at(10))), ["keep item", "requested 1", "ask"]);
}

#[test]
fn what_others_stored_meanwhile_is_read_and_nothing_is_asked_while_waiting() {
    let mut first = explicit(Vec::new());
    say_at(&mut first, "hi", NOW);
    first.step(Input::Opened, NOW);
    answer(&mut first, "hello", at(2));
    let mut second = explicit(Vec::new());
    say_at(&mut second, "another", NOW);
    assert_eq!(path(&second.step(Input::Woke, at(1))), [""; 0]);
    second.learn(first.ledger(), NOW);
    second.step(Input::Opened, at(3));
    let read = second.request().map(|(_, plan)| plan.prediction().read);
    assert!(read > Some(Tokens(9_000)), "{read:?}");
    let mut stopped = explicit(Vec::new());
    say_at(&mut stopped, "hi", NOW);
    let effects = stopped.step(Input::Op(Op::Interrupt), at(5));
    assert_eq!(path(&effects), ["stopasking", "keep item", "sync", "ended Interrupted"]);
    assert_eq!(stopped.ledger(), &Ledger::default(), "nothing was sent");
}

#[test]
fn a_lapsed_conversation_is_told_once_with_its_price_before_it_is_sent() {
    let mut m = explicit(Vec::new());
    say_at(&mut m, "hi", NOW);
    assert_eq!(notices(&m.step(Input::Opened, NOW)), [""; 0], "a first request misses nothing");
    answer(&mut m, "hello", NOW);
    say_at(&mut m, "later", at(400));
    let told = m.step(Input::Opened, at(400));
    let written = m.request().map(|(_, plan)| plan.prediction().written).expect("running");
    let want = format!(
        "cache: idle for 6 min; a stored prefix lives 5 min; this request writes {written} tokens again (about $0.0125)"
    );
    assert_eq!(notices(&told), [want]);
    let before = told.iter().position(|e| matches!(e, Effect::Emit(Event::Requested { .. })));
    assert!(before > told.iter().position(|e| matches!(e, Effect::Emit(Event::Notice { .. }))));
    m.step(trouble(Class::Retry), at(401));
    m.step(Input::Woke, at(402));
    assert_eq!(notices(&m.step(Input::Opened, at(402))), [""; 0], "once");
}

#[test]
fn going_back_keeps_what_came_before_and_gives_the_words_back() {
    let mut m = explicit(Vec::new());
    say_at(&mut m, "one", NOW);
    m.step(Input::Opened, NOW);
    answer(&mut m, "first", NOW);
    for (text, seconds) in [("two", 10), ("three", 20)] {
        say_at(&mut m, text, at(seconds));
        answer(&mut m, "ok", at(seconds + 1));
    }
    let effects = m.step(Input::Op(Op::Rewind { turn: 2 }), at(30));
    assert_eq!(path(&effects), ["keep epoch of 2", "sync"]);
    assert!(
        effects.iter().any(|e| matches!(e, Effect::Emit(Event::Rewound { turn: 2, text }) if text == "two"))
    );
    let effects = say_at(&mut m, "other", at(40));
    assert_eq!(
        (path(&effects), notices(&effects)),
        (vec!["keep item".into(), "requested 1".into(), "ask".into()], vec![])
    );
    let (prompt, plan) = m.request().expect("running");
    assert_eq!(prompt.items().len(), 3);
    assert!(plan.prediction().read > Tokens(9_000), "the head and the first turn are read");
}

#[test]
fn there_is_no_way_back_while_a_turn_runs_past_a_summary_or_past_the_beginning() {
    let warned = |m: &mut Machine, turn| {
        let effects = m.step(Input::Op(Op::Rewind { turn }), NOW);
        let [Effect::Emit(Event::Notice { level: Level::Warning, text })] = &effects[..] else {
            panic!("{effects:?}")
        };
        text.clone()
    };
    let mut m = machine();
    say(&mut m, "hi");
    assert_eq!(warned(&mut m, 1), "not while a turn is running; stop it first");
    m.step(reply(Turn::text("hello")), NOW);
    for turn in [0, 2] {
        assert_eq!(warned(&mut m, turn), "there is no such message to go back to; the conversation has 1");
    }
    let summary = "<summary of the conversation so far>\nS\n</summary>".to_owned();
    let first = UserMessage { context: vec![summary], text: "on".into() };
    let items = vec![Item::User(first), Item::Assistant(Turn::text("ok"))];
    let mut m = explicit(items);
    assert_eq!(warned(&mut m, 1), "what came before that message is a summary; there is no way back past it");
    let mut m = machine();
    say(&mut m, "hi");
    m.step(reply(Turn::text("hello")), NOW);
    m.step(Input::Op(Op::Rewind { turn: 1 }), NOW);
    assert_eq!(items_of(&mut m), [], "back to the beginning");
}

fn items_of(m: &mut Machine) -> Vec<Item> {
    items(m)
}

#[test]
fn a_repository_that_is_read_anew_is_priced_and_waits_for_the_end_of_a_turn() {
    let mut m = explicit(Vec::new());
    say_at(&mut m, "hi", NOW);
    m.step(Input::Opened, NOW);
    assert_eq!(path(&m.step(Input::Op(Op::RefreshContext), NOW)), ["collect"]);
    let during = m.step(Input::Collected { repository: "A new map.".into() }, NOW);
    assert!(during.is_empty());
    let ended = answer(&mut m, "hello", NOW);
    let [told] = notices(&ended)[..] else { panic!("{:?}", notices(&ended)) };
    assert!(told.starts_with("context: the map was rebuilt; the next request writes "), "{told}");
    let again = m.step(Input::Collected { repository: "A new map.".into() }, NOW);
    assert_eq!(notices(&again), ["context: nothing has changed; the map stays as it is"]);
    say_at(&mut m, "and?", at(5));
    m.step(Input::Opened, at(5));
    let (prompt, _) = m.request().expect("running");
    assert!(prompt.head().blocks().any(|block| block == "A new map."));
    assert_eq!(prompt.items().len(), 3);
}

/// A machine whose provider keeps the conversation.
fn kept() -> Machine {
    let mut config = Config { cache_mode: CacheMode::Session, ..config() };
    config.cache.terms.session = true;
    Machine::new(config, Prompt::new(head("Help.")))
}

fn responds(m: &mut Machine, id: &str, turn: Turn, now: Moment) -> Vec<Effect> {
    let reply = Reply { response: Some(id.into()), ..Reply::new(turn, None, "m") };
    m.step(Input::Replied { reply: Box::new(reply), took: Duration::ZERO }, now)
}

fn chain(m: &Machine) -> Option<(&str, usize)> {
    m.chain().map(|chain| (chain.response.as_str(), chain.items))
}

#[test]
fn each_request_follows_the_response_before_it_until_the_history_is_another() {
    let mut m = kept();
    say_at(&mut m, "one", NOW);
    assert_eq!(chain(&m), None);
    let calls = Turn { calls: vec![call("a", "edit", "{}")], finish: Finish::Calls, ..Turn::text("") };
    let effects = responds(&mut m, "r1", calls, NOW);
    assert!(
        effects.iter().any(|e| matches!(e, Effect::Keep(Kept::Link(_)))),
        "a resumed session may follow it"
    );
    m.step(judged("a", "no"), NOW);
    assert_eq!(chain(&m), Some(("r1", 2)));
    responds(&mut m, "r2", Turn::text("done"), NOW);
    say_at(&mut m, "two", at(600));
    assert_eq!(chain(&m), Some(("r2", 4)), "however long the pause");
    responds(&mut m, "r3", Turn::text("well"), at(600));
    m.step(Input::Op(Op::Rewind { turn: 1 }), at(600));
    say_at(&mut m, "other", at(601));
    assert_eq!(chain(&m), None, "what was taken back is in the copy");
    assert_eq!(m.request().map(|(prompt, _)| prompt.items().len()), Some(5));
}

#[test]
fn a_lost_copy_is_sent_again_whole_and_once() {
    let mut m = kept();
    say_at(&mut m, "one", NOW);
    responds(&mut m, "r1", Turn::text("first"), NOW);
    say_at(&mut m, "two", NOW);
    assert!(chain(&m).is_some());
    assert_eq!(path(&m.step(trouble(Class::ChainLost), NOW)), ["requested 1", "ask"]);
    assert_eq!(chain(&m), None);
    let again = path(&m.step(trouble(Class::ChainLost), NOW));
    assert!(again.contains(&"ended Failed".to_owned()), "{again:?}");
}

#[test]
fn a_model_that_keeps_nothing_is_asked_with_markers() {
    let mut m = kept();
    say_at(&mut m, "one", NOW);
    assert_eq!(path(&m.step(trouble(Class::Unserved), NOW)), ["leavesession", "requested 1", "ask"]);
    responds(&mut m, "r1", Turn::text("first"), NOW);
    say_at(&mut m, "two", NOW);
    assert_eq!(chain(&m), None);
}

#[test]
fn a_restored_conversation_follows_what_the_provider_still_has() {
    let items = vec![Item::User(UserMessage::words("one")), Item::Assistant(Turn::text("first"))];
    let restored = |response: &str, items: usize, prompt: &Prompt| {
        let mut config = Config { cache_mode: CacheMode::Session, ..config() };
        let chain = crate::protocol::Chain { response: response.into(), items };
        config.link =
            Some(Link::new(chain, prompt.prefix_through(items - 1), config.cache.scope.clone(), NOW));
        config
    };
    let prompt = Prompt::restore(head("Help."), items).expect("a conversation");
    let mut m = Machine::new(restored("r1", 2, &prompt), prompt.clone());
    say_at(&mut m, "two", NOW);
    assert_eq!(chain(&m), Some(("r1", 2)));
    let mut changed = Machine::new(restored("r1", 2, &prompt), prompt.with_head(head("Other.")));
    say_at(&mut changed, "two", NOW);
    assert_eq!(chain(&changed), None, "with other instructions it is another conversation");
}

//! Thousands of random conversations: what every plan has in common, what was predicted beside what was billed, and
//! what simple clients would have paid.
//!
//! Everything is a sixteenth of its real size, the least size of a block included, so that many cases fit in a second.

use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use qwen::{
    prompt::Head,
    sim::{Refresh, Unit},
};
use serde_json::Value;

use crate::{
    baseline::Simple,
    client::{Client, Sized, head},
    world::{Rules, World},
};

/// What happens in a conversation.
#[derive(Clone, Copy, Debug)]
enum Do {
    /// A request, then so many calls of so many tokens.
    Step(usize, u64),
    /// The turn ends and the person says so many tokens.
    Speak(u64),
    /// Nothing, for so many seconds.
    Wait(u64),
    /// A request that is stopped.
    Stop,
    /// Back by so many turns, and other words.
    Rewind(usize),
    /// The history becomes a summary.
    Compact,
    /// The other model.
    Switch,
    /// Another process goes on with the conversation.
    Resume,
    /// Another process in the same repository says something of its own.
    Beside,
}

fn append() -> impl Strategy<Value = Do> {
    prop_oneof![
        8 => (1_usize..4, 8_u64..40).prop_map(|(calls, tokens)| Do::Step(calls, tokens)),
        2 => (16_usize..40, 8_u64..16).prop_map(|(calls, tokens)| Do::Step(calls, tokens)),
        3 => (8_u64..40).prop_map(Do::Speak),
        3 => (5_u64..400).prop_map(Do::Wait),
    ]
}

fn anything() -> impl Strategy<Value = Do> {
    prop_oneof![
        14 => append(),
        1 => Just(Do::Stop),
        1 => (1_usize..5).prop_map(Do::Rewind),
        1 => Just(Do::Compact),
        1 => Just(Do::Switch),
        1 => Just(Do::Resume),
        1 => Just(Do::Beside),
    ]
}

fn small(repository: &str) -> Arc<Head> {
    head(Sized { tools: 70, instructions: 50, repository: 110 }, repository)
}

const SMALL: Rules = Rules { minimum: 64, ..Rules::STATED };

/// A conversation under these rules.
fn played(rules: Rules, story: &[Do]) -> World {
    let mut world = World::new(rules);
    let mut client = Client::new(&world, "one", small("a")).interactive();
    let (mut others, mut model, mut is_fork) = (0, 0, true);
    client.say(20);
    for what in story {
        let before = world.asked.len();
        match *what {
            Do::Step(calls, tokens) => client.step(&mut world, calls, tokens),
            Do::Speak(tokens) => {
                client.end(&mut world);
                client.say(tokens);
            }
            Do::Wait(seconds) => world.wait(seconds),
            Do::Stop => {
                let flight = client.send(&mut world);
                world.wait(4);
                client.abort(&mut world, &flight);
                client.say(10);
            }
            Do::Rewind(turns) => {
                client.rewind(turns);
                client.say(12);
                is_fork = true;
            }
            Do::Compact => {
                client.compact(&mut world, 30);
                is_fork = true;
            }
            Do::Switch => {
                model = 1 - model;
                client.switch(["qwen3-coder-plus", "qwen3-coder-flash"][model]);
                is_fork = true;
            }
            Do::Resume => {
                client = client.resumed(&world).interactive();
                client.switch(["qwen3-coder-plus", "qwen3-coder-flash"][model]);
            }
            Do::Beside => {
                others += 1;
                let mut other = Client::new(&world, &format!("other{others}"), small("a"));
                other.say(20);
                other.end(&mut world);
                is_fork = true;
            }
        }
        for at in before..world.asked.len() {
            world.compared += usize::from(check(&world, at, is_fork));
            is_fork = matches!(what, Do::Compact | Do::Beside);
        }
    }
    client.ask(&mut world, 5);
    world.compared += usize::from(check(&world, world.asked.len() - 1, is_fork));
    world
}

const MARKER: &str = r#","cache_control":{"type":"ephemeral"}"#;

/// A body up to the end of its messages, without markers.
fn messages(body: &[u8]) -> String {
    let body = std::str::from_utf8(body).unwrap().replace(MARKER, "");
    let end = body.rfind("}],").unwrap();
    body[..=end].to_owned()
}

/// Returns whether the prediction could be compared to the token.
fn check(world: &World, at: usize, is_fork: bool) -> bool {
    let asked = &world.asked[at];
    let text = std::str::from_utf8(&asked.body).unwrap();
    assert_eq!(text.matches(MARKER).count(), asked.markers, "each mark is a marker on the wire");
    let body: Value = serde_json::from_str(text).unwrap();
    assert!(!body["tools"].to_string().contains("cache_control"), "tools carry no marker");
    for message in body["messages"].as_array().unwrap() {
        let last = message["content"].as_array().and_then(|parts| parts.last());
        let is_empty = last.is_some_and(|part| part["text"] == "" && part.get("cache_control").is_some());
        assert!(!is_empty, "a marker on nothing");
    }
    if at > 0 && !is_fork {
        let before = messages(&world.asked[at - 1].body);
        assert!(
            messages(&asked.body).starts_with(&before),
            "request {at} does not begin with the one before"
        );
    }
    let (bill, predicted) = (asked.bill, asked.predicted);
    let was_read = predicted.read.0;
    assert!(was_read <= bill.cached, "request {at}: {predicted:?} of {bill:?}");
    let is_certain = world.rules.refresh == Refresh::Longest && !asked.is_doubtful && asked.markers > 0;
    if is_certain {
        let said = (predicted.read.0, predicted.written.0, predicted.plain.0);
        assert_eq!(said, (bill.cached, bill.created, bill.plain), "request {at} of {}", world.asked.len());
    }
    is_certain
}

fn readings() -> impl Strategy<Value = Rules> {
    let all = Rules::readings().into_iter().map(|rules| Rules { minimum: SMALL.minimum, ..rules });
    let telescoped = all.filter(|rules| rules.billing == SMALL.billing && rules.implicit_hits);
    proptest::sample::select(telescoped.collect::<Vec<_>>())
}

/// A runner for this many cases; `QWEN_CASES=10` makes it ten times as many.
fn runner(cases: u32) -> TestRunner {
    let factor = std::env::var("QWEN_CASES").ok().and_then(|factor| factor.parse().ok()).unwrap_or(1);
    TestRunner::new(Config { cases: cases * factor, failure_persistence: None, ..Config::default() })
}

#[test]
fn an_append_only_conversation_costs_the_same_however_the_look_back_is_read() {
    let mut runner = runner(40);
    let stories = (proptest::collection::vec(append(), 2..14), readings());
    let outcome = runner.run(&stories, |(story, rules)| {
        let world = played(rules, &story);
        // A look-back of nothing finds only what a marker stands on exactly.
        for (look_back, unit) in [(0, Unit::Element), (20, Unit::Message), (15, Unit::Element)] {
            let other = played(Rules { look_back, unit, ..rules }, &story);
            prop_assert_eq!(other.units(), world.units(), "look-back {} of {:?}", look_back, unit);
        }
        for simple in [Simple::Tail, Simple::SystemTail, Simple::Ladder] {
            let theirs = simple.units(&world);
            prop_assert!(world.units() <= theirs, "{:?} pays {} of our {}", simple, theirs, world.units());
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn whatever_happens_predictions_hold_and_the_sum_is_less_than_any_simple_client_pays() {
    let mut runner = runner(300);
    let stories = (proptest::collection::vec(anything(), 3..16), readings());
    let sums = RefCell::new([0_u64; 4]);
    let compared = Cell::new((0, 0));
    let outcome = runner.run(&stories, |(story, rules)| {
        let world = played(rules, &story);
        let simple = [Simple::Tail, Simple::SystemTail, Simple::Ladder].map(|simple| simple.units(&world));
        let mut sums = sums.borrow_mut();
        if rules.refresh == Refresh::Longest {
            let (exactly, all) = compared.get();
            compared.set((exactly + world.compared, all + world.asked.len()));
        }
        for (sum, units) in sums.iter_mut().zip([world.units()].into_iter().chain(simple)) {
            *sum += units;
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    let (exactly, all) = compared.get();
    assert!(exactly * 10 > all * 7, "only {exactly} of {all} predictions were compared to the token");
    let [ours, simple @ ..] = sums.into_inner();
    assert!(simple.iter().all(|theirs| ours <= *theirs), "we pay {ours}, they {simple:?}");
}

//! When the history grows too large.

use proptest::prelude::*;

use super::*;
use crate::{base::Money, protocol::Tier};

#[test]
fn a_prompt_that_does_not_fit_is_cut_once_and_sent_again() {
    let mut m = machine_with(10_000, None);
    say(&mut m, &"long ".repeat(1_500));
    let after = m.step(trouble(Class::Overflow(Some(Tokens(1_500)))), NOW);
    assert_eq!(path(&after), ["keep epoch of 1", "compacted", "requested 1", "ask"]);
    assert!(path(&m.step(trouble(Class::Overflow(None)), NOW)).contains(&"ended Failed".to_owned()));
}

#[test]
fn a_full_window_is_summarised_on_the_same_head_before_the_next_request() {
    let mut m = machine_with(10_000, None);
    say(&mut m, &"words ".repeat(4_600));
    let before = m.request().map(|(p, _)| p.items().len());
    m.step(
        unmeasured(Turn {
            calls: vec![call("a", "read_file", "{}")],
            finish: Finish::Calls,
            ..Turn::text("")
        }),
        NOW,
    );
    let effects = m.step(judged("a", &"words ".repeat(1_000)), NOW);
    assert!(path(&effects).ends_with(&["requested 1".into(), "ask".into()]));
    let (prompt, _) = m.request().expect("the summary is asked for");
    assert!(before < Some(prompt.items().len()), "the history stands in front of the instruction");
    let after = m.step(unmeasured(Turn::text("The summary.")), NOW);
    assert!(path(&after).contains(&"compacted".to_owned()));
    let (prompt, _) = m.request().expect("the turn goes on");
    assert_eq!((prompt.items().len(), prompt.epoch()), (1, 1));
}

/// Everything the request that is running would send, as one text.
fn sent(m: &Machine) -> String {
    let (prompt, _) = m.request().expect("a request is running");
    let parts = prompt.items().iter().map(|item| match item {
        Item::User(message) => message.parts().collect::<Vec<_>>().join("\n"),
        Item::Assistant(turn) => turn.text.clone(),
        Item::Result(result) => result.text.clone(),
    });
    parts.collect::<Vec<_>>().join("\n")
}

/// A round of one call whose result is `text`, up to the next request.
fn round(m: &mut Machine, id: &str, name: &str, arguments: &str, text: &str) -> Vec<Effect> {
    let calls = vec![call(id, name, arguments)];
    m.step(unmeasured(Turn { calls, finish: Finish::Calls, ..Turn::text("") }), NOW);
    m.step(judged(id, text), NOW)
}

const LIST: &str = r#"{"todos":[{"content":"write it","status":"completed"},
    {"content":"test it","status":"in_progress"},{"content":"say so"}]}"#;

#[test]
fn a_summary_keeps_the_persons_words_and_the_open_list_whatever_the_model_writes() {
    let mut m = machine_with(10_000, None);
    say(&mut m, "Never touch docs/.\nUse tabs.");
    m.step(unmeasured(Turn::text("I will not.")), NOW);
    say(&mut m, "Now do it.");
    round(&mut m, "a", "todo_write", LIST, "ok");
    for n in 0..2 {
        let effects = round(&mut m, &format!("r{n}"), "read_file", "{}", &"words ".repeat(3_000));
        assert!(path(&effects).ends_with(&["requested 1".into(), "ask".into()]));
    }
    m.step(unmeasured(Turn::text("Nothing of note.")), NOW);
    let kept = "Nothing of note.\n\nWhat the user said, word for word, oldest first:\n> Never touch docs/.\n\
        > Use tabs.\n\n> Now do it.\n\nWhat is open on the list of things to do:\n- [in_progress] test it\n\
        - [pending] say so\n</summary>\nGo on from this summary.";
    let text = sent(&m);
    assert!(text.contains(kept), "{text}");
    // The next summary begins where this one ended.
    for n in 0..9 {
        if !m.request().is_some_and(|(p, _)| sent_is_summary(p)) {
            round(&mut m, &format!("s{n}"), "read_file", "{}", &"words ".repeat(1_000));
        }
    }
    m.step(unmeasured(Turn::text("Still nothing.")), NOW);
    assert!(sent(&m).contains(&kept.replace("Nothing of note", "Still nothing")), "{}", sent(&m));
}

#[test]
fn in_a_long_turn_the_newest_rounds_stay_as_they_are() {
    let mut m = machine_with(20_000, None);
    say(&mut m, "go");
    for n in 0..30 {
        if m.request().is_some_and(|(p, _)| sent_is_summary(p)) {
            break;
        }
        round(&mut m, &format!("r{n}"), "read_file", "{}", &format!("{n} {}", "words ".repeat(600)));
    }
    m.step(unmeasured(Turn::text("S.")), NOW);
    let (prompt, _) = m.request().expect("the turn goes on");
    assert!(matches!(prompt.items(), [Item::User(_), Item::Assistant(_), Item::Result(_), ..]));
    assert!(prompt.estimate() < Tokens(5_000), "{}", prompt.estimate());
}

fn sent_is_summary(prompt: &Prompt) -> bool {
    matches!(prompt.items().last(), Some(Item::User(m)) if m.text.starts_with("Write a summary"))
}

#[test]
fn a_summary_that_fails_or_is_empty_is_replaced_by_one_made_here() {
    for bad in [unmeasured(Turn::text(" ")), trouble(Class::Tell)] {
        let mut m = machine_with(10_000, None);
        say(&mut m, "Never touch docs/.");
        for n in 0..3 {
            round(&mut m, &format!("r{n}"), "read_file", "{}", &"words ".repeat(2_000));
        }
        let after = m.step(bad, NOW);
        assert!(path(&after).ends_with(&["compacted".into(), "requested 1".into(), "ask".into()]));
        let text = sent(&m);
        assert!(text.contains("The history was cut") && text.contains("> Never touch docs/."), "{text}");
    }
}

#[test]
fn a_summary_the_person_asked_for_fails_without_harm_and_a_short_history_is_left_alone() {
    let mut m = machine();
    say(&mut m, "hi");
    m.step(unmeasured(Turn::text("hello")), NOW);
    let refused = m.step(Input::Op(Op::Compact { wish: String::new() }), NOW);
    assert_eq!(path(&refused), [""; 0], "only a notice");
    say(&mut m, &"words ".repeat(2_000));
    m.step(unmeasured(Turn::text("well")), NOW);
    m.step(Input::Op(Op::Compact { wish: "the tests".into() }), NOW);
    assert!(sent(&m).ends_with("The user wants kept: the tests"));
    let failed = m.step(trouble(Class::Tell), NOW);
    assert_eq!(path(&failed), ["failed the connection was lost", "sync", "ended Failed"]);
    assert_eq!(items(&mut m).len(), 4);
}

#[test]
fn a_budget_or_a_price_tier_calls_for_a_summary_long_before_the_window_is_full() {
    let tier =
        |up_to| Tier { up_to: Tokens(up_to), input: Money::per_million(1), output: Money::per_million(1) };
    let tiers = vec![tier(32_768), tier(1_000_000)];
    let at = Compaction { at: Some(Tokens(32_768)), below_tier: false };
    let below = Compaction { at: None, below_tier: true };
    for (compaction, tiers, wanted) in
        [(at, Vec::new(), true), (below, tiers.clone(), true), (Compaction::default(), tiers, false)]
    {
        let mut m = Machine::new(Config { tiers, compaction, ..config() }, Prompt::new(head("Help.")));
        say(&mut m, "go");
        for n in 0..11 {
            round(&mut m, &format!("r{n}"), "read_file", "{}", &"words ".repeat(2_000));
        }
        let (prompt, _) = m.request().expect("running");
        assert_eq!(sent_is_summary(prompt), wanted);
    }
}

#[test]
fn a_server_that_names_no_limit_is_believed_about_what_it_refused() {
    let mut m = machine();
    say(&mut m, &"words ".repeat(20_000));
    let refused = m.request().map(|(p, _)| p.estimate()).expect("running");
    m.step(trouble(Class::Overflow(None)), NOW);
    m.step(unmeasured(Turn::text("ok")), NOW);
    say(&mut m, &"words ".repeat(20_000));
    assert!(m.request().is_some_and(|(p, _)| p.estimate() < refused));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever was restored, said or read, and however small the window: the next request fits into it.
    #[test]
    fn no_conversation_is_ever_too_large_to_go_on(
        head_size in 0_usize..20_000,
        room in 2_000_u64..12_000,
        restored in proptest::collection::vec((0_usize..40_000, 0_usize..40_000), 0..6),
        said in 0_usize..80_000,
        read in proptest::collection::vec(0_usize..60_000, 0..4),
        letter in prop_oneof![Just("a"), Just("中"), Just("\n")],
        scale in 300_u64..3_500,
    ) {
        let head = head(&"a".repeat(head_size));
        let mut items = Vec::new();
        for (words, answer) in restored {
            items.push(Item::User(UserMessage::words(letter.repeat(words / letter.len()))));
            items.push(Item::Assistant(Turn::text(letter.repeat(answer / letter.len()))));
        }
        let prompt = Prompt::restore(head.clone(), items).expect("a conversation");
        let mut m = Machine::new(config(), prompt);
        calibrate(&mut m, scale);
        m.config.window = m.scaled(head.estimate()) + Tokens(room);
        let fits = |m: &Machine| {
            let (prompt, _) = m.request().expect("a request is running");
            m.scaled(prompt.estimate()) < m.config.window
        };
        say(&mut m, &letter.repeat(said / letter.len()));
        prop_assert!(fits(&m));
        for (n, size) in read.into_iter().enumerate() {
            let summary = m.request().is_some_and(|(p, _)| sent_is_summary(p));
            if summary {
                m.step(unmeasured(Turn::text(letter.repeat(size / letter.len()))), NOW);
                prop_assert!(fits(&m));
            }
            round(&mut m, &format!("r{n}"), "read_file", "{}", &letter.repeat(size / letter.len()));
            prop_assert!(fits(&m));
        }
    }
}

/// Teaches the machine that a thousand estimated tokens are `scale` real ones.
fn calibrate(m: &mut Machine, scale: u64) {
    let mut prompt = Prompt::new(head(&"a".repeat(40_000)));
    prompt.push(UserMessage::words("x"));
    let usage = Usage { input: Tokens(prompt.estimate().0 * scale / 1_000), ..Usage::default() };
    let mut ledger = Ledger::default();
    let limits = m.config.cache.clone();
    ledger.completed(&prompt, &limits, &crate::cache::Plan::none(), Some(&usage), (NOW, NOW));
    m.learn(&ledger, NOW);
}

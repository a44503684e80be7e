//! What a person sees when something goes wrong.

use qwen::sim::{Fault, say};

use crate::{Desk, Key, numbered};

fn limited(seconds: &str) -> Fault {
    let (status, retry_after) = (429, Some(seconds.to_owned()));
    Fault::Status { status, code: None, message: None, retry_after, shape: qwen::sim::ErrorShape::default() }
}

/// The seconds that are left, by the screen.
fn left(screen: &str) -> Option<u32> {
    screen.split_once("Retry 1 of 4 in ")?.1.split_once(" s")?.0.parse().ok()
}

#[test]
fn a_rate_limit_shows_its_cause_and_counts_down() {
    let mut terminal = Desk::new(100, 30).model_says(say("At last.").fault_first(1, limited("4"))).opens();
    terminal.is_ready().says("hi").waits_for("Retry 1 of 4 in ").waits_for("(429)").waits_for("Esc stop");
    let first = left(&terminal.screen());
    assert!(first.is_some(), "{}", terminal.screen());
    terminal.waits_until("it counts down", |t| left(&t.screen()).is_some_and(|now| Some(now) < first));
    terminal.waits_for_printed("At last.").waits_for_rest();
    terminal
        .waits_for_no("Retry 1 of ")
        .shows_once("> hi")
        .shows_once("At last.")
        .shows_once("! Retried (1 of 4) after");
}

#[test]
fn escape_ends_a_long_wait() {
    let mut terminal =
        Desk::new(100, 30).model_says(say("Never.").fault(limited("50"))).model_says(say("Hello.")).opens();
    terminal.is_ready().says("hi").waits_for("Retry 1 of ").key(Key::Escape).waits_for_printed("stopped");
    terminal.shows_once("! Not retried: ");
    terminal.says("again").waits_for_printed("Hello.").shows("Never.", 0);
}

#[test]
fn a_refused_key_is_told_and_stays_told() {
    let mut terminal =
        Desk::new(100, 30).model_says(say("x").fault(Fault::status(401))).model_says(say("Hello.")).opens();
    terminal.is_ready().says("hi").waits_for_printed("401").waits_for_rest();
    terminal.says("again").waits_for_printed("Hello.").waits_for_rest().shows_once("✗ ");
    assert!(terminal.scrollback().contains("401"), "{}", terminal.scrollback());
    terminal.shows_once("The cause is the key or the account").shows_once("/auth changes the key");
}

#[test]
fn enter_without_a_draft_ends_a_wait_by_trying_again() {
    let mut terminal = Desk::new(100, 30).model_says(say("At last.").fault_first(1, limited("50"))).opens();
    terminal.is_ready().says("hi").waits_for("Retry 1 of 4 in ").type_text("x").waits_for("> x");
    terminal.key(Key::Control('u')).waits_for_no("> x").key(Key::Enter).waits_for_printed("At last.");
    terminal.waits_for_rest().shows_once("> hi");
    assert_eq!(terminal.requests().len(), 2);
}

#[test]
fn half_an_answer_that_was_cut_off_is_shown_once() {
    let text =
        "The first half is here and it is long enough to be seen, and the second half follows after it.";
    let cut = Fault::Drop { after_bytes: 1_200 };
    let mut terminal = Desk::new(100, 30).model_says(say(text).fault_first(1, cut)).opens();
    terminal.is_ready().says("tell me").waits_for_printed("follows after it.").waits_for_rest();
    terminal.shows_once("The first half").shows_once("cut off");
}

#[test]
fn a_cut_answer_of_several_paragraphs_is_not_printed_twice() {
    let text: String = numbered(1..=30, |n| format!("Paragraph {n:02} stands alone.\n\n"));
    let cut = Fault::Drop { after_bytes: 12_000 };
    let mut terminal = Desk::new(100, 30).model_says(say(text).fault_first(1, cut)).opens();
    terminal.is_ready().says("tell me").waits_for_printed("Paragraph 30").waits_for_rest();
    for n in 1..=30 {
        terminal.shows_once(&format!("Paragraph {n:02}"));
    }
}

#[test]
fn an_error_in_a_stream_that_is_not_tried_again_is_not_told_as_if_it_were() {
    let refused = Fault::Event { status: 400, message: Some("the filter says no".into()), after_events: 6 };
    let text = "The first half is here and it is long enough to be seen, and more of it would follow.";
    let mut terminal = Desk::new(100, 30).model_says(say(text).fault(refused)).opens();
    terminal.is_ready().says("tell me").waits_for_printed("the filter says no").waits_for("ctx ");
    terminal.shows_once("cut off here. The model does not know this part of it.").shows("is retried", 0);
    assert_eq!(terminal.requests().len(), 1);
}

#[test]
fn a_wait_that_the_server_asked_for_says_so_and_names_the_request() {
    let mut terminal = Desk::new(100, 30).model_says(say("At last.").fault_first(1, limited("2"))).opens();
    terminal.is_ready().says("hi").waits_for("(server asked for 2 s)").waits_for_printed("At last.");
    terminal.waits_for_printed("! Retried (1 of 4) after").shows_once("request id 00000000-0000-4000-8000-");
}

//! What leaves, what was hidden, and letting one secret through.

use super::*;
use crate::protocol::{DeskEvent, DeskOp, HiddenList, HiddenRow, PrivacyPage, PrivacySection, Query, Reply};

fn hidden(rows: &[(u32, bool)]) -> Event {
    let row = |(number, is_allowed): &(u32, bool)| HiddenRow {
        number: *number,
        kind: "github-token",
        is_allowed: *is_allowed,
    };
    Event::Reply(Reply::Hidden(HiddenList { is_on: true, rows: rows.iter().map(row).collect() }))
}

#[test]
fn the_page_and_what_was_hidden_are_asked_for_and_printed() {
    let mut stage = Stage::new(80, 24);
    stage.write("/privacy").enter();
    assert_eq!(stage.ops, [Op::Desk(DeskOp::Privacy), Op::Query(Query::Hidden)]);
    let rows = vec![("to".to_owned(), "a server".to_owned())];
    let page = PrivacyPage { sections: vec![PrivacySection { title: "What leaves".to_owned(), rows }] };
    stage.hear(Event::Desk(DeskEvent::Privacy(page))).hear(hidden(&[(1, false), (2, true)]));
    let told = plain(&stage.printed);
    for wanted in [
        "What leaves",
        "to                 a server",
        "#1 github-token hidden",
        "#2 github-token is sent from now on",
    ] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
}

#[test]
fn one_secret_is_let_through_by_its_number() {
    let mut stage = Stage::new(80, 24);
    stage.write("/privacy allow 3").enter().write("/privacy allow #4").enter();
    assert_eq!(stage.ops, [Op::LetThrough { number: 3 }, Op::LetThrough { number: 4 }]);
    stage.write("/privacy please").enter();
    assert_eq!(stage.ops.len(), 2);
    assert!(stage.screen().contains("say /privacy, or /privacy allow 1"), "{}", stage.screen());
}

#[test]
fn nothing_hidden_and_hiding_nothing_are_told_apart() {
    let mut stage = Stage::new(80, 24);
    stage.hear(hidden(&[])).hear(Event::Reply(Reply::Hidden(HiddenList::default())));
    let told = plain(&stage.printed);
    assert!(told.contains("Nothing was hidden") && told.contains("`privacy.redact` is off"), "{told}");
}

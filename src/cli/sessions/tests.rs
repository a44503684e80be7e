//! What `qwen sessions` prints.

use jiff::tz::TimeZone;
use serde_json::json;

use super::{list, markdown, show};
use crate::{
    base::{CallId, Moment, Money, SessionId},
    protocol::{Arguments, Finish, Item, ToolCall, ToolResult, Turn, UserMessage, Verdict},
    session::{History, Meta, Said, Summary},
};

fn summary(id: &str, title: &str) -> Summary {
    Summary {
        id: SessionId::new(id),
        root: "/home/me/app".into(),
        branch: Some("main".into()),
        title: title.into(),
        turns: 2,
        modified: Moment(1_800_000_000_000),
        cost: Some(Money::from_dollars(0.0123)),
        last: "Done.".into(),
        is_open: false,
    }
}

fn history() -> History {
    let call = ToolCall {
        id: CallId::new("a"),
        name: "read_file".into(),
        arguments: Arguments::parse(r#"{"file_path":"/a"}"#),
        extra: None,
    };
    let looks =
        Turn { calls: vec![call], finish: Finish::Calls, reasoning: "Hm.".into(), ..Turn::text("I look.") };
    let lines = (1..=12).map(|n| format!("line {n} ```\n")).collect::<Vec<_>>().concat();
    let result = ToolResult {
        call: CallId::new("a"),
        name: "read_file".into(),
        text: lines,
        verdict: Verdict::Failed,
    };
    let said = vec![
        Said::Item(Item::User(UserMessage { context: vec!["<env>".into()], text: "what is\nin a?".into() })),
        Said::Item(Item::Assistant(looks)),
        Said::Item(Item::Result(result)),
        Said::Item(Item::Assistant(Turn::text("Twelve \u{1b}[31mlines."))),
        Said::Replaced(vec![Item::User(UserMessage::words("They asked for a."))]),
        Said::Item(Item::User(UserMessage::words("thanks"))),
    ];
    History { meta: Meta::new(SessionId::new("one"), "/r", "qwen3", Moment(1)), said }
}

#[test]
fn a_list_has_short_ids_where_they_are_enough() {
    let all = [
        summary("3f2a91c0-0000-4000-8000-000000000001", "fix the\u{1b} test"),
        summary("77777777-0000-4000-8000-000000000001", "one"),
        Summary { is_open: true, cost: None, ..summary("77777777-0000-4000-8000-000000000002", "two") },
        summary("mine", "three"),
    ];
    let text = list::to_text(&all, false, &TimeZone::UTC);
    assert_eq!(
        text,
        "id                                    last used         turns       cost  first words\n\
         3f2a91c0                              2027-01-15 08:00      2    $0.0123  fix the␛ test\n\
         77777777-0000-4000-8000-000000000001  2027-01-15 08:00      2    $0.0123  one\n\
         77777777-0000-4000-8000-000000000002  2027-01-15 08:00      2          -  (open) two\n\
         mine                                  2027-01-15 08:00      2    $0.0123  three\n"
    );
    assert_eq!(
        list::to_text(&all[3..], true, &TimeZone::UTC),
        "id    last used         turns       cost  first words\n\
         mine  2027-01-15 08:00      2    $0.0123  three  in /home/me/app\n"
    );
    assert_eq!(list::to_text(&[], true, &TimeZone::UTC), "no session is kept\n");
}

#[test]
fn a_program_gets_every_field() {
    assert_eq!(
        list::to_json(&[summary("mine", "three")]),
        json!({"form": 1, "sessions": [{
            "id": "mine", "root": "/home/me/app", "branch": "main", "title": "three", "last_answer": "Done.",
            "turns": 2, "modified": "2027-01-15T08:00:00Z", "cost_usd": 0.0123, "is_open": false,
        }]})
    );
}

#[test]
fn a_conversation_is_shown_with_the_beginning_of_long_results() {
    let want = "session one of /r, qwen3\n\n> what is\n> in a?\n\nI look.\n\n* read_file {\"file_path\":\"/a\"}\n  (failed)\n  \
                line 1 ```\n  line 2 ```\n  line 3 ```\n  line 4 ```\n  line 5 ```\n  line 6 ```\n  line 7 ```\n  \
                line 8 ```\n  line 9 ```\n  line 10 ```\n  … 2 more lines\n\nTwelve lines.\n\n--- the conversation \
                goes on from here with 1 earlier messages in place of all above ---\n| They asked for a.\n\n> thanks\n";
    assert_eq!(show::text(&history(), false), want);
    let full = show::text(&history(), true);
    assert!(full.contains("~ Hm.\n") && full.contains("  line 12 ```\n"), "{full}");
}

#[test]
fn markdown_fences_what_tools_said_and_no_text_ends_the_fence() {
    let page = markdown::page(&history());
    let begin = "# Session one\n\nProject: `/r`  \nModel: `qwen3`\n\n## You\n\nwhat is\nin a?\n\n## Model\n\nI look.\n\n\
                 Calls `read_file`:\n\n```json\n{\"file_path\":\"/a\"}\n```\n\n`read_file` (failed):\n\n````\nline 1 ```\n";
    assert!(page.starts_with(begin), "{page}");
    let end = "line 12 ```\n````\n\n## Model\n\nTwelve ␛[31mlines.\n\n*--- the conversation goes on from here with 1 \
               earlier messages in place of all above ---*\n\n## You\n\nthanks\n";
    assert!(page.ends_with(end), "{page}");
}

//! The bill in a real terminal.

use qwen::sim::{call, say};
use serde_json::json;

use crate::{Desk, Terminal};

/// Two requests, of which the second reads what the first wrote.
fn after_two_requests(columns: u16, rows: u16) -> Terminal {
    let read = call("read_file", json!({"file_path": "{{cwd}}/a.txt"}));
    let desk = Desk::new(columns, rows).file("a.txt", "alpha\n").model_says(read).model_says(say("Alpha."));
    let mut terminal = desk.opens();
    terminal.is_ready().says("what does a.txt say?").waits_for_printed("Alpha.").waits_for_rest();
    terminal
}

#[test]
fn the_panel_shows_the_bill_of_the_simulator_at_any_size() {
    for (columns, rows) in [(100, 30), (40, 12)] {
        let mut terminal = after_two_requests(columns, rows);
        terminal.says("/cache").waits_for_printed("mode ").waits_for_rest();
        let all = terminal.scrollback();
        let bills: Vec<_> = terminal.requests().iter().filter_map(|request| request.bill).collect();
        let table: Vec<Vec<String>> = all
            .lines()
            .skip_while(|row| !row.trim_start().starts_with("# "))
            .take(4)
            .map(|row| row.split_whitespace().map(str::to_owned).collect())
            .collect();
        assert_eq!(table[0][..3], ["#", "read", "written"], "{all}");
        for (row, (bill, number)) in table[1..].iter().zip(bills.iter().zip(1..)) {
            let shown = |n: u64| {
                let n = qwen::base::Tokens(n);
                if columns < 80 { n.short() } else { n.to_string() }
            };
            assert_eq!(row[..3], [number.to_string(), shown(bill.cached), shown(bill.created)], "{all}");
        }
        assert_eq!(table[3][0], "all", "{all}");
        assert!(table[1].contains(&"first".to_owned()), "{all}");
    }
}

#[test]
fn the_status_line_says_until_when_the_prompt_is_warm_and_then_writes_nothing() {
    let mut terminal = after_two_requests(100, 30);
    terminal.waits_for("warm until ").waits_for_rest();
    let before = terminal.raw().len();
    terminal.pauses(1_500);
    assert_eq!(terminal.raw().len(), before, "an idle screen writes no byte");
}

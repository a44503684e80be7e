//! `qwen cache explain`, for a person.

use std::fmt::Write as _;

use super::{
    explain::{Explained, Request, Sums},
    page::{rows, section},
};
use crate::{
    base::{Clean, Money, Tokens},
    protocol::{Usage, bill::many},
};

/// The page.
pub(super) fn page(explained: &Explained) -> String {
    let meta = &explained.meta;
    let (id, model) = (Clean::line(meta.id.as_str()), Clean::line(&meta.model));
    let mut head = vec![
        ("session", format!("{id}, {}", many(explained.requests.len() as u64, "request"))),
        ("model", model.into_string()),
        ("began", meta.created.timestamp().unwrap_or_default()),
    ];
    if explained.unread > 0 {
        let lines = many(explained.unread.into(), "line");
        head.push(("note", format!("{lines} of the file could not be read")));
    }
    let mut out = rows(&head, 9);
    if explained.requests.is_empty() {
        return out + "no request of it was answered yet\n";
    }
    let _ = write!(
        out,
        "\n{:>3} {:>19} {:>29}\n{:>3} {:>9} {:>9} {:>9} {:>9} {:>9} {:>7} {:>9} {:>10} {:>10}  why\n",
        "",
        "expected",
        "reported",
        "#",
        "read",
        "written",
        "read",
        "written",
        "plain",
        "output",
        "units",
        "cost",
        "so far"
    );
    for request in &explained.requests {
        let _ = writeln!(out, "{}", row(request).trim_end());
    }
    let said = explained.requests.iter().filter_map(|request| {
        let text = request.outcome.sentence()?;
        let what = match request.purpose() {
            "summary" => " (a summary)",
            "keep_warm" => " (to keep warm)",
            _ => "",
        };
        Some(format!("request {}{what}: {text}", request.number))
    });
    out.push_str(&section(
        "What differed",
        &said.collect::<Vec<_>>(),
        "nothing; every request read what was expected",
    ));
    let found = explained.findings.iter().map(|f| format!("request {}: {}", f.request(), f.sentence()));
    out.push_str(&section("What the server did unexpectedly", &found.collect::<Vec<_>>(), "nothing"));
    out.push_str(&sums(explained));
    out
}

/// The last column: why less was read, or what the request was for.
fn why(request: &Request) -> &'static str {
    match (request.outcome.code(), request.purpose()) {
        ("", "keep_warm") => "kept warm",
        (code, _) => code,
    }
}

fn row(request: &Request) -> String {
    let spent = &request.billed.spent;
    let tokens = |n: Option<Tokens>| n.map_or_else(|| "?".to_owned(), |n| n.to_string());
    let usage = |of: fn(Usage) -> Option<Tokens>| tokens(spent.usage.and_then(of));
    let units = |thousandths: u64| crate::protocol::bill::rounded(thousandths).to_string();
    let money = |amount: Option<Money>| amount.map_or_else(|| "?".to_owned(), |amount| amount.to_string());
    let predicted = request.predicted();
    format!(
        "{:>3} {:>9} {:>9} {:>9} {:>9} {:>9} {:>7} {:>9} {:>10} {:>10}  {}",
        request.number,
        tokens(predicted.map(|p| p.read)),
        tokens(predicted.map(|p| p.written)),
        usage(|u| u.cached),
        usage(|u| u.created),
        usage(|u| Some(u.plain())),
        usage(|u| Some(u.output)),
        spent.charge.map_or_else(|| "?".to_owned(), |charge| units(charge.units)),
        money(spent.charge.and_then(|charge| charge.money)),
        match request.so_far.charge.money {
            Some(amount) => amount.to_string(),
            None => format!("{} u", units(request.so_far.charge.units)),
        },
        why(request),
    )
}

fn sums(explained: &Explained) -> String {
    let Sums { usage, charge } = explained.sums();
    let money = charge.money_in_words();
    let mut sums = vec![
        ("tokens", usage.in_words()),
        ("units", charge.units_in_words()),
        (
            "money",
            money.unwrap_or_else(|| "price unknown; `cache.prices` in your settings can tell it".to_owned()),
        ),
    ];
    sums.extend(charge.not_yet(explained.requests.len() as u64).map(|note| ("note", note)));
    format!(
        "\nAll of it\n{}One unit is one input token at its plain price; output is in the money only.\n",
        rows(&sums, 9)
    )
}

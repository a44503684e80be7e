//! Sessions as a list, for people and for programs.

use std::fmt::Write as _;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use crate::{
    base::{Clean, Moment},
    session::Summary,
};

/// A random id is told from others by so many characters, nearly always.
const SHORT: usize = 8;
/// A random id has so many.
const UUID: usize = 36;

/// For people: one line each, short ids where they are enough.
pub(super) fn to_text(all: &[Summary], is_everywhere: bool, zone: &TimeZone) -> String {
    if all.is_empty() {
        let place =
            if is_everywhere { "" } else { " in this project; of all projects: `qwen sessions list --all`" };
        return format!("no session is kept{place}\n");
    }
    let ids: Vec<String> = all.iter().map(|session| short(session, all)).collect();
    let wide = ids.iter().map(|id| id.chars().count()).max().unwrap_or_default();
    let mut out =
        format!("{:<wide$}  {:<16}  {:>5}  {:>9}  first words\n", "id", "last used", "turns", "cost");
    for (session, id) in all.iter().zip(&ids) {
        let cost = session.cost.map_or_else(|| "-".to_owned(), |cost| format!("${:.4}", cost.dollars()));
        let (when, title) = (local(session.modified, zone), Clean::line(&session.title));
        let _ = write!(out, "{id:<wide$}  {when:<16}  {:>5}  {cost:>9}  ", session.turns);
        if session.is_open {
            out.push_str("(open) ");
        }
        out.push_str(title.as_str());
        if is_everywhere {
            let _ = write!(out, "  in {}", Clean::line(&session.root));
        }
        out.push('\n');
    }
    out
}

/// For programs: `docs/schemas/sessions.schema.json`.
pub(super) fn to_json(all: &[Summary]) -> Value {
    let row = |session: &Summary| {
        json!({
            "id": session.id.as_str(),
            "root": session.root,
            "branch": session.branch,
            "title": session.title,
            "last_answer": session.last,
            "turns": session.turns,
            "modified": stamp(session.modified).map(|stamp| stamp.to_string()),
            "cost_usd": session.cost.map(crate::base::Money::dollars),
            "is_open": session.is_open,
        })
    };
    json!({ "form": 1, "sessions": all.iter().map(row).collect::<Vec<_>>() })
}

/// The beginning of a random id if no other of the list begins so, else the whole.
fn short(session: &Summary, all: &[Summary]) -> String {
    let id = session.id.as_str();
    let begins = id.get(..SHORT).filter(|_| id.len() == UUID);
    let is_alone = |part: &&str| all.iter().filter(|other| other.id.as_str().starts_with(part)).count() == 1;
    Clean::line(begins.filter(is_alone).unwrap_or(id)).into_string()
}

/// A time as people of this zone write it.
pub(super) fn local(at: Moment, zone: &TimeZone) -> String {
    let shown = |stamp: Timestamp| stamp.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    stamp(at).map(shown).unwrap_or_default()
}

fn stamp(at: Moment) -> Option<Timestamp> {
    i64::try_from(at.0).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok())
}

//! Reads what the requests of a session cost, and nothing else of it.

use std::{
    fs::File,
    io::{BufRead, BufReader},
};

use super::{
    Folder,
    load::unreadable,
    record::{Meta, Record, Spent},
};
use crate::{
    base::SessionId,
    protocol::{Failure, Kind},
};

/// How a line begins that says what a request cost, or where the session went on; the others are not parsed.
const READ: [&str; 3] = [r#"{"kind":"meta""#, r#"{"kind":"usage""#, r#"{"kind":"epoch""#];

/// The bill of one session.
#[derive(Clone, Debug, PartialEq)]
pub struct Bill {
    /// What session it is.
    pub meta: Meta,
    /// Its answered requests, in order.
    pub requests: Vec<Billed>,
    /// Lines about a request that could not be read: damaged, or written by a newer version.
    pub unread: u32,
}

/// One answered request of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Billed {
    /// Which stretch of the session it belongs to, from 1: one begins where the session is gone on with later, which
    /// counts its requests anew, and where another account or model is chosen, which does not.
    pub run: u32,
    /// Whether its answer replaced the history.
    pub is_summary: bool,
    /// What it used and cost.
    pub spent: Spent,
}

/// Reads the bill of the session `id`, also while another process writes it.
/// Errors: it is not there, cannot be read, or is no transcript.
pub fn bill(folder: &Folder, id: &SessionId) -> Result<Bill, Failure> {
    let none = || Failure::new(Kind::Usage, format!("there is no session `{id}` in this project"));
    let path = folder.session(id).filter(|path| path.as_path().exists()).ok_or_else(none)?;
    let file = File::open(&path).map_err(|e| unreadable(path.as_path(), &e))?;
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    let mut bill: Option<Bill> = None;
    let (mut run, mut is_newest) = (0, false);
    loop {
        line.clear();
        reader.read_until(b'\n', &mut line).map_err(|e| unreadable(path.as_path(), &e))?;
        if line.pop() != Some(b'\n') {
            break;
        }
        if !READ.iter().any(|begin| line.starts_with(begin.as_bytes())) {
            is_newest = false;
            continue;
        }
        match (&mut bill, serde_json::from_slice::<Record<'static>>(&line)) {
            (None, Ok(Record::Meta(meta))) => {
                run = 1;
                bill = Some(Bill { meta: meta.into_owned(), requests: Vec::new(), unread: 0 });
            }
            (None, _) => break,
            // Nothing was asked of the model before: a session that began without an account, for instance.
            (Some(bill), Ok(Record::Meta(meta))) if bill.requests.is_empty() => {
                bill.meta.model = meta.into_owned().model;
            }
            (Some(_), Ok(Record::Meta(_))) => run += 1,
            (Some(bill), Ok(Record::Usage(spent))) => {
                bill.requests.push(Billed { run, is_summary: false, spent });
                is_newest = true;
            }
            // The answer that is a summary becomes no item of its own.
            (Some(bill), Ok(Record::Epoch { .. })) if is_newest => {
                bill.requests.iter_mut().rev().take(1).for_each(|request| request.is_summary = true);
            }
            (Some(_), Ok(Record::Epoch { .. } | Record::Item { .. } | Record::Link(_))) => {}
            (Some(bill), Err(_)) => bill.unread += 1,
        }
    }
    bill.ok_or_else(|| Failure::new(Kind::Usage, format!("`{path}` is not a session of qwen")))
}

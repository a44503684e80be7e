//! Reads everything a transcript holds, also what the conversation went on without.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use super::{
    load::{foreign, unreadable},
    record::{Meta, Record},
};
use crate::protocol::{Failure, Item};

/// Something that was said, or that happened to what was said.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// One more item.
    Item(Item),
    /// The items before this were replaced by these: by a summary, or because the person went back.
    Replaced(Vec<Item>),
}

/// Everything a transcript holds.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// What session it is, as its first line says.
    pub meta: Meta,
    /// What was said, in order.
    pub said: Vec<Said>,
}

/// Reads the whole transcript at `path`; lines that are not understood are skipped.
/// Errors: it cannot be read, or it is no transcript.
pub fn history(path: impl AsRef<Path>) -> Result<History, Failure> {
    let path = path.as_ref();
    let mut lines = whole_lines(path)?;
    let first = lines.next().ok_or_else(|| foreign(path))?;
    let Ok(Record::Meta(meta)) = serde_json::from_slice::<Record<'static>>(&first) else {
        return Err(foreign(path));
    };
    let mut said = Vec::new();
    for line in lines {
        match serde_json::from_slice::<Record<'static>>(&line) {
            Ok(Record::Item { item }) => said.push(Said::Item(item.into_owned())),
            Ok(Record::Epoch { items, .. }) => said.push(Said::Replaced(items.into_owned())),
            _ => {}
        }
    }
    Ok(History { meta: meta.into_owned(), said })
}

/// The lines of the file that are whole, each without its end. Errors: it cannot be opened.
pub fn whole_lines(path: &Path) -> Result<impl Iterator<Item = Vec<u8>> + use<>, Failure> {
    let mut reader = BufReader::new(File::open(path).map_err(|e| unreadable(path, &e))?);
    Ok(std::iter::from_fn(move || {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line).ok()?;
        (line.pop() == Some(b'\n')).then_some(line)
    }))
}

//! Reads a transcript back.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use serde_json::Value;

use super::{
    Folder,
    mend::mend,
    record::{Meta, Record, VERSION},
};
use crate::{
    base::SessionId,
    cache::Link,
    protocol::{Charge, Failure, Item, Kind, Usage},
};

/// What a transcript holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// What session it is; model and version are those of its last resumption.
    pub meta: Meta,
    /// The conversation as it goes on: the items of the last epoch.
    pub items: Vec<Item>,
    /// Where the provider's copy of the conversation ended; whether it is still good, it knows itself.
    pub link: Option<Link>,
    /// How often the history was replaced.
    pub epoch: u32,
    /// How often the person spoke, all epochs together.
    pub turns: u32,
    /// How many requests were answered.
    pub requests: u32,
    /// Token counts of all answers that reported them.
    pub usage: Usage,
    /// Costs of the same.
    pub charge: Charge,
    /// What a person should know: lines that could not be read, a file that cannot be written.
    pub notices: Vec<String>,
}

/// Reads the transcript at `path`. A last line that was cut is dropped, kinds that are not known are skipped.
/// Errors: it cannot be read, or it is no transcript.
pub fn load(path: impl AsRef<Path>) -> Result<Loaded, Failure> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|e| unreadable(path, &e))?;
    Ok(read(file, path)?.0)
}

/// Everything a session left with the provider, in order: the responses it followed or could follow.
/// Errors: the session is not there, or cannot be read.
pub fn links(folder: &Folder, id: &SessionId) -> Result<Vec<Link>, Failure> {
    let none = || Failure::new(Kind::Usage, format!("there is no session `{id}` in this project"));
    let path = folder.session(id).ok_or_else(none)?;
    let file = File::open(&path).map_err(|e| unreadable(path.as_path(), &e))?;
    let mut links = Vec::new();
    for line in BufReader::new(file).split(b'\n') {
        let line = line.map_err(|e| unreadable(path.as_path(), &e))?;
        // Every other line may be long and is none of them.
        if line.starts_with(br#"{"kind":"link""#)
            && let Ok(Record::Link(link)) = serde_json::from_slice::<Record<'static>>(&line)
        {
            links.push(link.into_owned());
        }
    }
    Ok(links)
}

/// As [`load`]; also returns how many bytes are whole lines.
pub(super) fn read(file: impl Read, path: &Path) -> Result<(Loaded, u64), Failure> {
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    let mut whole = 0;
    let mut damaged = 0_u32;
    let mut loaded: Option<Loaded> = None;
    loop {
        line.clear();
        reader.read_until(b'\n', &mut line).map_err(|e| unreadable(path, &e))?;
        if line.pop() != Some(b'\n') {
            break;
        }
        whole += line.len() as u64 + 1;
        let record = serde_json::from_slice::<Record<'static>>(&line);
        match (&mut loaded, record) {
            (None, Ok(Record::Meta(meta))) => loaded = Some(begun(meta.into_owned(), path)?),
            (None, _) => return Err(foreign(path)),
            (Some(loaded), Ok(record)) => loaded.take(record),
            (Some(_), Err(_)) => damaged += u32::from(!is_other_kind(&line)),
        }
    }
    let mut loaded = loaded.ok_or_else(|| foreign(path))?;
    if damaged > 0 {
        loaded.notices.push(format!("{damaged} damaged lines of `{}` were skipped", path.display()));
    }
    let (items, mended) = mend(std::mem::take(&mut loaded.items));
    loaded.items = items;
    if mended > 0 {
        let what = "tool results without their calls, or calls without results, were mended";
        loaded.notices.push(format!("{mended} {what}"));
    }
    Ok((loaded, whole))
}

impl Loaded {
    fn take(&mut self, record: Record<'static>) {
        match record {
            Record::Meta(meta) => {
                let Meta { model, version, branch, .. } = meta.into_owned();
                (self.meta.model, self.meta.version) = (model, version);
                self.meta.branch = branch.or(self.meta.branch.take());
            }
            Record::Item { item } => {
                self.turns += u32::from(matches!(*item, Item::User(_)));
                self.items.push(item.into_owned());
            }
            Record::Usage(spent) => {
                self.requests += u32::from(!spent.is_ping);
                self.usage = self.usage.plus(spent.usage.unwrap_or_default());
                self.charge = self.charge.plus(spent.charge.unwrap_or_default());
            }
            Record::Link(link) => self.link = Some(link.into_owned()),
            Record::Epoch { epoch, items } => {
                self.epoch = epoch;
                self.items = items.into_owned();
            }
        }
    }
}

fn begun(meta: Meta, path: &Path) -> Result<Loaded, Failure> {
    if meta.v > VERSION {
        let error = format!("`{}` was written by a newer qwen ({})", path.display(), meta.version);
        return Err(Failure::new(Kind::Usage, error).hint("update qwen, or start a new session"));
    }
    Ok(Loaded {
        meta,
        items: Vec::new(),
        link: None,
        epoch: 0,
        turns: 0,
        requests: 0,
        usage: Usage::default(),
        charge: Charge::nothing(),
        notices: Vec::new(),
    })
}

/// Whether the line is a record of a kind that is not known here.
fn is_other_kind(line: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<Value>(line) else { return false };
    let kind = value.get("kind").and_then(Value::as_str);
    kind.is_some_and(|k| !["meta", "item", "usage", "link", "epoch"].contains(&k))
}

pub(super) fn foreign(path: &Path) -> Failure {
    Failure::new(Kind::Usage, format!("`{}` is not a session of qwen", path.display()))
        .hint("start a new session, or name another to resume")
}

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Kind::Usage, format!("session file `{}` cannot be read: {error}", path.display()))
        .hint("check its permissions, or start a new session")
}

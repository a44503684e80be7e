//! What of a repository stands in the head of a prompt, and what changed since.

use serde::{Deserialize, Serialize};
use similar::TextDiff;

use super::{
    Fragments,
    map::{self, Map},
};
use crate::base::{AbsPath, Bytes, Tokens, estimate};

/// The version of what is kept; another one is read anew.
const FORMAT: u32 = 1;

/// The most that the changes of names take. *Unit:* tenths of a token.
const NAMES: usize = 2_000;

/// The most of a changed instruction file that is told, about 4,000 tokens; and below which size the new text is
/// told rather than what differs. *Unit:* bytes.
const TEXT: usize = 16_000;
const SMALL: usize = 2_000;

/// An instruction file with what it imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Instruction {
    /// Its path from the root, or with `~/.qwen/` before it.
    pub(super) label: String,
    /// As the model reads it.
    pub(super) text: String,
}

impl Instruction {
    /// As it stands in a prompt.
    pub(super) fn framed(&self) -> String {
        let Self { label, text } = self;
        format!("--- Context from: {label} ---\n{text}\n--- End of Context from: {label} ---")
    }
}

/// What of a repository stands in the head: instruction files and map.
///
/// A plain value, so that it can be kept and used again. The same for every working folder of the repository and on
/// every machine: no absolute path, date or git state is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    pub(super) files: Vec<Instruction>,
    pub(super) map: Map,
}

impl Repository {
    /// The system block: instruction files, then the map. Empty when there is neither.
    pub fn block(&self) -> String {
        let mut parts: Vec<String> = self.files.iter().map(Instruction::framed).collect();
        parts.extend(Some(self.map.text.clone()).filter(|map| !map.is_empty()));
        parts.join("\n\n")
    }

    /// What the block is made of, in order, with estimated sizes: instruction files by their path, the map as `map`.
    pub fn parts(&self) -> impl Iterator<Item = (String, Tokens)> {
        let files = self.files.iter().map(|file| (file.label.clone(), estimate(&file.framed())));
        let map = Some(&self.map.text).filter(|map| !map.is_empty());
        files.chain(map.map(|map| ("map".to_owned(), estimate(map))))
    }

    /// Names everything a [`Repository`] depends on besides the files: options, root, and the version of the format.
    /// Two names that differ may mean other bytes.
    pub fn shape(options: &super::Options, root: &AbsPath) -> String {
        let super::Options { file_names, home, qwen_home, map: Tokens(map), instructions: Bytes(bytes) } =
            options;
        let is_home = home.as_ref() == Some(root);
        let own = qwen_home.as_ref().map(ToString::to_string);
        format!("{FORMAT} {file_names:?} {map} {bytes} {is_home} {own:?} {:?}", root.to_string())
    }
}

/// What the model should know that differs from what it was told: instruction files and names. `None` when nothing
/// does.
///
/// Shape: one text, between lines with its name. Names take at most 200 tokens, one instruction file at most
/// 16 kB.
pub fn delta(told: &Fragments, now: &Fragments) -> Option<String> {
    let mut parts = Vec::new();
    let all = |fragments: &Fragments| -> Vec<Instruction> {
        fragments.repository.files.iter().chain(&fragments.below).cloned().collect()
    };
    let (before, after) = (all(told), all(now));
    for file in &after {
        match before.iter().find(|old| old.label == file.label) {
            Some(old) if old.text == file.text => {}
            Some(old) => parts.push(changed(old, file)),
            None => parts.push(format!("`{}` is new:\n{}", file.label, bounded(&file.framed()))),
        }
    }
    let is_gone = |old: &&Instruction| after.iter().all(|file| file.label != old.label);
    for old in before.iter().filter(is_gone) {
        parts.push(format!("`{}` is gone; what it said above no longer holds.", old.label));
    }
    parts.extend(names(&told.repository.map, &now.repository.map));
    if parts.is_empty() {
        return None;
    }
    Some(format!("<repository-changes>\n{}\n</repository-changes>", parts.join("\n")))
}

fn changed(old: &Instruction, new: &Instruction) -> String {
    if new.text.len() > SMALL {
        let ends = |text: &str| format!("{text}\n");
        let (before, after) = (ends(&old.text), ends(&new.text));
        let diff = TextDiff::from_lines(&before, &after).unified_diff().context_radius(2).to_string();
        if diff.len() < new.text.len() / 2 {
            let diff = bounded(&diff);
            return format!(
                "`{}` was changed. This is how it differs from its text above:\n{diff}",
                new.label
            );
        }
    }
    format!(
        "`{}` was changed. This holds now, in place of its text above:\n{}",
        new.label,
        bounded(&new.framed())
    )
}

/// At most [`TEXT`] bytes of `text`, up to the end of a line.
fn bounded(text: &str) -> String {
    if text.len() <= TEXT {
        return text.trim_end().to_owned();
    }
    let whole = (0..=TEXT).rfind(|end| text.is_char_boundary(*end)).unwrap_or_default();
    let end = text[..whole].rfind('\n').unwrap_or(whole);
    format!("{}\n[the rest is left out here; read the file]", &text[..end])
}

fn names(told: &Map, now: &Map) -> Option<String> {
    let mut lines: Vec<String> = now.facts.iter().filter(|f| !told.facts.contains(f)).cloned().collect();
    let changes = told.listing.changes(&now.listing);
    let mut left = NAMES;
    let (mut shown, all) = (0, changes.iter().map(|(_, names)| names.len()).sum::<usize>());
    for (path, names) in &changes {
        let mut line = format!("{path}:");
        let frame = map::cost(&line) + map::LINE_END;
        let Some(mut rest) = left.checked_sub(frame) else { break };
        let before = shown;
        for name in names {
            // The sign is a token of its own at most.
            let Some(next) = rest.checked_sub(map::cost(name) + map::LINE_END) else { break };
            rest = next;
            line.push(' ');
            line.push_str(name);
            shown += 1;
        }
        if shown > before {
            left = rest;
            lines.push(line);
        }
    }
    if shown < all {
        lines.push(format!("… and {} more", all - shown));
    }
    let heading = "Names that are new (+) or gone (-) since the map above, or the last such list:";
    (!lines.is_empty()).then(|| format!("{heading}\n{}", lines.join("\n")))
}

#[cfg(test)]
mod tests;

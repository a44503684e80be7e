//! Reads `QWEN.md` and `AGENTS.md`: from the user's folder, then from the root down to the working folder.

use std::collections::HashSet;

use super::{
    Options, imports,
    place::is_really_within,
    repository::Instruction,
    text_file::{self, NoText},
};
use crate::base::{AbsPath, Bytes, Tokens, estimate};

/// The largest instruction file that is read whole. About 16,000 tokens, more than the rest of a first request.
const FILE_LIMIT: usize = 64_000;

/// How deep imports may lie in each other. Source: Qwen Code (`docs/sources.md`, qwen-code 2.5).
const DEPTH: usize = 5;

/// A folder with instruction files.
struct Scope {
    folder: AbsPath,
    /// What stands for the folder in texts, so that they do not depend on the machine.
    label: String,
    /// Imports stay inside this folder.
    bound: AbsPath,
    /// Whether the files themselves must stay inside, too. The user's own may be links to anywhere.
    strict: bool,
}

/// The instruction files that hold for the whole repository, and those of the folders on the way from its root to
/// `cwd`; both in the order the model reads them. The first are read first, so that they are the same for every
/// `cwd`.
pub(super) fn collect(
    options: &Options,
    root: &AbsPath,
    cwd: &AbsPath,
    notices: &mut Vec<String>,
) -> (Vec<Instruction>, Vec<Instruction>) {
    let left = usize::try_from(options.instructions.0).unwrap_or(usize::MAX);
    let mut reader = Reader { seen: HashSet::new(), left, limit: options.instructions, full: false, notices };
    let mut read = |shelves: Vec<Scope>| {
        let mut files = Vec::new();
        for at in shelves {
            files.extend(options.file_names.iter().filter_map(|name| reader.instruction(&at, name)));
        }
        files
    };
    let (shared, below) = shelves(options, root, cwd);
    (read(shared), read(below))
}

/// The folders that count for the whole repository, and those that count for `cwd`.
fn shelves(options: &Options, root: &AbsPath, cwd: &AbsPath) -> (Vec<Scope>, Vec<Scope>) {
    let mut shared = Vec::new();
    if let Some(folder) = &options.qwen_home {
        let (folder, bound) = (folder.clone(), folder.clone());
        shared.push(Scope { folder, bound, label: "~/.qwen/".to_owned(), strict: false });
    }
    let of_repository =
        |folder: AbsPath, label: String| Scope { folder, label, bound: root.clone(), strict: true };
    let mut below = Vec::new();
    let top = of_repository(root.clone(), String::new());
    match &options.home {
        Some(home) if home == cwd => return (shared, below),
        // A home folder that is a repository: its own files hold for the projects in it and not for itself.
        Some(home) if home == root => below.push(top),
        _ => shared.push(top),
    }
    let (mut folder, mut label) = (root.clone(), String::new());
    let way = cwd.below(root).unwrap_or_default();
    for part in way.split('/').filter(|p| !p.is_empty()) {
        folder = folder.join(part);
        label = format!("{label}{part}/");
        below.push(of_repository(folder.clone(), label.clone()));
    }
    (shared, below)
}

/// The instruction files that hold for `cwd`, in the order the model reads them, with their estimated sizes; of the
/// person's and the repository's folder also those that are not there yet, without a size. Blocks on the file system.
pub fn memory(options: &Options, root: &AbsPath, cwd: &AbsPath) -> Vec<(AbsPath, Option<Tokens>)> {
    let (shared, below) = shelves(options, root, cwd);
    let mut all = Vec::new();
    for (at, is_missed) in shared.iter().map(|at| (at, true)).chain(below.iter().map(|at| (at, false))) {
        for name in &options.file_names {
            let path = at.folder.join(name);
            let size = text_file::read(path.as_path(), FILE_LIMIT).ok().map(|file| estimate(&file.text));
            if size.is_some() || is_missed {
                all.push((path, size));
            }
        }
    }
    all
}

struct Reader<'a> {
    /// Texts that are in already, as they were on disk.
    seen: HashSet<String>,
    /// Bytes that may still be read.
    left: usize,
    limit: Bytes,
    /// Whether it was said that the limit is reached.
    full: bool,
    notices: &'a mut Vec<String>,
}

impl Reader<'_> {
    fn instruction(&mut self, at: &Scope, name: &str) -> Option<Instruction> {
        let file = at.folder.join(name);
        let label = format!("{}{name}", at.label);
        if !file.as_path().exists() {
            return None;
        }
        if at.strict && !is_really_within(file.as_path(), &at.bound) {
            self.notices
                .push(format!("`{label}` was not read: it is a link that leads out of the repository"));
            return None;
        }
        let text = match self.read(&file, &label) {
            Ok(text) => text?,
            Err(NoText::NotAFile | NoText::Missing) => return None,
            Err(e) => {
                self.notices.push(format!("`{label}` was not read: {e}"));
                return None;
            }
        };
        let text = self.expanded(&text, &file, at, 1);
        Some(Instruction { label, text: text.trim().to_owned() })
    }

    /// The text of a file, charged to the limits; `None` when it is empty or in already.
    fn read(&mut self, file: &AbsPath, label: &str) -> Result<Option<String>, NoText> {
        let limit = FILE_LIMIT.min(self.left);
        let found = text_file::read(file.as_path(), limit)?;
        if found.text.trim().is_empty() && !found.cut || !self.seen.insert(found.text.clone()) {
            return Ok(None);
        }
        self.left -= found.text.len().min(self.left);
        if !found.cut {
            return Ok(Some(found.text));
        }
        if limit == FILE_LIMIT {
            let shown = Bytes(FILE_LIMIT as u64).short();
            self.notices.push(format!("`{label}` is long: only its first {shown} are used"));
        } else if !self.full {
            self.full = true;
            let all = self.limit.short();
            self.notices.push(format!("instruction files are over {all} together: cut in `{label}`"));
        }
        Ok(Some(format!("{}\n[the rest of this file is left out]\n", found.text)))
    }

    /// `text` with the files it imports in place of their names.
    fn expanded(&mut self, text: &str, file: &AbsPath, at: &Scope, depth: usize) -> String {
        let Some(folder) = file.parent() else { return text.to_owned() };
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for import in imports::find(text) {
            let Some(instead) = self.imported(&import, &folder, at, depth) else { continue };
            out.push_str(&text[done..import.at.start]);
            out.push_str(&instead);
            done = import.at.end;
        }
        out.push_str(&text[done..]);
        out
    }

    /// What stands in place of an import; `None` when the words are better left alone.
    fn imported(
        &mut self,
        import: &imports::Import<'_>,
        folder: &AbsPath,
        at: &Scope,
        depth: usize,
    ) -> Option<String> {
        let path = import.path;
        let failed = |why: &dyn std::fmt::Display| Some(format!("<!-- Import failed: {path}: {why} -->"));
        let file = folder.join(path);
        let is_inside = file.is_within(&at.bound) && !path.starts_with('~');
        if !is_inside || file.as_path().exists() && !is_really_within(file.as_path(), &at.bound) {
            return import.is_certain().then(|| failed(&"it lies outside"))?;
        }
        if !import.is_certain() && !file.as_path().is_file() {
            return None;
        }
        if depth > DEPTH {
            return failed(&format_args!("imports are nested more than {DEPTH} deep"));
        }
        let label = format!("{}{}", if at.strict { "" } else { &at.label }, file.below(&at.bound)?);
        match self.read(&file, &label) {
            Ok(Some(text)) => {
                let text = self.expanded(&text, &file, at, depth + 1);
                let text = text.trim();
                Some(format!("<!-- Imported from: {label} -->\n{text}\n<!-- End of import from: {label} -->"))
            }
            Ok(None) => Some(format!("<!-- {label}: empty, or included above -->")),
            Err(e) => failed(&e),
        }
    }
}

#[cfg(test)]
mod tests;

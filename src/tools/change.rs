//! What `edit` and `write_file` share: a change that is worked out first, shown, and then made.

use super::{
    Hands, Outcome, diff, place,
    textfile::{self, Encoding, TextFile, is_crlf, with_crlf},
    walk,
};
use crate::{
    base::AbsPath,
    permissions::{Action, Approved},
    protocol::{Diff, Display, LineKind, Preview},
};

/// How many lines the model is shown of what the person changed in its proposal.
const REWRITTEN: usize = 200;

/// A change of one file that can be made.
pub(super) struct Change {
    /// The text before; `None` for a new file.
    pub(super) old: Option<String>,
    /// The text after.
    pub(super) new: String,
    /// How it is encoded.
    pub(super) encoding: Encoding,
    /// What the model reads when it is done.
    pub(super) said: String,
}

/// The file a change starts from: as it is now, and as the model has seen it. `None` when there is no file.
///
/// Errors: a sentence for the model: never read, changed since, not a text file.
pub(super) fn current(path: &AbsPath, hands: &Hands) -> Result<Option<TextFile>, String> {
    let shown = path.shown_from(&hands.root);
    match place::kind(path)? {
        _ if walk::is_kept_back(path, hands) => {
            return Err(format!("`{shown}` is kept back by .qwenignore; leave it alone"));
        }
        place::Kind::Missing => return Ok(None),
        place::Kind::File => {}
        place::Kind::Folder => return Err(format!("`{shown}` is a folder, not a file")),
        place::Kind::Special => return Err(format!("`{shown}` is a device, pipe or socket, not a file")),
    }
    let file = textfile::load(path, &shown)?;
    let seen = hands.reads().fingerprint(path).copied();
    match seen {
        // Nothing can be lost in an empty file.
        _ if file.text.is_empty() => Ok(Some(file)),
        None => Err(format!("read `{shown}` with read_file before changing it")),
        Some(seen) if seen != file.fingerprint => {
            Err(format!("`{shown}` changed since you read it; read it again, then change it"))
        }
        Some(_) => Ok(Some(file)),
    }
}

/// Errors: a sentence for the model when a text for a file holds the mark of a hidden secret that is not there now.
pub(super) fn refuse_mark(text: &str, there: &str, hands: &Hands) -> Result<(), String> {
    match hands.veil().spoken(text, there) {
        None => Ok(()),
        Some(mark) => Err(format!(
            "`{mark}` stands for a secret that you cannot see, and must not be written to a file; use edit on the lines \
             around the secret, or on its own line with the mark in old_string and new_string"
        )),
    }
}

/// The change that makes the file at `path` read like `content`, in the line ends it has. Errors: a sentence for the
/// model.
pub(super) fn whole(path: &AbsPath, content: &str, hands: &Hands) -> Result<Change, String> {
    let shown = path.shown_from(&hands.root);
    let file = current(path, hands)?;
    refuse_mark(content, file.as_ref().map_or("", |file| file.text.as_str()), hands)?;
    Ok(match file {
        None => Change {
            old: None,
            new: content.to_owned(),
            encoding: Encoding::Utf8,
            said: format!("created {shown}"),
        },
        Some(file) => {
            let new = if is_crlf(&file.text) { with_crlf(content) } else { content.to_owned() };
            Change { old: Some(file.text), new, encoding: file.encoding, said: format!("wrote {shown}") }
        }
    })
}

/// What is done with an approved write: what the model proposed, or what the person made of it. The model is told
/// what they changed, because it has not seen it.
pub(super) fn approved(
    call: &Approved,
    hands: &Hands,
    plan: impl FnOnce(&AbsPath) -> Result<Change, String>,
) -> Result<Outcome, String> {
    let path = approved_path(call)?;
    let proposed = plan(&path)?;
    let Some(content) = call.content() else { return Ok(proposed.make(&path, hands)) };
    let theirs = whole(&path, content, hands)?;
    if theirs.new == proposed.new {
        return Ok(proposed.make(&path, hands));
    }
    let between = diff::diff(path.shown_from(&hands.root), Some(&proposed.new), &theirs.new);
    let mut outcome = theirs.make(&path, hands);
    if outcome.display.is_some() {
        outcome.text = format!(
            "The user changed your proposal before it was written. {}; it differs from what you proposed:\n{}",
            outcome.text,
            as_lines(&between)
        );
    }
    Ok(outcome)
}

/// A difference as lines with signs, for the model.
fn as_lines(diff: &Diff) -> String {
    let line = |line: &crate::protocol::DiffLine| match line.kind {
        LineKind::Same => format!(" {}", line.text),
        LineKind::Added => format!("+{}", line.text),
        LineKind::Removed => format!("-{}", line.text),
        LineKind::Gap => "…".to_owned(),
    };
    let mut lines: Vec<String> = diff.lines.iter().take(REWRITTEN).map(line).collect();
    if diff.lines.len() > REWRITTEN {
        lines.push(format!("… and {} lines more; read the file", diff.lines.len() - REWRITTEN));
    }
    lines.join("\n")
}

impl Change {
    fn diff(&self, path: &AbsPath, hands: &Hands) -> Diff {
        diff::diff(path.shown_from(&hands.root), self.old.as_deref(), &self.new)
    }

    /// What a person sees before.
    pub(super) fn preview(&self, path: &AbsPath, hands: &Hands) -> Preview {
        Preview::Change { diff: self.diff(path, hands), content: self.new.clone() }
    }

    /// Makes it.
    pub(super) fn make(self, path: &AbsPath, hands: &Hands) -> Outcome {
        let shown = path.shown_from(&hands.root);
        let bytes = match textfile::encode(&self.new, self.encoding) {
            Ok(bytes) => bytes,
            Err(alien) => {
                return Outcome::failed(format!(
                    "`{shown}` is in an old 8-bit encoding that has no `{alien}`; use other characters, or \
                     convert the file to UTF-8 first"
                ));
            }
        };
        if let Err(e) = textfile::replace(path, &bytes) {
            return Outcome::failed(format!("cannot write `{shown}`: {e}"));
        }
        hands.reads().saw(path.clone(), textfile::fingerprint(&bytes));
        let diff = self.diff(path, hands);
        Outcome::done(self.said, Some(Display::Change { diff }))
    }
}

/// The path of an approved write that still leads where it led. Errors: a sentence for the model.
pub(super) fn approved_path(call: &Approved) -> Result<AbsPath, String> {
    match call.action() {
        Action::Write { path } => place::confirm(path).map(|()| path.clone()),
        other => Err(format!("this call was allowed for something else: {other:?}")),
    }
}

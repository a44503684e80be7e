//! What `edit` and `write_file` share: a change that is worked out first, shown, and then made.

use super::{
    Hands, Outcome, diff, place,
    textfile::{self, Encoding, TextFile},
};
use crate::{
    base::AbsPath,
    permissions::{Action, Approved},
    protocol::{Diff, Display, Preview},
};

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

impl Change {
    fn diff(&self, path: &AbsPath, hands: &Hands) -> Diff {
        diff::diff(path.shown_from(&hands.root), self.old.as_deref(), &self.new)
    }

    /// What a person sees before.
    pub(super) fn preview(&self, path: &AbsPath, hands: &Hands) -> Preview {
        Preview::Change { diff: self.diff(path, hands) }
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

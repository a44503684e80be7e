//! Sessions that were not used for long.

use super::{Folder, Place, list::moment, seek};
use crate::base::{AbsPath, Moment};

/// A session that may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Old {
    /// Where it is.
    pub place: Place,
    /// When it was last written.
    pub modified: Moment,
    /// How large its file is. *Unit:* bytes.
    pub size: u64,
}

/// The sessions of all projects that were last written before `then`, the oldest last. Files of other programs are
/// none of them.
pub fn older_than(data_home: &AbsPath, then: Moment) -> Vec<Old> {
    let files = Folder::all_files(data_home).into_iter();
    let old = files.filter(|(.., changed)| moment(*changed) < then);
    let known = old.filter_map(|(file, id, changed)| {
        let size = std::fs::metadata(&file).ok()?.len();
        let root = seek::meta(&file)?.root;
        Some(Old { place: Place { id, root, file }, modified: moment(changed), size })
    });
    known.collect()
}

//! What the model has read in this session, so that it never changes a file it has not seen as it is now.

use std::collections::HashMap;

use crate::base::AbsPath;

/// Files read, with a fingerprint of the bytes that were read.
#[derive(Debug, Default)]
pub struct Reads {
    seen: HashMap<AbsPath, [u8; 32]>,
}

impl Reads {
    /// Remembers that the file held these bytes (by SHA-256).
    pub fn saw(&mut self, path: AbsPath, fingerprint: [u8; 32]) {
        self.seen.insert(path, fingerprint);
    }

    /// What was last seen of the file.
    pub fn fingerprint(&self, path: &AbsPath) -> Option<&[u8; 32]> {
        self.seen.get(path)
    }
}

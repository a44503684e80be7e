//! The plan of markers for one request.

/// A place for a marker: the last content part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// The last system block.
    Head,
    /// The message of the item with this index in the prompt's tail.
    Item(usize),
}

/// Where the next request carries markers, and how content is written.
///
/// Shape: marks ascend, none twice, at most [`Plan::MAX`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    marks: Vec<Mark>,
    arrays: bool,
}

impl Plan {
    /// The provider's limit; with more, only the last four count. Source: Qwen Cloud's context cache page.
    pub const MAX: usize = 4;

    /// No markers; content as plain strings.
    pub fn none() -> Self {
        Self::default()
    }

    /// The marks, ascending.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Whether content is written as arrays of parts: from the first request on wherever markers may be used, so
    /// that the bytes of a message never depend on its marker.
    pub fn uses_arrays(&self) -> bool {
        self.arrays
    }
}

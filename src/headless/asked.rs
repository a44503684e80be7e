//! Questions that a program beside the screen was told of.

use std::sync::{Arc, Mutex, PoisonError};

use crate::base::CallId;

/// The questions that are open, by the ids the program knows; shared by who writes them and who reads the answers.
#[derive(Clone, Default)]
pub struct Asked(Arc<Mutex<Vec<(String, CallId)>>>);

impl Asked {
    /// The call a question is about, while it is open.
    pub fn call(&self, request: &str) -> Option<CallId> {
        self.with(|all| all.iter().find(|(id, _)| id == request).map(|(_, call)| call.clone()))
    }

    /// A question is asked.
    pub(super) fn open(&self, request: String, call: CallId) {
        self.with(|all| all.push((request, call)));
    }

    /// A question about this call is not open any more; its id, if there was one.
    pub(super) fn close(&self, call: &CallId) -> Option<String> {
        self.with(|all| {
            let at = all.iter().position(|(_, asked)| asked == call)?;
            Some(all.remove(at).0)
        })
    }

    /// No question is open any more; the ids of those that were.
    pub(super) fn close_all(&self) -> Vec<String> {
        self.with(|all| all.drain(..).map(|(id, _)| id).collect())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Vec<(String, CallId)>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

//! Asks a server short questions: whether a key is right, which models there are, which region a key belongs to,
//! which servers run on this machine. Nothing here is asked unless the person wants to know.
//!
//! Start reading at [`test()`]. What a failed answer means is decided where it is decided for every other request, in
//! `errors`.

mod ask;
mod local;
mod models;
mod regions;
mod verdict;

pub use local::{Local, Server, local};
pub use models::{Listed, models};
pub use regions::{Region, home, regions};
pub use verdict::{Probe, Verdict, question, test};

#[cfg(test)]
mod tests;

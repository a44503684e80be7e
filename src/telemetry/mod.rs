//! Counts how the program is used, in a closed vocabulary: what is counted is a word of this source or the lower end of a
//! range, so that nothing of a person's can be in it.
//!
//! [`Observer::observe`] is the only way from what happens to an [`Event`], whose fields are [`Word`]s. [`decide`] says
//! whether anything is counted at all; what is counted waits in a [`Folder`] until it is sent to a [`Collector`]. Only the
//! door sees this module. Start reading at [`Watch`].

mod bucket;
mod consent;
mod crash;
mod deliver;
mod event;
mod folder;
mod observe;
mod options;
mod otlp;
mod recorder;
mod span;
mod watch;
mod word;
mod words;

#[cfg(test)]
mod page;
#[cfg(test)]
mod tests;

pub use bucket::{Bucket, Bytes, Many, Milliseconds, Percent, Scale, Tokens};
pub use consent::{Decision, Environment, Inputs, Marks, NOTICE, Reason, decide};
pub use crash::{OFFER, Shelf, report};
pub use deliver::{Collector, deliver};
pub use event::{Entry, Event, Name, vocabulary};
pub use folder::{Folder, Pause};
pub use observe::{Facts, Observer};
pub use options::Options;
pub use recorder::{Clock, IsOn, Plan};
pub use watch::{Watch, Work, Working, watch};
pub use word::{Value, Word};
pub use words::{Account, Command, Face, Model, Processor, Room, System, Terminal, Tool, Version};

//! The turn loop as a pure machine: takes one [`Input`], says what must be done next as [`Effect`]s, touches
//! nothing. The driver performs the effects and brings back what came of them.
//!
//! Start reading at [`Machine::step`]. The phases are in `phase.rs`, requests in `ask.rs`, the barrier before them in `gate.rs`, what is said before a miss in `miss.rs`, what the
//! provider keeps in `chain.rs`, keeping it warm in `warm.rs`, tool calls in
//! `calls.rs`, shrinking the history in `compact.rs`, what survives that word for word in `memory.rs`,
//! commands of the person's own in `own.rs`, going back in `rewind.rs`, words in the middle of a turn in `steer.rs`,
//! going on with another model in `switch.rs`, what is asked when a model has no room in `fallback.rs`, limits of a run in
//! `limits.rs`, the form of the last answer in `form.rs`, a model that
//! repeats itself in `looping.rs`.

mod ask;
mod calls;
mod chain;
mod compact;
mod fallback;
mod form;
mod gate;
mod io;
mod limits;
mod looping;
mod memory;
mod miss;
mod own;
mod phase;
mod repeated;
mod rewind;
mod steer;
mod step;
mod switch;
mod warm;
mod window;
mod words;

pub use io::{Asked, Effect, Input, Judgement, Kept};
pub use limits::Limits;
pub use step::{Compaction, Config, Loops, Machine};
pub use switch::Switch;
pub use words::StandIn;

#[cfg(test)]
mod tests;

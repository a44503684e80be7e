//! Line mode: the same model, shown as lines that are never changed again. For terminals that cannot move their cursor,
//! for output that is no terminal, and for screen readers. No escape byte is ever written.

mod announce;
mod run;
mod speaker;
#[cfg(test)]
mod tests;

pub(super) use announce::announced;
pub(super) use run::serve;

//! `qwen doctor`: what a run here would use, and what is in its way. Safe to show to others: no key, no password, no
//! name of the person. Asks no network unless it is told to.

mod credentials;
mod kept;
mod machine;
mod network;
mod report;
mod run;
mod safe;
mod scene;
#[cfg(test)]
mod tests;

pub(super) use run::run;

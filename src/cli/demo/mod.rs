//! `qwen demo`: the whole product on a real repository with a real failing test, without an account or a network.
//!
//! The model is a script (`script.rs`) played by the simulator. The repository, the tools, the approvals, the
//! requests on the wire and the cache rules are the real ones.

mod repository;
mod run;
mod script;

pub(super) use run::run;

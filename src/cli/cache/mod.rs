//! `qwen cache`: what the provider's store holds, what it did, and on which rules. Reads files; only `forget` asks the
//! network.

mod explain;
mod explain_json;
mod explain_text;
mod forget;
pub(super) mod models;
pub(super) mod page;
mod place;
mod policy;
mod run;
mod status;
#[cfg(test)]
mod tests;

pub(super) use place::settings;
pub(super) use run::run;

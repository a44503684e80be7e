//! The list of models.

use serde_json::{Value, json};

use super::{answer::Answer, state::Shared};

/// How much a row of the list says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ModelRows {
    /// Names and nothing else, as Qwen Cloud's compatible mode has it.
    #[default]
    Ids,
    /// The window and the largest output too, as OpenRouter has it.
    Rich,
}

/// The window of a model where the simulator has none. *Unit:* tokens.
const WINDOW: u64 = 1_000_000;

/// Answers `GET …/models`: every model with a cache of some kind, by name.
pub(super) fn models(shared: &Shared) -> Answer {
    let options = &shared.options;
    let rules = &options.cache;
    let lists = [&rules.explicit_models, &rules.implicit_models, &rules.session_models];
    let mut names: Vec<&String> = lists.into_iter().flatten().collect();
    names.sort_unstable();
    names.dedup();
    let window = options.window.unwrap_or(WINDOW);
    let list: Vec<Value> = names
        .iter()
        .map(|name| {
            let mut row = json!({"id": name, "object": "model", "created": 0, "owned_by": "system"});
            if options.models == ModelRows::Rich {
                row["context_length"] = json!(window);
                row["top_provider"] = json!({"context_length": window, "max_completion_tokens": window / 8});
            }
            row
        })
        .collect();
    Answer::json(200, json!({"object": "list", "data": list}).to_string())
}

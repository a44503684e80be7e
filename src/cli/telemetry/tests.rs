//! The tables of the product have their words in the vocabulary.

use crate::{catalog, telemetry, tools, tui};

/// All names but the last, which stands for everything else.
fn words(names: &'static [&'static str]) -> Vec<&'static str> {
    names[..names.len() - 1].to_vec()
}

#[test]
fn every_tool_and_every_model_has_its_word_and_no_other_has_one() {
    let tools: Vec<_> = tools::TABLE.iter().map(|row| row.name).collect();
    assert_eq!(words(telemetry::Tool::NAMES), tools);
    let models: Vec<_> = catalog::model_names().collect();
    assert_eq!(words(telemetry::Model::NAMES), models);
}

#[test]
fn every_slash_command_has_its_word() {
    let words = words(telemetry::Command::NAMES);
    let missing: Vec<_> = tui::command_names().filter(|name| !words.contains(name)).collect();
    assert_eq!(
        missing, [""; 0],
        "put them into `Command` of src/telemetry/words.rs and bless docs/telemetry.md"
    );
}

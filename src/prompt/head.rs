//! The part of a prompt that never changes within a session.

use serde_json::Value;

use crate::base::{Tokens, estimate};

/// A tool as it is offered to the model.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolSpec {
    /// Its name.
    pub name: String,
    /// What the model reads about it.
    pub description: String,
    /// JSON Schema of its parameters; always an object schema, also for a tool without parameters.
    pub parameters: Value,
}

/// Tools and system blocks, sealed.
///
/// Shape: tools sorted by name. `instructions` are the same for every repository, user and day; `repository` holds
/// the instruction files and the map of this one and may be empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    tools: Vec<ToolSpec>,
    instructions: String,
    repository: String,
    tokens: Tokens,
}

impl Head {
    /// Seals a head. Tools are sorted here, so that their order cannot depend on how they were found.
    pub fn new(mut tools: Vec<ToolSpec>, instructions: String, repository: String) -> Self {
        tools.sort_by(|a, b| a.name.cmp(&b.name));
        let offered: Tokens = tools.iter().map(size).sum();
        let tokens = offered + estimate(&instructions) + estimate(&repository) + Tokens(8);
        Self { tools, instructions, repository, tokens }
    }

    /// The tools, sorted by name.
    pub fn tools(&self) -> &[ToolSpec] {
        &self.tools
    }

    /// The system blocks that are not empty, in order.
    pub fn blocks(&self) -> impl Iterator<Item = &str> {
        [self.instructions.as_str(), self.repository.as_str()].into_iter().filter(|b| !b.is_empty())
    }

    /// Estimated size of tools and system blocks together.
    pub fn estimate(&self) -> Tokens {
        self.tokens
    }
}

/// Estimated size of one tool, with the template's overhead around it.
fn size(tool: &ToolSpec) -> Tokens {
    estimate(&tool.name) + estimate(&tool.description) + estimate(&tool.parameters.to_string()) + Tokens(12)
}

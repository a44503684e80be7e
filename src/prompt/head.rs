//! The part of a prompt that never changes within a session.

use serde::Serialize;
use serde_json::Value;

use super::Prefix;
use crate::base::{Tokens, estimate};

/// A tool as it is offered to the model.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    /// Through the tools, through the instructions, through the repository.
    prefixes: [Prefix; 3],
    /// Estimated sizes through the same places.
    ends: [Tokens; 3],
}

impl Head {
    /// Seals a head. Tools are sorted here, so that their order cannot depend on how they were found.
    pub fn new(mut tools: Vec<ToolSpec>, instructions: String, repository: String) -> Self {
        tools.sort_by(|a, b| a.name.cmp(&b.name));
        let offered: Tokens = tools.iter().map(size).sum();
        let instructed = offered + estimate(&instructions) + Tokens(8);
        let of_tools = Prefix::start().and(&tools);
        let of_instructions = of_tools.and(&instructions);
        let prefixes = [of_tools, of_instructions, of_instructions];
        let ends = [offered, instructed, instructed];
        Self { tools, instructions, repository: String::new(), prefixes, ends }.with_repository(repository)
    }

    /// The same tools and instructions with another repository block.
    #[must_use]
    pub fn with_repository(self, repository: String) -> Self {
        let mut head = self;
        head.ends[2] = head.ends[1] + estimate(&repository);
        head.prefixes[2] = head.prefixes[1].and(&repository);
        head.repository = repository;
        head
    }

    /// The tools, sorted by name.
    pub fn tools(&self) -> &[ToolSpec] {
        &self.tools
    }

    /// The system blocks that are not empty, in order.
    pub fn blocks(&self) -> impl Iterator<Item = &str> {
        [self.instructions.as_str(), self.repository.as_str()].into_iter().filter(|b| !b.is_empty())
    }

    /// Whether there are two system blocks, so that the first ends before the head does.
    pub fn has_two_blocks(&self) -> bool {
        !self.instructions.is_empty() && !self.repository.is_empty()
    }

    /// Estimated size of tools and system blocks together.
    pub fn estimate(&self) -> Tokens {
        self.ends[2]
    }

    /// Estimated size of the tools.
    pub fn estimate_through_tools(&self) -> Tokens {
        self.ends[0]
    }

    /// Estimated size of the tools and the first system block.
    pub fn estimate_through_instructions(&self) -> Tokens {
        self.ends[1]
    }

    /// Names the whole head.
    pub fn prefix(&self) -> Prefix {
        self.prefixes[2]
    }

    /// Names tools and first system block.
    pub fn prefix_through_instructions(&self) -> Prefix {
        self.prefixes[1]
    }

    /// Names the tools.
    pub fn prefix_through_tools(&self) -> Prefix {
        self.prefixes[0]
    }
}

/// Estimated size of one tool, with the template's overhead around it.
fn size(tool: &ToolSpec) -> Tokens {
    estimate(&tool.name) + estimate(&tool.description) + estimate(&tool.parameters.to_string()) + Tokens(12)
}

//! The table of built-in tools.

use super::{
    Form, Tool, edit::Edit, fetch::WebFetch, glob::Glob, grep::GrepSearch, list::ListDirectory,
    read::ReadFile, shell::RunShellCommand, todo::TodoWrite, write::WriteFile,
};
use crate::{
    permissions::{canonical, names_tool},
    prompt::ToolSpec,
};

/// One built-in tool.
pub struct Row {
    /// Its own name. What else it is called is known to `permissions`, whose rules use the same names.
    pub name: &'static str,
    /// The tool.
    pub tool: &'static dyn Tool,
}

/// All built-in tools, sorted by name. Source of the names: `docs/sources.md`, qwen-code 6.
pub static TABLE: &[Row] = &[
    Row { name: "edit", tool: &Edit },
    Row { name: "glob", tool: &Glob },
    Row { name: "grep_search", tool: &GrepSearch },
    Row { name: "list_directory", tool: &ListDirectory },
    Row { name: "read_file", tool: &ReadFile },
    Row { name: "run_shell_command", tool: &RunShellCommand },
    Row { name: "todo_write", tool: &TodoWrite },
    Row { name: "web_fetch", tool: &WebFetch },
    Row { name: "write_file", tool: &WriteFile },
];

/// Which tools a session has.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these, by any of their names; all when `None`.
    pub only: Option<Vec<String>>,
    /// Not these, by any of their names.
    pub except: Vec<String>,
}

/// The tools of a session.
#[derive(Clone)]
pub struct Toolbox {
    rows: Vec<&'static Row>,
    form: Option<Form>,
}

impl Toolbox {
    /// Takes the selected tools from the table. Names that mean no tool select nothing.
    pub fn new(selection: &Selection) -> Self {
        let is_in = |names: &[String], row: &Row| names.iter().any(|name| names_tool(name, row.name));
        let is_wanted = |row: &&Row| {
            selection.only.as_ref().is_none_or(|only| is_in(only, row)) && !is_in(&selection.except, row)
        };
        Self { rows: TABLE.iter().filter(is_wanted).collect(), form: None }
    }

    /// With the tool that takes the answer in a form.
    #[must_use]
    pub fn with_form(self, form: Form) -> Self {
        Self { form: Some(form), ..self }
    }

    fn all(&self) -> impl Iterator<Item = (&'static str, &dyn Tool)> {
        let form = self.form.as_ref().map(|form| (form.name(), form as &dyn Tool));
        let mut all: Vec<_> =
            self.rows.iter().map(|row| (row.name, row.tool as &dyn Tool)).chain(form).collect();
        all.sort_by_key(|(name, _)| *name);
        all.into_iter()
    }

    /// What is offered to the model, sorted by name.
    pub fn specs(&self) -> Vec<ToolSpec> {
        self.all().map(|(_, tool)| tool.spec()).collect()
    }

    /// The canonical names, sorted.
    pub fn names(&self) -> Vec<&'static str> {
        self.all().map(|(name, _)| name).collect()
    }

    /// The tool a model or a rule means, under its canonical name.
    pub fn find(&self, name: &str) -> Option<(&'static str, &dyn Tool)> {
        let own = canonical(name).unwrap_or(name);
        self.all().find(|(name, _)| *name == own)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_row_is_named_like_its_tool_and_the_table_is_sorted() {
        let names: Vec<&str> = TABLE.iter().map(|row| row.name).collect();
        assert!(names.is_sorted());
        for row in TABLE {
            let spec = row.tool.spec();
            assert_eq!(spec.name, row.name);
            assert_eq!(spec.parameters["type"], "object", "{}", row.name);
            assert!(!spec.description.is_empty() && !spec.description.contains('\r'), "{}", row.name);
        }
    }

    #[test]
    fn old_names_find_the_tool_under_its_new_name() {
        let all = Toolbox::new(&Selection::default());
        let found = |name| all.find(name).map(|(name, _)| name);
        assert_eq!(found("search_file_content"), Some("grep_search"));
        assert_eq!(found("replace"), Some("edit"));
        assert_eq!(found("edit"), Some("edit"));
        assert_eq!(found("Shell"), Some("run_shell_command"));
        assert_eq!(found("launch"), None);
    }

    #[test]
    fn a_selection_takes_and_leaves() {
        let selection = Selection {
            only: Some(vec!["read_file".into(), "replace".into(), "Shell".into()]),
            except: vec!["run_shell_command".into()],
        };
        let toolbox = Toolbox::new(&selection);
        assert_eq!(toolbox.names(), ["edit", "read_file"]);
        assert!(toolbox.find("glob").is_none());
    }

    #[test]
    fn all_tools_together_are_a_small_head() {
        let vocabulary = tiktoken::get_encoding("qwen2").expect("built in");
        let mut sizes: Vec<(String, usize)> = Vec::new();
        for spec in Toolbox::new(&Selection::default()).specs() {
            let wire = json!({"type": "function", "function":
                {"name": spec.name, "description": spec.description, "parameters": spec.parameters}});
            sizes.push((spec.name, vocabulary.count(&wire.to_string())));
        }
        let total: usize = sizes.iter().map(|(_, n)| n).sum();
        println!("{total} tokens: {sizes:?}");
        assert!(total <= 1_500, "{total} tokens: {sizes:?}");
    }
}

//! Table: the names a tool goes by in rules: its own, the one on screen, older ones, and Claude-style ones.

/// The shell tool.
pub(super) const SHELL: &str = "run_shell_command";
/// The tool that fetches addresses.
pub(super) const FETCH: &str = "web_fetch";
/// The tools a `Read` rule speaks of. *Source:* `Read` is a category in Qwen Code's rules.
pub(super) const READERS: &[&str] = &["read_file", "grep_search", "glob", "list_directory"];
/// The tools an `Edit` rule speaks of.
pub(super) const EDITORS: &[&str] = &["edit", "write_file", "notebook_edit"];

/// Own name, then every other name. `Read` and `Edit` are categories and stand in neither column; a name with
/// `Tool` behind it is looked up without it.
const NAMES: &[(&str, &[&str])] = &[
    ("read_file", &["ReadFile"]),
    ("write_file", &["WriteFile", "Write"]),
    ("edit", &["replace"]),
    ("notebook_edit", &["NotebookEdit"]),
    ("list_directory", &["ListFiles", "ListDirectory", "ReadFolder", "LS"]),
    ("glob", &["Glob", "FindFiles"]),
    ("grep_search", &["Grep", "GrepSearch", "SearchFiles", "RipGrep", "search_file_content"]),
    (SHELL, &["Bash", "Shell", "RunShellCommand"]),
    (FETCH, &["WebFetch"]),
    ("web_search", &["WebSearch"]),
    ("todo_write", &["TodoWrite", "TodoList"]),
    ("agent", &["Agent", "Task", "task"]),
    ("skill", &["Skill"]),
    ("monitor", &["Monitor"]),
    ("save_memory", &["SaveMemory"]),
    ("tool_search", &["ToolSearch"]),
    ("tool_call", &["ToolCall"]),
    ("task_stop", &["TaskStop"]),
    ("send_message", &["SendMessage"]),
    ("list_agents", &["ListAgents"]),
    ("ask_user_question", &["AskUserQuestion"]),
    ("enter_plan_mode", &["EnterPlanMode"]),
    ("exit_plan_mode", &["ExitPlanMode"]),
    ("structured_output", &["StructuredOutput"]),
    ("lsp", &["Lsp", "LSP"]),
];

/// Whether `name`, as people write it in rules and flags, means the tool with this own name: by any of its names, or
/// by a category it belongs to.
pub fn names_tool(name: &str, tool: &str) -> bool {
    match name {
        "Read" | "ReadTool" => READERS.contains(&tool),
        "Edit" | "EditTool" => EDITORS.contains(&tool),
        _ => name == tool || canonical(name) == Some(tool),
    }
}

/// The tool's own name, by any of its names; `None` for a name nobody knows.
pub fn canonical(name: &str) -> Option<&'static str> {
    let bare = name.strip_suffix("Tool").filter(|n| !n.is_empty()).unwrap_or(name);
    NAMES.iter().find(|(own, others)| *own == bare || others.contains(&bare)).map(|(own, _)| *own)
}

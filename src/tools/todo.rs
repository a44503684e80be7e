//! `todo_write`: the list of things to do.

use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::{Hands, Outcome, Tool, input::Fields};
use crate::{
    permissions::{Action, Approved},
    prompt::ToolSpec,
    protocol::{Display, Preview, Todo, TodoStatus},
};

/// The tool.
pub(super) struct TodoWrite;

fn read(input: &Map<String, Value>) -> Result<Vec<Todo>, String> {
    let fields = Fields::new("todo_write", input, &["todos"])?;
    let Some(Value::Array(entries)) = fields.value("todos") else {
        return Err("`todo_write` needs the parameter `todos`, a list".to_owned());
    };
    entries.iter().enumerate().map(|(at, entry)| todo(at + 1, entry)).collect()
}

fn todo(number: usize, entry: &Value) -> Result<Todo, String> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let id = match entry.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => number.to_string(),
    };
    let content = text("content").ok_or_else(|| format!("entry {number} of `todos` has no `content`"))?;
    let status = match text("status").unwrap_or("pending") {
        "pending" => TodoStatus::Pending,
        "in_progress" => TodoStatus::InProgress,
        "completed" => TodoStatus::Completed,
        other => {
            return Err(format!(
                "entry {number} of `todos` has the status `{other}`; use pending, in_progress or completed"
            ));
        }
    };
    Ok(Todo { id, content: content.to_owned(), status })
}

impl Tool for TodoWrite {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "todo_write".to_owned(),
            description: include_str!("todo.md").trim().to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {"todos": {"type": "array", "items": {
                    "type": "object",
                    "properties": {
                        "id": {"type": "string"},
                        "content": {"type": "string"},
                        "status": {"enum": ["pending", "in_progress", "completed"]},
                    },
                    "required": ["id", "content", "status"],
                }}},
                "required": ["todos"],
            }),
        }
    }

    fn action(&self, input: &Map<String, Value>, _hands: &Hands) -> Result<Action, String> {
        read(input).map(|_| Action::Nothing)
    }

    fn title(&self, input: &Map<String, Value>, _hands: &Hands) -> String {
        match read(input) {
            Ok(todos) => format!("plan {} steps", todos.len()),
            Err(_) => "plan".to_owned(),
        }
    }

    fn preview<'a>(
        &'a self,
        input: &'a Map<String, Value>,
        _action: &'a Action,
        _hands: &'a Hands,
    ) -> BoxFuture<'a, Result<Preview, String>> {
        Box::pin(async move {
            let lines: Vec<String> = read(input)?.into_iter().map(|todo| todo.content).collect();
            Ok(Preview::Other { text: lines.join("\n") })
        })
    }

    fn is_parallel(&self) -> bool {
        false
    }

    fn run<'a>(&'a self, call: Approved, hands: &'a Hands) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let read = call.call().arguments.object().map_err(|_| "the arguments are not whole".to_owned());
            let todos = match read.and_then(self::read) {
                Ok(todos) => todos,
                Err(sentence) => return Outcome::failed(sentence),
            };
            hands.todos.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone_from(&todos);
            let count = |status| todos.iter().filter(|todo| todo.status == status).count();
            let text = format!(
                "the list has {} pending, {} in progress, {} completed",
                count(TodoStatus::Pending),
                count(TodoStatus::InProgress),
                count(TodoStatus::Completed)
            );
            Outcome::done(text, Some(Display::Todos { todos }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::testing::Room;

    #[tokio::test]
    async fn the_list_is_replaced_and_shown_whole() {
        let room = Room::new();
        let first = json!({"todos": [{"id": "1", "content": "a", "status": "pending"}]});
        room.run(&TodoWrite, first).await;
        let second = json!({"todos": [
            {"id": 1, "content": "a", "status": "completed"},
            {"content": "b", "status": "in_progress"},
        ]});
        let outcome = room.run(&TodoWrite, second).await;
        let todo = |id: &str, content: &str, status| Todo { id: id.into(), content: content.into(), status };
        let todos = vec![todo("1", "a", TodoStatus::Completed), todo("2", "b", TodoStatus::InProgress)];
        assert_eq!(*room.hands.todos.lock().expect("no panic"), todos);
        assert_eq!(
            outcome,
            Outcome::done(
                "the list has 0 pending, 1 in progress, 1 completed",
                Some(Display::Todos { todos })
            )
        );
    }

    #[tokio::test]
    async fn a_wrong_entry_is_named() {
        let room = Room::new();
        let said = |input| async { room.run(&TodoWrite, input).await.text };
        assert_eq!(
            said(json!({"todos": [{"id": "1", "content": "a", "status": "done"}]})).await,
            "entry 1 of `todos` has the status `done`; use pending, in_progress or completed"
        );
        assert_eq!(said(json!({"todos": "x"})).await, "`todo_write` needs the parameter `todos`, a list");
    }
}

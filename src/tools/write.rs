//! `write_file`: writes a whole file.

use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::{
    Hands, Outcome, Tool, change,
    input::{Fields, loosely},
    place,
};
use crate::{
    permissions::{Action, Approved},
    prompt::ToolSpec,
    protocol::Preview,
};

/// The tool.
pub(super) struct WriteFile;

struct Input<'a> {
    file_path: &'a str,
    content: &'a str,
}

fn read(input: &Map<String, Value>) -> Result<Input<'_>, String> {
    let fields = Fields::new("write_file", input, &["file_path", "content"])?;
    Ok(Input { file_path: fields.text("file_path")?, content: fields.text("content")? })
}

impl Tool for WriteFile {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "write_file".to_owned(),
            description: include_str!("write.md").trim().to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {"file_path": {"type": "string"}, "content": {"type": "string"}},
                "required": ["file_path", "content"],
            }),
        }
    }

    fn action(&self, input: &Map<String, Value>, hands: &Hands) -> Result<Action, String> {
        Ok(Action::Write { path: place::resolve(read(input)?.file_path, hands)? })
    }

    fn title(&self, input: &Map<String, Value>, hands: &Hands) -> String {
        format!("write {}", hands.shown(loosely(input, "file_path")))
    }

    fn preview<'a>(
        &'a self,
        input: &'a Map<String, Value>,
        action: &'a Action,
        hands: &'a Hands,
    ) -> BoxFuture<'a, Result<Preview, String>> {
        Box::pin(async move {
            let Action::Write { path } = action else { return Err("write_file writes a file".to_owned()) };
            Ok(change::whole(path, read(input)?.content, hands)?.preview(path, hands))
        })
    }

    fn is_parallel(&self) -> bool {
        false
    }

    fn run<'a>(&'a self, call: Approved, hands: &'a Hands) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let made = || {
                let input = read(call.call().arguments.object().map_err(|_| "the arguments are not whole")?)?;
                change::approved(&call, hands, |path| change::whole(path, input.content, hands))
            };
            made().unwrap_or_else(Outcome::failed)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        protocol::{Display, Verdict},
        tools::{read::ReadFile, testing::Room},
    };

    async fn write(room: &Room, name: &str, content: &str) -> Outcome {
        room.run(&WriteFile, json!({"file_path": name, "content": content})).await
    }

    #[tokio::test]
    async fn a_new_file_is_made_with_its_folders() {
        let room = Room::new();
        let outcome = write(&room, "a/b/c.txt", "one\ntwo\n").await;
        assert_eq!(outcome.text, "created a/b/c.txt");
        let Some(Display::Change { diff }) = outcome.display else { panic!("no diff") };
        assert_eq!((diff.is_new, diff.added), (true, 2));
        assert_eq!(room.text("a/b/c.txt"), "one\ntwo\n");
    }

    #[tokio::test]
    async fn an_existing_file_must_have_been_read_as_it_is() {
        let room = Room::new();
        room.write("a.txt", "old\n");
        assert_eq!(
            write(&room, "a.txt", "new\n").await,
            Outcome::failed("read `a.txt` with read_file before changing it")
        );
        room.run(&ReadFile, json!({"file_path": "a.txt"})).await;
        assert_eq!(write(&room, "a.txt", "new\n").await.text, "wrote a.txt");
        room.write("a.txt", "someone else\n");
        assert_eq!(write(&room, "a.txt", "mine\n").await.verdict, Verdict::Failed);
        assert_eq!(room.text("a.txt"), "someone else\n");
    }

    #[tokio::test]
    async fn a_file_keeps_its_line_ends_and_its_mark() {
        let room = Room::new();
        room.write("a.txt", b"\xEF\xBB\xBFa\r\nb\r\n");
        room.run(&ReadFile, json!({"file_path": "a.txt"})).await;
        write(&room, "a.txt", "x\ny\n").await;
        assert_eq!(room.bytes("a.txt"), b"\xEF\xBB\xBFx\r\ny\r\n");
    }

    #[tokio::test]
    async fn a_folder_is_not_written_over() {
        let room = Room::new();
        room.write("d/x", "");
        assert_eq!(write(&room, "d", "x").await, Outcome::failed("`d` is a folder, not a file"));
        assert!(write(&room, "d/x/y", "x").await.text.starts_with("cannot follow the path `d/x/y`"));
    }
}

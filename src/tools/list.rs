//! `list_directory`: what is in a folder.

use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::{
    Hands, Outcome, Tool,
    input::{Fields, loosely},
    place,
    walk::{self, Pattern, Rules},
};
use crate::{
    base::AbsPath,
    permissions::{Action, Approved},
    prompt::ToolSpec,
    protocol::{Display, Preview},
};

/// Entries shown. Source: `docs/sources.md`, qwen-code 6.
const MOST: usize = 100;

/// The tool.
pub(super) struct ListDirectory;

struct Input<'a> {
    path: &'a str,
    ignore: Vec<&'a str>,
    rules: Rules,
}

fn read(input: &Map<String, Value>) -> Result<Input<'_>, String> {
    let fields = Fields::new("list_directory", input, &["path", "ignore", "file_filtering_options"])?;
    let mut rules = Rules::default();
    if let Some(options) = fields.value("file_filtering_options").and_then(Value::as_object) {
        let flag = |name: &str| options.get(name).and_then(Value::as_bool).unwrap_or(true);
        rules = Rules { git: flag("respect_git_ignore"), own: flag("respect_qwen_ignore") };
    }
    Ok(Input { path: fields.text("path")?, ignore: fields.texts("ignore")?, rules })
}

impl Tool for ListDirectory {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "list_directory".to_owned(),
            description: include_str!("list.md").trim().to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "path": {"type": "string"},
                    "ignore": {"type": "array", "items": {"type": "string"}, "description": "globs"},
                },
                "required": ["path"],
            }),
        }
    }

    fn action(&self, input: &Map<String, Value>, hands: &Hands) -> Result<Action, String> {
        Ok(Action::Read { path: place::resolve(read(input)?.path, hands)? })
    }

    fn title(&self, input: &Map<String, Value>, hands: &Hands) -> String {
        format!("list {}", hands.shown(loosely(input, "path")))
    }

    fn preview<'a>(
        &'a self,
        _input: &'a Map<String, Value>,
        action: &'a Action,
        hands: &'a Hands,
    ) -> BoxFuture<'a, Result<Preview, String>> {
        Box::pin(async move {
            let Action::Read { path } = action else { return Err("list_directory reads".to_owned()) };
            check(path, hands)?;
            Ok(Preview::Read { path: path.shown_from(&hands.root) })
        })
    }

    fn is_parallel(&self) -> bool {
        true
    }

    fn run<'a>(&'a self, call: Approved, hands: &'a Hands) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { list(&call, hands).await.unwrap_or_else(Outcome::failed) })
    }
}

fn check(path: &AbsPath, hands: &Hands) -> Result<(), String> {
    match place::kind(path)? {
        place::Kind::Folder => Ok(()),
        place::Kind::Missing => Err(place::missing(path, hands)),
        _ => Err(format!("`{}` is not a folder", path.shown_from(&hands.root))),
    }
}

async fn list(call: &Approved, hands: &Hands) -> Result<Outcome, String> {
    let input = read(call.call().arguments.object().map_err(|_| "the arguments are not whole")?)?;
    let Action::Read { path } = call.action() else {
        return Err("this call was allowed for something else".to_owned());
    };
    place::confirm(path)?;
    check(path, hands)?;
    let unwanted: Vec<Pattern> =
        input.ignore.iter().map(|glob| Pattern::new(glob, true)).collect::<Result<_, _>>()?;
    let (start, rules) = (path.clone(), input.rules);
    let Some(names) = hands.off_thread(move || entries(&start, rules, &unwanted)).await else {
        return Ok(Outcome::interrupted("listing was stopped"));
    };
    let count = names.len();
    let display = Some(Display::Line { text: format!("{count} entries") });
    if count == 0 {
        return Ok(Outcome::done("(no entries that are not ignored)", display));
    }
    let mut shown = names;
    shown.truncate(MOST);
    let mut text = shown.join("\n");
    if count > MOST {
        text = format!("{text}\n[{} more entries; use glob to find files by name]", count - MOST);
    }
    Ok(Outcome::done(text, display))
}

/// Names in the folder: folders first with `/` at the end, then the rest, each sorted.
fn entries(start: &AbsPath, rules: Rules, unwanted: &[Pattern]) -> Vec<String> {
    let mut all: Vec<(bool, String)> = walk::walk(start, rules)
        .max_depth(Some(1))
        .build()
        .flatten()
        .filter(|entry| entry.depth() == 1)
        .map(|entry| (!entry.path().is_dir(), entry.file_name().to_string_lossy().into_owned()))
        .filter(|(_, name)| !unwanted.iter().any(|pattern| pattern.matches(name)))
        .collect();
    all.sort();
    all.into_iter().map(|(is_file, name)| if is_file { name } else { name + "/" }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::testing::Room;

    async fn list(room: &Room, input: Value) -> String {
        room.run(&ListDirectory, input).await.text
    }

    #[tokio::test]
    async fn folders_come_first_and_ignored_things_never() {
        let room = Room::new();
        room.write(".gitignore", "target/\n");
        room.write(".qwenignore", "private\n");
        for name in ["b.txt", "a.txt", "src/x", ".git/config", "target/x", "private", ".env", "z/x"] {
            room.write(name, "");
        }
        assert_eq!(
            list(&room, json!({"path": "."})).await,
            "src/\nz/\n.env\n.gitignore\n.qwenignore\na.txt\nb.txt"
        );
        assert_eq!(list(&room, json!({"path": ".", "ignore": ["*.txt", ".*"]})).await, "src/\nz/");
        let all = json!({"path": ".", "ignore": ["*.txt", ".*"], "file_filtering_options":
            {"respect_git_ignore": false, "respect_qwen_ignore": false}});
        assert_eq!(list(&room, all).await, "src/\ntarget/\nz/\nprivate");
    }

    #[tokio::test]
    async fn only_a_hundred_entries_are_shown() {
        let room = Room::new();
        for n in 0..130 {
            room.write(&format!("d/{n:03}"), "");
        }
        let text = list(&room, json!({"path": "d"})).await;
        assert_eq!(text.lines().count(), 101);
        assert!(text.ends_with("099\n[30 more entries; use glob to find files by name]"));
    }

    #[tokio::test]
    async fn a_file_or_nothing_is_refused() {
        let room = Room::new();
        room.write("a", "");
        assert_eq!(list(&room, json!({"path": "a"})).await, "`a` is not a folder");
        assert!(list(&room, json!({"path": "no"})).await.starts_with("`no` does not exist"));
        assert_eq!(list(&room, json!({})).await, "`list_directory` needs the parameter `path`, a string");
    }
}

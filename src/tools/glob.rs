//! `glob`: finds files by name.

use std::{path::PathBuf, time::SystemTime};

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
    permissions::{self, Action, Approved},
    prompt::ToolSpec,
    protocol::{Display, Preview},
};

/// Files shown. Source: `docs/sources.md`, qwen-code 6.
const MOST: usize = 100;

/// The tool.
pub(super) struct Glob;

struct Input<'a> {
    pattern: &'a str,
    path: &'a str,
}

fn read(input: &Map<String, Value>) -> Result<Input<'_>, String> {
    let fields = Fields::new("glob", input, &["pattern", "path"])?;
    Ok(Input { pattern: fields.text("pattern")?, path: fields.maybe_filled("path")?.unwrap_or(".") })
}

impl Tool for Glob {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "glob".to_owned(),
            description: include_str!("glob.md").trim().to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "pattern": {"type": "string"},
                    "path": {"type": "string", "description": "folder to search"},
                },
                "required": ["pattern"],
            }),
        }
    }

    fn action(&self, input: &Map<String, Value>, hands: &Hands) -> Result<Action, String> {
        Ok(Action::Read { path: place::resolve(read(input)?.path, hands)? })
    }

    fn title(&self, input: &Map<String, Value>, hands: &Hands) -> String {
        let pattern = loosely(input, "pattern");
        match input.get("path").and_then(Value::as_str).filter(|p| !p.is_empty()) {
            Some(path) => format!("find {pattern} in {}", hands.shown(path)),
            None => format!("find {pattern}"),
        }
    }

    fn preview<'a>(
        &'a self,
        _input: &'a Map<String, Value>,
        action: &'a Action,
        hands: &'a Hands,
    ) -> BoxFuture<'a, Result<Preview, String>> {
        Box::pin(async move {
            let Action::Read { path } = action else { return Err("glob reads".to_owned()) };
            Ok(Preview::Read { path: path.shown_from(&hands.root) })
        })
    }

    fn is_parallel(&self) -> bool {
        true
    }

    fn run<'a>(&'a self, call: Approved, hands: &'a Hands) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { find(&call, hands).await.unwrap_or_else(Outcome::failed) })
    }
}

async fn find(call: &Approved, hands: &Hands) -> Result<Outcome, String> {
    let input = read(call.call().arguments.object().map_err(|_| "the arguments are not whole")?)?;
    let Action::Read { path: start } = call.action() else {
        return Err("this call was allowed for something else".to_owned());
    };
    place::confirm(start)?;
    if place::kind(start)? != place::Kind::Folder {
        return Err(format!("`{}` is not a folder", start.shown_from(&hands.root)));
    }
    // An absolute pattern counts from the folder it lies in.
    let below = format!("{start}/");
    let wanted = input.pattern.strip_prefix(&below).unwrap_or(input.pattern);
    let pattern = Pattern::new(wanted, false)?;
    let (from, stop) = (start.clone(), hands.stop.clone());
    // Names say little, but a file of secrets is found by those who ask for it.
    let is_named = permissions::names_secret(wanted);
    let is_kept_back = call.keeps_back();
    let is_left_out = move |path: &AbsPath| !is_named && is_kept_back(path);
    let walked =
        hands.off_thread(move || matching(&from, &pattern, &is_left_out, &|| stop.is_cancelled())).await;
    let Some((mut files, is_cut)) = walked else { return Ok(Outcome::interrupted("the search was stopped")) };
    let count = files.len();
    files.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    files.truncate(MOST);
    let shown = |path: PathBuf| match AbsPath::new(&path) {
        Some(path) => path.shown_from(&hands.root),
        None => path.to_string_lossy().into_owned(),
    };
    let mut text = files.into_iter().map(|(_, path)| shown(path)).collect::<Vec<_>>().join("\n");
    if count == 0 {
        text = format!("no file matches `{}`", input.pattern);
        if !input.pattern.contains('/') {
            text = format!("{text} right here; `**/{}` looks in all folders", input.pattern);
        }
    }
    if count > MOST {
        text = format!("{text}\n[{} more, older files; narrow the pattern]", count - MOST);
    }
    if is_cut {
        text.push_str("\n[the search took too long and was ended; give a path]");
    }
    let files = if count == 1 { "file" } else { "files" };
    Ok(Outcome::done(text, Some(Display::Line { text: format!("{count} {files}") })))
}

/// Files and links below `start` that match, with their times, and whether the walk was ended early.
fn matching(
    start: &AbsPath,
    pattern: &Pattern,
    is_left_out: &dyn Fn(&AbsPath) -> bool,
    is_stopped: &dyn Fn() -> bool,
) -> (Vec<(SystemTime, PathBuf)>, bool) {
    let began = std::time::Instant::now();
    let mut found = Vec::new();
    for entry in walk::walk(start, Rules::default()).build().flatten() {
        if is_stopped() || began.elapsed() > walk::PATIENCE {
            return (found, true);
        }
        if entry.file_type().is_none_or(|kind| kind.is_dir()) {
            continue;
        }
        let Some(path) = AbsPath::new(entry.path()) else { continue };
        let Some(below) = path.below(start) else { continue };
        if pattern.matches(&below) && !is_left_out(&path) {
            let time = entry.metadata().ok().and_then(|meta| meta.modified().ok());
            found.push((time.unwrap_or(SystemTime::UNIX_EPOCH), entry.into_path()));
        }
    }
    (found, false)
}

#[cfg(test)]
mod tests {
    use std::{fs::File, time::Duration};

    use super::*;
    use crate::tools::testing::Room;

    async fn glob(room: &Room, input: Value) -> String {
        room.run(&Glob, input).await.text
    }

    fn dated(room: &Room, name: &str, age: u64) {
        room.write(name, "");
        let file = File::options().write(true).open(room.path(name)).expect("opens");
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000 - age)).expect("set");
    }

    #[tokio::test]
    async fn the_newest_come_first_and_names_break_ties() {
        let room = Room::new();
        dated(&room, "src/old.rs", 50);
        dated(&room, "src/b.rs", 10);
        dated(&room, "src/a.rs", 10);
        dated(&room, "new.rs", 0);
        dated(&room, "x.txt", 0);
        assert_eq!(
            glob(&room, json!({"pattern": "**/*.rs"})).await,
            "new.rs\nsrc/a.rs\nsrc/b.rs\nsrc/old.rs"
        );
        assert_eq!(
            glob(&room, json!({"pattern": "*.{rs,md}", "path": "src"})).await,
            "src/a.rs\nsrc/b.rs\nsrc/old.rs"
        );
        let absolute = format!("{}/src/o*", room.hands.root);
        assert_eq!(glob(&room, json!({"pattern": absolute})).await, "src/old.rs");
    }

    #[tokio::test]
    async fn hidden_files_are_found_but_not_git_nor_what_is_ignored() {
        let room = Room::new();
        room.write(".gitignore", "out\n");
        room.write(".qwenignore", "*.key\n");
        for name in [".github/ci.yml", ".git/ci.yml", "out/ci.yml", "ci.key"] {
            room.write(name, "");
        }
        assert_eq!(glob(&room, json!({"pattern": "**/ci.*"})).await, ".github/ci.yml");
    }

    #[tokio::test]
    async fn nothing_found_says_what_to_try() {
        let room = Room::new();
        room.write("src/a.rs", "");
        assert_eq!(
            glob(&room, json!({"pattern": "*.rs"})).await,
            "no file matches `*.rs` right here; `**/*.rs` looks in all folders"
        );
        assert!(glob(&room, json!({"pattern": "a[", "path": ""})).await.contains("is not a glob pattern"));
    }

    #[tokio::test]
    async fn only_a_hundred_files_are_shown() {
        let room = Room::new();
        for n in 0..105 {
            room.write(&format!("{n}.txt"), "");
        }
        let text = glob(&room, json!({"pattern": "*.txt"})).await;
        assert!(text.ends_with("\n[5 more, older files; narrow the pattern]"));
        assert_eq!(text.lines().count(), 101);
    }
}

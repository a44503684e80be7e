//! `read_file`: reads a text file, or a part of it.

use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::{
    Hands, Limits, Outcome, Tool,
    bound::LONG_LINE,
    input::{Fields, loosely},
    place, textfile, walk,
};
use crate::{
    base::AbsPath,
    permissions::{Action, Approved},
    prompt::ToolSpec,
    protocol::{Display, Preview},
};

/// The tool.
pub(super) struct ReadFile;

struct Input<'a> {
    file_path: &'a str,
    offset: usize,
    limit: Option<usize>,
}

fn read(input: &Map<String, Value>) -> Result<Input<'_>, String> {
    let fields = Fields::new("read_file", input, &["file_path", "offset", "limit"])?;
    Ok(Input {
        file_path: fields.text("file_path")?,
        offset: fields.maybe_count("offset")?.unwrap_or(0),
        limit: fields.maybe_count("limit")?.filter(|n| *n > 0),
    })
}

impl Tool for ReadFile {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "read_file".to_owned(),
            description: include_str!("read.md").trim().to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "file_path": {"type": "string"},
                    "offset": {"type": "integer", "description": "lines to skip"},
                    "limit": {"type": "integer", "description": "lines to read"},
                },
                "required": ["file_path"],
            }),
        }
    }

    fn action(&self, input: &Map<String, Value>, hands: &Hands) -> Result<Action, String> {
        Ok(Action::Read { path: place::resolve(read(input)?.file_path, hands)? })
    }

    fn title(&self, input: &Map<String, Value>, hands: &Hands) -> String {
        format!("read {}", hands.shown(loosely(input, "file_path")))
    }

    fn preview<'a>(
        &'a self,
        _input: &'a Map<String, Value>,
        action: &'a Action,
        hands: &'a Hands,
    ) -> BoxFuture<'a, Result<Preview, String>> {
        Box::pin(async move {
            let Action::Read { path } = action else { return Err("read_file reads a file".to_owned()) };
            check(path, hands)?;
            Ok(Preview::Read { path: path.shown_from(&hands.root) })
        })
    }

    fn is_parallel(&self) -> bool {
        true
    }

    fn run<'a>(&'a self, call: Approved, hands: &'a Hands) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let done = |call: &Approved| -> Result<(AbsPath, usize, Option<usize>), String> {
                let input = read(call.call().arguments.object().map_err(|_| "the arguments are not whole")?)?;
                let Action::Read { path } = call.action() else {
                    return Err("this call was allowed for something else".to_owned());
                };
                place::confirm(path)?;
                check(path, hands)?;
                Ok((path.clone(), input.offset, input.limit))
            };
            let (path, offset, limit) = match done(&call) {
                Ok(wanted) => wanted,
                Err(sentence) => return Outcome::failed(sentence),
            };
            let (shown, from) = (path.shown_from(&hands.root), path.clone());
            let loaded = hands.off_thread(move || textfile::load(&from, &shown)).await;
            let file = match loaded {
                Some(Ok(file)) => file,
                Some(Err(sentence)) => return Outcome::failed(sentence),
                None => return Outcome::interrupted("reading was stopped"),
            };
            hands.reads().saw(path, file.fingerprint);
            // The whole is looked through, since a part of a secret is not known by its form.
            let text = hands.veil().cover_lines(&file.text).text;
            page(&text, offset, limit, hands.limits).unwrap_or_else(Outcome::failed)
        })
    }
}

/// Errors: the sentence for what cannot be read at all.
fn check(path: &AbsPath, hands: &Hands) -> Result<(), String> {
    let shown = path.shown_from(&hands.root);
    match place::kind(path)? {
        place::Kind::Missing => Err(place::missing(path, hands)),
        place::Kind::Folder => Err(format!("`{shown}` is a folder; use list_directory")),
        place::Kind::Special => Err(format!("`{shown}` is a device, pipe or socket and is not read")),
        place::Kind::File if walk::is_kept_back(path, hands) => {
            Err(format!("`{shown}` is kept back by .qwenignore; do without it"))
        }
        place::Kind::File => Ok(()),
    }
}

/// Room for the line that says what part this is. Unit: characters.
const NOTE: usize = 120;

/// The lines from `offset`, as many as asked for and as fit. Errors: a sentence when there are none.
fn page(text: &str, offset: usize, limit: Option<usize>, limits: Limits) -> Result<Outcome, String> {
    let total = text.lines().count();
    if total == 0 {
        return Ok(Outcome::done("(the file is empty)", line_of_display("empty".to_owned())));
    }
    if offset >= total {
        return Err(format!("the file has {total} lines; offset {offset} is beyond its end"));
    }
    let most = limit.unwrap_or(limits.lines).min(limits.lines.saturating_sub(1).max(1));
    // A file that is asked for whole and fits comes exactly as it is.
    if offset == 0 && limit.is_none_or(|n| n >= total) && total <= limits.lines {
        let whole = textfile::with_lf(text);
        if whole.chars().count() <= limits.chars {
            return Ok(Outcome::done(whole, line_of_display(format!("{total} lines"))));
        }
    }
    let mut out = String::new();
    let (mut left, mut count) = (limits.chars.saturating_sub(NOTE), 0);
    for line in text.lines().skip(offset).take(most) {
        let shown = cut(line);
        let cost = shown.chars().count() + 1;
        if cost > left && count > 0 {
            break;
        }
        left = left.saturating_sub(cost);
        out.push_str(&shown);
        out.push('\n');
        count += 1;
    }
    let end = offset + count;
    let part = format!("lines {}-{end} of {total}", offset + 1);
    let next = if end < total { format!("; go on with offset {end}") } else { String::new() };
    Ok(Outcome::done(format!("{out}[{part}{next}]"), line_of_display(part)))
}

#[expect(clippy::unnecessary_wraps, reason = "the shape `Outcome::done` takes")]
fn line_of_display(text: String) -> Option<Display> {
    Some(Display::Line { text })
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(LONG_LINE) {
        None => line.to_owned(),
        Some((at, _)) => {
            let more = line[at..].chars().count();
            format!("{}… [{more} more characters in this line]", &line[..at])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        protocol::Verdict,
        tools::testing::{Room, numbers},
    };

    async fn read_text(room: &Room, input: Value) -> String {
        room.run(&ReadFile, input).await.text
    }

    #[tokio::test]
    async fn a_file_comes_as_it_is_without_numbers_or_carriage_returns() {
        let room = Room::new();
        room.write("a.txt", "one\r\n  two\r\n");
        let outcome = room.run(&ReadFile, json!({"file_path": "./a.txt"})).await;
        let display = Some(Display::Line { text: "2 lines".to_owned() });
        assert_eq!(outcome, Outcome::done("one\n  two\n", display));
        assert!(room.hands.reads().fingerprint(&room.path("a.txt")).is_some());
    }

    #[tokio::test]
    async fn a_long_file_says_how_to_go_on() {
        let room = Room::new();
        room.write("a.txt", numbers(5321));
        let first = read_text(&room, json!({"file_path": "a.txt"})).await;
        assert!(first.starts_with("1\n2\n"));
        assert!(first.ends_with("\n999\n[lines 1-999 of 5321; go on with offset 999]"));
        assert!(first.lines().count() <= room.hands.limits.lines);
        let next = read_text(&room, json!({"file_path": "a.txt", "offset": "5319", "limit": 10})).await;
        assert_eq!(next, "5320\n5321\n[lines 5320-5321 of 5321]");
        let beyond = read_text(&room, json!({"file_path": "a.txt", "offset": 9000})).await;
        assert_eq!(beyond, "the file has 5321 lines; offset 9000 is beyond its end");
    }

    #[tokio::test]
    async fn long_lines_are_cut_and_the_whole_stays_within_bounds() {
        let room = Room::new();
        room.write("a.js", format!("{}\nend\n", "é".repeat(100_000)));
        let text = read_text(&room, json!({"file_path": "a.js"})).await;
        let first = format!("{}… [98000 more characters in this line]", "é".repeat(2_000));
        assert_eq!(text, format!("{first}\nend\n[lines 1-2 of 2]"));
        room.write("b.txt", format!("{}\n", "x".repeat(99)).repeat(1_000));
        let text = read_text(&room, json!({"file_path": "b.txt"})).await;
        assert!(text.chars().count() <= room.hands.limits.chars);
        assert!(text.ends_with("[lines 1-248 of 1000; go on with offset 248]"));
    }

    #[tokio::test]
    async fn what_is_not_a_text_file_is_refused_with_a_reason() {
        let room = Room::new();
        room.write("d/x.png", b"\x89PNG\r\n\x1a\n");
        room.write("empty", "");
        assert_eq!(read_text(&room, json!({"file_path": "d"})).await, "`d` is a folder; use list_directory");
        assert!(read_text(&room, json!({"file_path": "d/x.png"})).await.contains("a PNG image, 8 B"));
        assert!(read_text(&room, json!({"file_path": "d/y.png"})).await.contains("near it: `d/x.png`"));
        assert_eq!(read_text(&room, json!({"file_path": "empty"})).await, "(the file is empty)");
        let wrong = room.run(&ReadFile, json!({"path": "empty"})).await;
        assert_eq!(wrong.verdict, Verdict::Failed);
        assert_eq!(wrong.text, "`read_file` has no parameter `path`; it takes file_path, offset, limit");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_pipe_is_not_read() {
        let room = Room::new();
        let made = std::process::Command::new("mkfifo").arg(room.path("p").as_path()).status();
        assert!(made.expect("runs").success());
        let text = read_text(&room, json!({"file_path": "p"})).await;
        assert_eq!(text, "`p` is a device, pipe or socket and is not read");
    }

    #[tokio::test]
    async fn what_qwenignore_keeps_back_is_not_read() {
        let room = Room::new();
        room.write(".qwenignore", "secret/\n*.key\n");
        room.write("secret/a.txt", "s");
        room.write("b.key", "s");
        room.write("c.txt", "c");
        for name in ["secret/a.txt", "b.key"] {
            let text = read_text(&room, json!({"file_path": name})).await;
            assert_eq!(text, format!("`{name}` is kept back by .qwenignore; do without it"));
        }
        assert_eq!(read_text(&room, json!({"file_path": "c.txt"})).await, "c");
    }

    #[tokio::test]
    async fn a_stopped_turn_stops_reading() {
        let room = Room::new();
        room.write("a.txt", "a");
        room.hands.stop.cancel();
        let outcome = room.run(&ReadFile, json!({"file_path": "a.txt"})).await;
        assert_eq!(outcome.verdict, Verdict::Interrupted);
    }
}

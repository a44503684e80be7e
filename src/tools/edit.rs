//! `edit`: replaces text in a file.

mod matching;

use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use self::matching::{How, Miss, Replaced};
use super::{
    Hands, Outcome, Tool, change,
    change::Change,
    input::{Fields, loosely},
    place,
    textfile::{Encoding, with_lf},
};
use crate::{
    base::AbsPath,
    permissions::{Action, Approved},
    prompt::ToolSpec,
    protocol::Preview,
};

/// The tool.
pub(super) struct Edit;

struct Input<'a> {
    file_path: &'a str,
    old: &'a str,
    new: &'a str,
    all: bool,
}

fn read(input: &Map<String, Value>) -> Result<Input<'_>, String> {
    let fields = Fields::new("edit", input, &["file_path", "old_string", "new_string", "replace_all"])?;
    Ok(Input {
        file_path: fields.text("file_path")?,
        old: fields.text("old_string")?,
        new: fields.text("new_string")?,
        all: fields.flag("replace_all")?,
    })
}

impl Tool for Edit {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "edit".to_owned(),
            description: include_str!("edit.md").trim().to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "file_path": {"type": "string"},
                    "old_string": {"type": "string"},
                    "new_string": {"type": "string"},
                    "replace_all": {"type": "boolean"},
                },
                "required": ["file_path", "old_string", "new_string"],
            }),
        }
    }

    fn action(&self, input: &Map<String, Value>, hands: &Hands) -> Result<Action, String> {
        let input = read(input)?;
        Ok(Action::Write { path: place::resolve(input.file_path, hands)? })
    }

    fn title(&self, input: &Map<String, Value>, hands: &Hands) -> String {
        format!("edit {}", hands.shown(loosely(input, "file_path")))
    }

    fn preview<'a>(
        &'a self,
        input: &'a Map<String, Value>,
        action: &'a Action,
        hands: &'a Hands,
    ) -> BoxFuture<'a, Result<Preview, String>> {
        Box::pin(async move {
            let Action::Write { path } = action else { return Err("an edit writes a file".to_owned()) };
            Ok(plan(&read(input)?, path, hands)?.preview(path, hands))
        })
    }

    fn is_parallel(&self) -> bool {
        false
    }

    fn run<'a>(&'a self, call: Approved, hands: &'a Hands) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let made = || {
                let input = read(call.call().arguments.object().map_err(|_| "the arguments are not whole")?)?;
                change::approved(&call, hands, |path| plan(&input, path, hands))
            };
            made().unwrap_or_else(Outcome::failed)
        })
    }
}

/// Works out the change. Errors: a sentence for the model.
fn plan(input: &Input<'_>, path: &AbsPath, hands: &Hands) -> Result<Change, String> {
    let shown = path.shown_from(&hands.root);
    if input.old == input.new {
        return Err("old_string and new_string are the same; nothing would change".to_owned());
    }
    let file = change::current(path, hands)?;
    if input.old.is_empty() {
        change::refuse_mark(input.new, "", hands)?;
        return match file {
            Some(file) if !file.text.is_empty() => Err(format!(
                "`{shown}` exists; old_string must be the text to replace (write_file replaces a whole file)"
            )),
            file => Ok(Change {
                encoding: file.as_ref().map_or(Encoding::Utf8, |f| f.encoding),
                old: file.map(|f| f.text),
                new: input.new.to_owned(),
                said: format!("created {shown}"),
            }),
        };
    }
    let Some(file) = file else { return Err(place::missing(path, hands)) };
    let (old, new) = hands.veil().uncover(&file.text, input.old, input.new).map_err(|mark| {
        format!(
            "`{mark}` stands for a secret that `{shown}` does not hold, or that old_string does not hold; read the file \
             again and keep the mark where it is"
        )
    })?;
    let replaced = matching::replace(&file.text, &old, &new, input.all)
        .map_err(|miss| sentence(&miss, &file.text, &shown))?;
    if replaced.text == file.text {
        return Err(format!("`{shown}` already reads like that; nothing would change"));
    }
    let said = told(&replaced, &file.text, &shown);
    Ok(Change { old: Some(file.text), new: replaced.text, encoding: file.encoding, said })
}

/// What the model reads after an edit.
fn told(replaced: &Replaced, old: &str, shown: &str) -> String {
    let first = replaced.places.first().map_or(1, |place| matching::line_of(old, place.start));
    let places = match replaced.places.len() {
        1 => format!("line {first}"),
        n => format!("{n} places"),
    };
    let how = match replaced.how {
        How::Exact | How::LineEnds => "",
        How::TrailingSpace => "; old_string differed from the file in spaces at line ends",
        How::Indent => "; old_string differed from the file in its indent, which was adapted",
    };
    format!("edited {shown} at {places}{how}")
}

/// How many places or lines a refusal shows.
const SHOWN: usize = 12;

fn sentence(miss: &Miss, text: &str, shown: &str) -> String {
    match miss {
        Miss::Ambiguous { lines } => {
            let all: Vec<&str> = text.lines().collect();
            let mut places: Vec<String> =
                lines.iter().take(SHOWN).map(|n| quoted(*n, all.get(n - 1).unwrap_or(&""))).collect();
            if lines.len() > SHOWN {
                places.push(format!("… and {} more", lines.len() - SHOWN));
            }
            format!(
                "old_string is in `{shown}` {} times; add lines around it until it is there once, or set \
                 replace_all:\n{}",
                lines.len(),
                places.join("\n")
            )
        }
        Miss::Absent { nearest: None } => {
            format!("old_string is not in `{shown}`; read the file and copy the text as it stands")
        }
        Miss::Absent { nearest: Some(range) } => {
            let alike: Vec<String> = with_lf(text)
                .lines()
                .enumerate()
                .skip(range.start - 1)
                .take(range.len().min(SHOWN))
                .map(|(n, line)| quoted(n + 1, line))
                .collect();
            format!("old_string is not in `{shown}`; most alike is:\n{}", alike.join("\n"))
        }
    }
}

fn quoted(number: usize, line: &str) -> String {
    let cut: String = line.chars().take(200).collect();
    format!("{number}: {cut}")
}

#[cfg(test)]
mod tests;

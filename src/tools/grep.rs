//! `grep_search`: searches file contents by a regular expression.

mod search;

use futures::future::BoxFuture;
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use serde_json::{Map, Value, json};

use self::search::{Hits, fits, search};
use super::{
    Hands, Outcome, Tool,
    input::{Fields, loosely},
    place,
    walk::Pattern,
};
use crate::{
    base::AbsPath,
    permissions::{Action, Approved},
    prompt::ToolSpec,
    protocol::{Display, Preview},
};

/// Lines shown unless the call says otherwise: most searches that find more are too wide.
const USUAL: usize = 200;

/// The tool.
pub(super) struct GrepSearch;

struct Input<'a> {
    pattern: &'a str,
    glob: Option<&'a str>,
    path: &'a str,
    limit: usize,
}

fn read(input: &Map<String, Value>) -> Result<Input<'_>, String> {
    let fields = Fields::new("grep_search", input, &["pattern", "glob", "path", "limit"])?;
    Ok(Input {
        pattern: fields.text("pattern")?,
        glob: fields.maybe_filled("glob")?,
        path: fields.maybe_filled("path")?.unwrap_or("."),
        limit: fields.maybe_count("limit")?.filter(|n| *n > 0).unwrap_or(USUAL),
    })
}

impl Tool for GrepSearch {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "grep_search".to_owned(),
            description: include_str!("grep.md").trim().to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "pattern": {"type": "string"},
                    "glob": {"type": "string", "description": "only these files, e.g. `*.rs`"},
                    "path": {"type": "string", "description": "file or folder"},
                    "limit": {"type": "integer", "description": "lines shown"},
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
        let given = |name: &str| input.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        match (given("path"), given("glob")) {
            (Some(path), _) => format!("search \"{pattern}\" in {}", hands.shown(path)),
            (None, Some(glob)) => format!("search \"{pattern}\" in {glob}"),
            (None, None) => format!("search \"{pattern}\""),
        }
    }

    fn preview<'a>(
        &'a self,
        input: &'a Map<String, Value>,
        action: &'a Action,
        hands: &'a Hands,
    ) -> BoxFuture<'a, Result<Preview, String>> {
        Box::pin(async move {
            let Action::Read { path } = action else { return Err("grep_search reads".to_owned()) };
            matcher(read(input)?.pattern)?;
            Ok(Preview::Read { path: path.shown_from(&hands.root) })
        })
    }

    fn is_parallel(&self) -> bool {
        true
    }

    fn run<'a>(&'a self, call: Approved, hands: &'a Hands) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { found(&call, hands).await.unwrap_or_else(Outcome::failed) })
    }
}

/// Errors: a sentence for the model.
fn matcher(pattern: &str) -> Result<RegexMatcher, String> {
    RegexMatcherBuilder::new().case_smart(true).line_terminator(Some(b'\n')).build(pattern).map_err(|e| {
        let e = e.to_string();
        let reason = e.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it cannot be read");
        format!(
            "`{pattern}` is not a regular expression for one line: {}; put `\\` before characters that are \
             meant as they stand",
            reason.trim_start_matches("error: ").trim()
        )
    })
}

async fn found(call: &Approved, hands: &Hands) -> Result<Outcome, String> {
    let input = read(call.call().arguments.object().map_err(|_| "the arguments are not whole")?)?;
    let Action::Read { path: start } = call.action() else {
        return Err("this call was allowed for something else".to_owned());
    };
    place::confirm(start)?;
    match place::kind(start)? {
        place::Kind::Missing => return Err(place::missing(start, hands)),
        place::Kind::Special => return Err(format!("`{start}` is a device, pipe or socket")),
        place::Kind::File if super::walk::is_kept_back(start, hands) => {
            return Err(format!("`{}` is kept back by .qwenignore", start.shown_from(&hands.root)));
        }
        place::Kind::File | place::Kind::Folder => {}
    }
    let matcher = matcher(input.pattern)?;
    let glob = input.glob.map(|glob| Pattern::new(glob, true)).transpose()?;
    let (from, stop, most) = (start.clone(), hands.stop.clone(), input.limit.min(hands.limits.lines));
    let is_kept_back = call.keeps_back();
    let searched = hands.off_thread(move || {
        let fits = |path: &AbsPath| glob.as_ref().is_none_or(|glob| fits(glob, path, &from));
        search(&from, &matcher, &|path| fits(path) && !is_kept_back(path), most, &stop)
    });
    let searched = searched.await;
    let Some(hits) = searched else { return Ok(Outcome::interrupted("the search was stopped")) };
    let display = match (hits.lines, hits.files) {
        (1, _) => "1 match".to_owned(),
        (lines, 1) => format!("{lines} matches in 1 file"),
        (lines, files) => format!("{lines} matches in {files} files"),
    };
    let text = shown(&hits, most, hands);
    Ok(Outcome::done(text, Some(Display::Line { text: display })))
}

/// Room for the last line. Unit: characters.
const NOTE: usize = 200;

/// The lines as the model reads them: `path:line: text`.
fn shown(hits: &Hits, most: usize, hands: &Hands) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut left = hands.limits.chars.saturating_sub(NOTE);
    let most = most.min(hands.limits.lines.saturating_sub(2));
    'all: for (path, lines) in &hits.kept {
        let path = path.shown_from(&hands.root);
        for (number, text) in lines {
            let line = format!("{path}:{number}: {text}");
            let cost = line.chars().count() + 1;
            if out.len() == most || cost > left {
                break 'all;
            }
            left -= cost;
            out.push(line);
        }
    }
    let more = hits.lines - out.len() as u64;
    if more > 0 {
        out.push(format!(
            "[{more} more matching lines, {} files in all; narrow the search with pattern, glob or path]",
            hits.files
        ));
    }
    if hits.lines == 0 {
        out.push("no line matches".to_owned());
    }
    if hits.is_cut {
        out.push("[the search took too long and was ended; give a path or glob]".to_owned());
    }
    out.join("\n")
}

#[cfg(test)]
mod tests;

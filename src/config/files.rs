//! Reads one settings file.

use std::{fs, path::Path};

use jsonc_parser::{ParseOptions, parse_to_serde_value};
use serde_json::{Map, Value};

use crate::{
    auth::Vars,
    protocol::{Failure, Kind},
};

use super::setting::Setting;

/// Above this a file is not a settings file. Unit: bytes.
const LARGEST: u64 = 4 << 20;

/// Comments and a comma at the end are allowed, as in Qwen Code; everything else is JSON.
const DIALECT: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads the object in a file; an absent or empty file is an empty object.
///
/// Errors: kind `config`, with the file, and line and column where the text is wrong.
pub(super) fn read(path: &Path) -> Result<Map<String, Value>, Failure> {
    let shown = path.display();
    let refused = |why: String| Failure::new(Kind::Config, format!("`{shown}` {why}"));
    let found = fs::metadata(path).ok();
    if found.as_ref().is_some_and(fs::Metadata::is_dir) {
        // Its rules would be lost without a word.
        return Err(refused("is a folder, not a file".to_owned())
            .hint("a container makes one where a file that is to be mounted is missing"));
    }
    let Some(meta) = found.filter(fs::Metadata::is_file) else {
        return Ok(Map::new());
    };
    if meta.len() > LARGEST {
        return Err(refused("is larger than 4 MB".to_owned()).hint("is it a settings file?"));
    }
    let text = fs::read_to_string(path).map_err(|error| refused(format!("cannot be read: {error}")))?;
    match parse_to_serde_value(text.trim_start_matches('\u{FEFF}'), &DIALECT) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(refused("does not hold an object; it should begin with `{`".to_owned())),
        Err(error) => {
            let (line, column) = (error.line_display(), error.column_display());
            let why = error.kind().to_string().to_lowercase();
            Err(refused(format!("is not valid JSON: {why} (line {line}, column {column})")))
        }
    }
}

/// Finds a setting's value in a file; `null` counts as not set.
///
/// Errors: the value, or an object on the way to it, has another type; names key, expected and found.
pub(super) fn pick(
    map: &Map<String, Value>,
    setting: &Setting,
    path: &Path,
) -> Result<Option<Value>, Failure> {
    let wrong = |key: &str, expected: &str, found: &Value| {
        Failure::new(
            Kind::Config,
            format!("`{key}` in `{}` is {}, not {expected}", path.display(), kind(found)),
        )
    };
    let mut here = map;
    let mut end = 0;
    loop {
        let rest = &setting.key[end..];
        let (name, last) = rest.split_once('.').map_or((rest, true), |(name, _)| (name, false));
        end += name.len();
        match here.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(value) if last && setting.shape.holds(value) => return Ok(Some(value.clone())),
            Some(value) if last => {
                let found = shown(value, setting);
                let error = format!(
                    "`{}` in `{}` is {found}, not {}",
                    setting.key,
                    path.display(),
                    setting.shape.words()
                );
                return Err(Failure::new(Kind::Config, error));
            }
            Some(Value::Object(inner)) => here = inner,
            Some(other) => return Err(wrong(&setting.key[..end], "an object", other)),
        }
        end += 1;
    }
}

/// A wrong value as it may be shown: words and numbers themselves, longer things and keys by kind.
fn shown(value: &Value, setting: &Setting) -> String {
    match value {
        Value::String(word) if !setting.is_secret && word.len() <= 40 => format!("`{word}`"),
        Value::Number(number) if !setting.is_secret => format!("`{number}`"),
        other => kind(other).to_owned(),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Puts variables of the environment in place of `$NAME` and `${NAME}` in all strings, and tells their names. A
/// name that is not set stays as it is written.
pub(super) fn expand(value: &mut Value, env: &Vars, used: &mut Vec<String>) {
    match value {
        Value::String(text) => *text = expanded(text, env, used),
        Value::Array(all) => all.iter_mut().for_each(|value| expand(value, env, used)),
        Value::Object(map) => map.values_mut().for_each(|value| expand(value, env, used)),
        _ => {}
    }
}

fn expanded(text: &str, env: &Vars, used: &mut Vec<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (name, len) = variable(rest);
        match env.get(name) {
            Some(value) => {
                out.push_str(value);
                used.push(name.to_owned());
            }
            None => out.push_str(&rest[..len]),
        }
        rest = &rest[len..];
    }
    out + rest
}

/// The name at the beginning of `text`, which begins with `$`, and how long it is as written.
fn variable(text: &str) -> (&str, usize) {
    let word = |s: &str| s.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    if let Some(inner) = text.strip_prefix("${") {
        let len = word(inner);
        return if inner[len..].starts_with('}') { (&inner[..len], len + 3) } else { ("", 1) };
    }
    let len = word(&text[1..]);
    (&text[1..=len], len + 1)
}

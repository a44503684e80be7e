//! `--json-schema`: the form an answer must have, from the command line or a file.

use std::{fs::File, io::Read as _};

use serde_json::Value;

use crate::{
    base::{AbsPath, Bytes},
    protocol::{Failure, Kind},
    tools::Form,
};

/// The largest file with a schema. Source: `docs/sources.md`, qwen-code 9.4.
const LARGEST: Bytes = Bytes(4 * 1024 * 1024);

/// The tool that takes an answer in this form: a schema, or `@` and the file it is in.
/// Errors: the file cannot be read; it is no JSON, or no schema an object can fit.
pub(super) fn tool(written: &str, cwd: &AbsPath) -> Result<Form, Failure> {
    let refuse = |why: String| Failure::new(Kind::Usage, format!("`--json-schema` cannot be used: {why}"));
    let text = match written.strip_prefix('@') {
        Some(file) => read(cwd.join(file).as_path()).map_err(|why| refuse(format!("`{file}` {why}")))?,
        None => written.to_owned(),
    };
    let schema: Value = serde_json::from_str(&text).map_err(|e| refuse(format!("it is not JSON: {e}")))?;
    Form::new(schema).map_err(refuse)
}

fn read(path: &std::path::Path) -> Result<String, String> {
    let mut text = String::new();
    let file = File::open(path).map_err(|e| format!("cannot be read: {e}"))?;
    file.take(LARGEST.0 + 1).read_to_string(&mut text).map_err(|e| format!("cannot be read: {e}"))?;
    if text.len() as u64 > LARGEST.0 {
        return Err(format!("is larger than {}", LARGEST.short()));
    }
    Ok(text)
}

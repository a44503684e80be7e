//! Changes one value in the person's settings file and leaves every other letter of it as it is, comments included.

use std::{fs, io, path::Path};

use jsonc_parser::{
    ParseOptions,
    cst::{CstInputValue, CstRootNode},
};

use crate::protocol::{Failure, Kind};

/// Sets `model.name`. Errors: those of [`set`].
pub(super) fn set_model(path: &Path, model: &str) -> Result<(), Failure> {
    set(path, ["model", "name"], model.to_owned().into(), model)
}

/// Sets `privacy.usageStatisticsEnabled`. Errors: those of [`set`].
pub(in crate::cli) fn set_usage_statistics(path: &Path, is_on: bool) -> Result<(), Failure> {
    set(path, ["privacy", "usageStatisticsEnabled"], is_on.into(), if is_on { "true" } else { "false" })
}

/// Sets one value of a group; `shown_value` is how a person would write it.
///
/// Errors: kind `config`: the file is no JSON, the group in it is no object, or it cannot be written; then it is as it
/// was.
fn set(
    path: &Path,
    [group, name]: [&str; 2],
    value: CstInputValue,
    shown_value: &str,
) -> Result<(), Failure> {
    let shown = path.display();
    let failed = |what: &str, why: &dyn std::fmt::Display| {
        Failure::new(Kind::Config, format!("`{shown}` {what}: {why}"))
            .hint(format!("set `{group}.{name}` to `{shown_value}` there by hand"))
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(failed("cannot be read", &e)),
    };
    let changed = with(&text, [group, name], value).map_err(|why| failed("is left as it is", &why))?;
    write(path, &changed).map_err(|e| failed("cannot be written", &e))
}

/// The text with one value of a group set. Errors: why it cannot be.
fn with(text: &str, [group, name]: [&str; 2], value: CstInputValue) -> Result<String, String> {
    let (mark, text) = text.strip_prefix('\u{FEFF}').map_or(("", text), |rest| ("\u{FEFF}", rest));
    let root = CstRootNode::parse(text, &ParseOptions::default()).map_err(|e| e.kind().to_string())?;
    let object = root.object_value_or_create().ok_or("it is not a JSON object")?;
    let part =
        object.object_value_or_create(group).ok_or_else(|| format!("`{group}` in it is not an object"))?;
    match part.get(name) {
        Some(property) => property.set_value(value),
        None => drop(part.append(name, value)),
    }
    let mut text = format!("{mark}{root}");
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// Written beside it, on the disk, then renamed; a link stays a link, and who may read it stays as it was.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut temporary = tempfile::Builder::new().prefix(".qwen-").tempfile_in(folder)?;
    io::Write::write_all(&mut temporary, text.as_bytes())?;
    temporary.as_file().sync_all()?;
    if let Ok(before) = fs::metadata(&path) {
        temporary.as_file().set_permissions(before.permissions())?;
    }
    temporary.persist(&path).map_err(|e| e.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_model(text: &str, model: &str) -> Result<String, String> {
        with(text, ["model", "name"], model.to_owned().into())
    }

    #[test]
    fn one_value_changes_and_every_other_letter_stays() {
        let table = [
            ("", "{\n  \"model\": {\n    \"name\": \"m\"\n  }\n}\n"),
            ("{}\n", "{\n  \"model\": {\n    \"name\": \"m\"\n  }\n}\n"),
            (
                "// mine\n{\n\t\"model\": { \"name\": \"old\" /* was it */ }, // yes\n\t\"x\": [1,2,],\n}\n",
                "// mine\n{\n\t\"model\": { \"name\": \"m\" /* was it */ }, // yes\n\t\"x\": [1,2,],\n}\n",
            ),
            (
                "{\n    \"theme\": \"dark\" // night\n}",
                "{\n    \"theme\": \"dark\", // night\n    \"model\": {\n        \"name\": \"m\"\n    }\n}\n",
            ),
        ];
        for (before, after) in table {
            assert_eq!(with_model(before, "m").as_deref(), Ok(after), "{before}");
        }
    }

    #[test]
    fn what_is_not_understood_is_left_alone() {
        for text in ["[1]", "{\"model\": \"name\"}", "{\"model\": ", "nonsense"] {
            assert!(with_model(text, "m").is_err(), "{text}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        fs::write(&path, "{\"model\": 1}").unwrap();
        let failure = set_model(&path, "m").unwrap_err();
        assert!(failure.error.contains("is left as it is: `model` in it is not an object"), "{failure}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"model\": 1}");
    }
}

//! Changes one value in the person's settings file and leaves every other letter of it as it is, comments included.

use std::{fs, io, path::Path};

use jsonc_parser::{ParseOptions, cst::CstRootNode};

use crate::protocol::{Failure, Kind};

/// Sets `model.name`.
///
/// Errors: kind `config`: the file is no JSON, `model` in it is no object, or it cannot be written; then it is as it
/// was.
pub(super) fn set_model(path: &Path, model: &str) -> Result<(), Failure> {
    let shown = path.display();
    let failed = |what: &str, why: &dyn std::fmt::Display| {
        Failure::new(Kind::Config, format!("`{shown}` {what}: {why}"))
            .hint(format!("set `model.name` to `{model}` there by hand"))
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(failed("cannot be read", &e)),
    };
    let changed = with_model(&text, model).map_err(|why| failed("is left as it is", &why))?;
    write(path, &changed).map_err(|e| failed("cannot be written", &e))
}

/// The text with `model.name` set. Errors: why it cannot be.
fn with_model(text: &str, model: &str) -> Result<String, String> {
    let (mark, text) = text.strip_prefix('\u{FEFF}').map_or(("", text), |rest| ("\u{FEFF}", rest));
    let root = CstRootNode::parse(text, &ParseOptions::default()).map_err(|e| e.kind().to_string())?;
    let object = root.object_value_or_create().ok_or("it is not a JSON object")?;
    let part = object.object_value_or_create("model").ok_or("`model` in it is not an object")?;
    let value = model.to_owned().into();
    match part.get("name") {
        Some(property) => property.set_value(value),
        None => drop(part.append("name", value)),
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

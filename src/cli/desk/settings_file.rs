//! Changes one value in the person's settings file and leaves every other letter of it as it is, comments included.

use std::{fs, io, path::Path};

use jsonc_parser::{
    ParseOptions,
    cst::{CstInputValue, CstObject, CstRootNode},
};
use serde_json::Value;

use crate::protocol::{Failure, Kind};

/// Sets `model.name`. Errors: as [`set`].
pub(super) fn set_model(path: &Path, model: &str) -> Result<(), Failure> {
    set(path, "model.name", Some(&Value::from(model)))
}

/// Sets `privacy.usageStatisticsEnabled`. Errors: as [`set`].
pub(in crate::cli) fn set_usage_statistics(path: &Path, is_on: bool) -> Result<(), Failure> {
    set(path, "privacy.usageStatisticsEnabled", Some(&Value::from(is_on)))
}

/// Sets the setting `key`, or takes it out with `None`.
///
/// Errors: kind `config`: the file is no JSON, what should be an object in it is none, or it cannot be written; then it
/// is as it was.
pub(super) fn set(path: &Path, key: &str, value: Option<&Value>) -> Result<(), Failure> {
    let shown = path.display();
    let by_hand = match value {
        Some(Value::String(text)) => format!("set `{key}` to `{text}` there by hand"),
        Some(value) => format!("set `{key}` to `{value}` there by hand"),
        None => format!("take `{key}` out there by hand"),
    };
    let failed = |what: &str, why: &dyn std::fmt::Display| {
        Failure::new(Kind::Config, format!("`{shown}` {what}: {why}")).hint(by_hand.clone())
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(failed("cannot be read", &e)),
    };
    let changed = with(&text, key, value).map_err(|why| failed("is left as it is", &why))?;
    if changed == text {
        return Ok(());
    }
    write(path, &changed).map_err(|e| failed("cannot be written", &e))
}

/// The text with the setting changed. Errors: why it cannot be.
fn with(text: &str, key: &str, value: Option<&Value>) -> Result<String, String> {
    let (mark, body) = text.strip_prefix('\u{FEFF}').map_or(("", text), |rest| ("\u{FEFF}", rest));
    let root = CstRootNode::parse(body, &ParseOptions::default()).map_err(|e| e.kind().to_string())?;
    let top = root.object_value_or_create().ok_or("it is not a JSON object")?;
    let (way, name) = key.rsplit_once('.').unwrap_or(("", key));
    let way = way.split('.').filter(|part| !part.is_empty());
    let Some(value) = value else {
        let property =
            way.into_iter().try_fold(top, |at, part| at.object_value(part)).and_then(|at| at.get(name));
        let Some(property) = property else { return Ok(text.to_owned()) };
        property.remove();
        return Ok(format!("{mark}{root}"));
    };
    let no_object = |part: &str| format!("`{part}` in it is not an object");
    let part = way.into_iter().try_fold(top, |at: CstObject, part| {
        at.object_value_or_create(part).ok_or_else(|| no_object(part))
    })?;
    let value = input(value)?;
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

fn input(value: &Value) -> Result<CstInputValue, String> {
    Ok(match value {
        Value::Bool(on) => CstInputValue::Bool(*on),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text.clone()),
        _ => return Err("only switches, numbers and texts are written".to_owned()),
    })
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
            assert_eq!(with(before, "model.name", Some(&"m".into())).as_deref(), Ok(after), "{before}");
        }
    }

    #[test]
    fn a_value_deep_inside_comes_changes_and_goes() {
        let before = "{\n  // mine\n  \"ui\": { \"theme\": \"dark\" }\n}\n";
        let key = "model.generationConfig.timeout";
        let set = with(before, key, Some(&5.into())).unwrap();
        assert_eq!(
            set,
            "{\n  // mine\n  \"ui\": { \"theme\": \"dark\" },\n  \"model\": {\n    \"generationConfig\": {\n      \
             \"timeout\": 5\n    }\n  }\n}\n"
        );
        let off = with(&set, "ui.theme", Some(&true.into())).unwrap();
        assert!(off.contains("\"ui\": { \"theme\": true }"), "{off}");
        let gone = with(&off, "ui.theme", None).unwrap();
        assert!(!gone.contains("theme") && gone.contains("// mine"), "{gone}");
        assert_eq!(with(&gone, "no.such.thing", None).as_deref(), Ok(gone.as_str()));
        assert_eq!(with("", "a.b", None).as_deref(), Ok(""), "nothing is made to be taken out");
    }

    #[test]
    fn what_is_not_understood_is_left_alone() {
        for text in ["[1]", "{\"model\": \"name\"}", "{\"model\": ", "nonsense"] {
            assert!(with(text, "model.name", Some(&"m".into())).is_err(), "{text}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        fs::write(&path, "{\"model\": 1}").unwrap();
        let failure = set_model(&path, "m").unwrap_err();
        assert!(failure.error.contains("is left as it is: `model` in it is not an object"), "{failure}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"model\": 1}");
    }
}

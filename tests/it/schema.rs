//! Whether what is printed for programs has the published form.

use std::{collections::HashMap, fs, path::Path, sync::LazyLock};

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

/// The published schemas by name, compiled once.
static PUBLISHED: LazyLock<(Schemas, HashMap<String, SchemaIndex>)> = LazyLock::new(|| {
    let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
    let mut all = HashMap::new();
    for entry in fs::read_dir(folder).expect("the schemas are published") {
        let path = entry.expect("an entry").path();
        let file = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let Some(name) = file.strip_suffix(".schema.json") else { continue };
        let text = fs::read_to_string(&path).expect("text");
        let place = format!("https://example.test/{file}");
        compiler.add_resource(&place, serde_json::from_str(&text).expect("JSON")).expect("a schema");
        let index = compiler.compile(&place, &mut schemas).unwrap_or_else(|e| panic!("{file}: {e:#}"));
        all.insert(name.to_owned(), index);
    }
    (schemas, all)
});

/// The page fits `docs/schemas/<name>.schema.json`.
pub(crate) fn check(name: &str, page: &Value) {
    let (schemas, all) = &*PUBLISHED;
    let index = all.get(name).unwrap_or_else(|| panic!("no schema `{name}` is published"));
    if let Err(error) = schemas.validate(page, *index) {
        panic!("{error:#}\n{page:#}");
    }
}

/// What a run printed in one of the JSON formats fits its schema; anything else is not looked at.
pub(crate) fn check_output(stdout: &str) {
    if stdout.starts_with("[{\"type\":\"system\"") {
        return check("json", &serde_json::from_str(stdout).expect("stdout is one array"));
    }
    let is_stream = stdout.starts_with("{\"type\":\"system\"") || stdout.starts_with("{\"type\":\"control_");
    for line in stdout.lines().filter(|_| is_stream) {
        // A reader that left early has cut the last line.
        if line.ends_with('}') {
            check("stream-json", &serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {line}")));
        }
    }
}

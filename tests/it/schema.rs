//! Whether what is printed for programs has the published form.

use std::{fs, path::Path};

use serde_json::Value;

/// The page fits `docs/schemas/<name>.schema.json`.
pub(crate) fn check(name: &str, page: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schemas/{name}.schema.json"));
    let text = fs::read_to_string(path).expect("the schema is published");
    let mut compiler = boon::Compiler::new();
    let mut schemas = boon::Schemas::new();
    let place = format!("https://example.test/{name}.schema.json");
    compiler.add_resource(&place, serde_json::from_str(&text).expect("JSON")).expect("a schema");
    let index = compiler.compile(&place, &mut schemas).unwrap_or_else(|e| panic!("{e:#}"));
    if let Err(error) = schemas.validate(page, index) {
        panic!("{error:#}\n{page:#}");
    }
}

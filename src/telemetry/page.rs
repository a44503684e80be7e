//! The vocabulary as a page for people, compared with the one in `docs/`.

use std::{collections::BTreeMap, env, fmt::Write as _, fs, path::Path};

use super::{NOTICE, Processor, System, Value, Version, vocabulary};

#[test]
fn the_page_of_the_vocabulary_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/telemetry.md");
    let page = page();
    if env::var_os("QWEN_BLESS").is_some() {
        fs::write(&file, &page).expect("the page can be written");
    }
    let kept = fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        kept == page,
        "docs/telemetry.md is stale; write it anew with `QWEN_BLESS=1 cargo test --lib telemetry`"
    );
}

fn page() -> String {
    let mut page = include_str!("page.head.md").replace("{notice}", NOTICE);
    let all = vocabulary();
    let each = [
        ("service.version", "The version of qwen; a build says its own.", Version::NAMES),
        ("os.type", "The family of the system.", System::NAMES),
        ("host.arch", "The family of the processor.", Processor::NAMES),
    ];
    page.push_str(
        "\n### With each request\n\nThe word `qwen` as `service.name`, the id as `qwen.installation`, and:\n\n\
         | field | what | can be |\n|---|---|---|\n",
    );
    for (name, meaning, names) in each {
        let words: Vec<Value> = names.iter().map(|name| Value::Text(name)).collect();
        let _ = writeln!(page, "| `{name}` | {meaning} | {} |", list(&words));
    }
    // Lists that several fields share stand once.
    let mut shared: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in &all {
        let _ = write!(
            page,
            "\n### `{}`\n\n{}\n\n| field | what | can be |\n|---|---|---|\n",
            entry.name, entry.about
        );
        for (name, meaning, values) in &entry.fields {
            let _ = writeln!(page, "| `{name}` | {meaning} | {} |", list(values));
            shared.entry(list(values)).or_default().push(format!("{}.{name}", entry.name));
        }
    }
    let fields: usize = all.iter().map(|entry| entry.fields.len()).sum();
    let _ = write!(
        page,
        "\nThat is all: {} events with {fields} fields and {} different lists.\n",
        all.len(),
        shared.len()
    );
    page
}

fn list(values: &[Value]) -> String {
    let words: Vec<String> = values
        .iter()
        .map(|value| match value {
            Value::Text(word) => format!("`{word}`"),
            Value::Number(end) => end.to_string(),
        })
        .collect();
    words.join(" ")
}

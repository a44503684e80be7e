//! Keys in a file: `credentials.json` in the person's folder, for this user only.
//!
//! Shape: `{"keys": [{"endpoint": …, "account": …, "key": …}]}`. Other members and entries are left alone.

use serde_json::{Map, Value, json};

use crate::{
    auth::jsonfile::JsonFile,
    base::Secret,
    protocol::{Failure, Kind},
};

use super::place::Slot;

const KEYS: &str = "keys";

/// Reads a key. Errors: the file cannot be read or is broken.
pub(super) fn get(file: &JsonFile, slot: &Slot) -> Result<Option<Secret>, Failure> {
    let object = file.read()?;
    let entries = object.get(KEYS).and_then(Value::as_array).into_iter().flatten();
    let entry = entries.into_iter().find(|entry| is_at(entry, slot));
    Ok(entry.and_then(|e| e.get("key")?.as_str()).map(|text| Secret::new(text.to_owned())))
}

/// Puts a key in the place of the one before. Errors: the file is broken or cannot be written.
pub(super) fn set(file: &JsonFile, slot: &Slot, key: &Secret) -> Result<(), Failure> {
    file.change(|object| {
        let entries = entries(object)?;
        match entries.iter_mut().find(|entry| is_at(entry, slot)) {
            Some(entry) => entry["key"] = Value::from(key.expose()),
            None => {
                entries
                    .push(json!({"endpoint": slot.endpoint, "account": slot.account, "key": key.expose()}));
            }
        }
        Ok(())
    })
}

/// Removes a key; whether there was one. Errors: as [`set`].
pub(super) fn remove(file: &JsonFile, slot: &Slot) -> Result<bool, Failure> {
    if file.read()?.is_empty() {
        return Ok(false);
    }
    file.change(|object| {
        let entries = entries(object)?;
        let before = entries.len();
        entries.retain(|entry| !is_at(entry, slot));
        Ok(entries.len() < before)
    })
}

fn is_at(entry: &Value, slot: &Slot) -> bool {
    let says = |name: &str, text: &str| entry.get(name).is_some_and(|value| value == text);
    says("endpoint", &slot.endpoint) && says("account", &slot.account)
}

fn entries(object: &mut Map<String, Value>) -> Result<&mut Vec<Value>, Failure> {
    object.entry(KEYS).or_insert_with(|| json!([])).as_array_mut().ok_or_else(|| {
        Failure::new(Kind::Config, "`keys` in `credentials.json` is not a list")
            .hint("put it right, or move the file away")
    })
}

//! Reads the parameters of a call, and says in a sentence what is wrong with them.

use serde_json::{Map, Value};

/// The parameters of one call, known to have no names the tool does not take.
///
/// Harmless slips are forgiven: a number or a truth value given as text, `null` for a parameter left out.
pub(super) struct Fields<'a> {
    tool: &'static str,
    input: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// Takes the parameters. Errors: one that is not in `known`, named, with those that exist.
    pub(super) fn new(
        tool: &'static str,
        input: &'a Map<String, Value>,
        known: &[&str],
    ) -> Result<Self, String> {
        match input.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(format!("`{tool}` has no parameter `{name}`; it takes {}", known.join(", "))),
            None => Ok(Self { tool, input }),
        }
    }

    /// The value of a parameter that was given.
    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        self.input.get(name).filter(|v| !v.is_null())
    }

    /// A text that must be there.
    pub(super) fn text(&self, name: &str) -> Result<&'a str, String> {
        self.maybe_text(name)?
            .ok_or_else(|| format!("`{}` needs the parameter `{name}`, a string", self.tool))
    }

    /// A text that may be left out.
    pub(super) fn maybe_text(&self, name: &str) -> Result<Option<&'a str>, String> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong(name, "a string", other)),
        }
    }

    /// A text that may be left out, where an empty one means the same.
    pub(super) fn maybe_filled(&self, name: &str) -> Result<Option<&'a str>, String> {
        Ok(self.maybe_text(name)?.filter(|text| !text.is_empty()))
    }

    /// A whole number from zero that may be left out.
    pub(super) fn maybe_count(&self, name: &str) -> Result<Option<usize>, String> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let number = match value {
            Value::Number(n) => n.as_u64().or_else(|| n.as_f64().and_then(whole)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let number = number.and_then(|n| usize::try_from(n).ok());
        number.map(Some).ok_or_else(|| wrong(name, "a whole number from 0", value))
    }

    /// A truth value; false when left out.
    pub(super) fn flag(&self, name: &str) -> Result<bool, String> {
        match self.value(name) {
            None => Ok(false),
            Some(Value::Bool(yes)) => Ok(*yes),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(other) => Err(wrong(name, "true or false", other)),
        }
    }

    /// A list of texts; empty when left out.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<&'a str>, String> {
        let Some(value) = self.value(name) else { return Ok(Vec::new()) };
        let texts = match value {
            Value::Array(all) => all.iter().map(Value::as_str).collect(),
            Value::String(one) => Some(vec![one.as_str()]),
            _ => None,
        };
        texts.ok_or_else(|| wrong(name, "a list of strings", value))
    }
}

/// `5.0` is a whole number too; some models write all numbers that way.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and small")]
fn whole(number: f64) -> Option<u64> {
    (number.fract() == 0.0 && (0.0..1e15).contains(&number)).then_some(number as u64)
}

fn wrong(name: &str, wanted: &str, got: &Value) -> String {
    let got: String = got.to_string().chars().take(60).collect();
    format!("`{name}` must be {wanted}, not {got}")
}

/// A parameter for a title, where nothing is known yet: the text, or `?`.
pub(super) fn loosely<'a>(input: &'a Map<String, Value>, name: &str) -> &'a str {
    input.get(name).and_then(Value::as_str).unwrap_or("?")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn a_sentence_names_the_parameter_that_is_wrong() {
        let input = map(&json!({"a": 1, "n": "x", "f": 3, "l": [1]}));
        let fields = Fields::new("tool", &input, &["a", "n", "f", "l"]).expect("known names");
        assert_eq!(fields.text("a"), Err("`a` must be a string, not 1".to_owned()));
        assert_eq!(fields.text("b"), Err("`tool` needs the parameter `b`, a string".to_owned()));
        assert_eq!(fields.maybe_count("n"), Err("`n` must be a whole number from 0, not \"x\"".to_owned()));
        assert_eq!(fields.flag("f"), Err("`f` must be true or false, not 3".to_owned()));
        assert_eq!(fields.texts("l"), Err("`l` must be a list of strings, not [1]".to_owned()));
        let extra = Fields::new("tool", &input, &["a", "f", "l"]).err();
        assert_eq!(extra, Some("`tool` has no parameter `n`; it takes a, f, l".to_owned()));
    }

    #[test]
    fn harmless_slips_are_forgiven() {
        let input = map(&json!({"n": " 12 ", "x": 5.0, "f": "True", "nothing": null, "one": "*.rs"}));
        let fields = Fields::new("tool", &input, &["n", "x", "f", "nothing", "one"]).expect("known names");
        assert_eq!(fields.maybe_count("n"), Ok(Some(12)));
        assert_eq!(fields.maybe_count("x"), Ok(Some(5)));
        assert_eq!(fields.flag("f"), Ok(true));
        assert_eq!(fields.maybe_text("nothing"), Ok(None));
        assert_eq!(fields.texts("one"), Ok(vec!["*.rs"]));
    }
}

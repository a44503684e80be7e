//! `structured_output`: takes the answer of a run in the form the person asked for. It is no row of the table, since
//! its parameters are the person's.

use std::{error::Error, sync::Arc};

use boon::{Compiler, SchemaIndex, Schemas, UrlLoader};
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use super::{Hands, Outcome, Tool};
use crate::{
    permissions::{Action, Approved},
    prompt::ToolSpec,
    protocol::{Preview, ToolCall},
};

/// Its name. Source: `docs/sources.md`, qwen-code 9.4.
const NAME: &str = "structured_output";
/// Where the schema is said to be; nothing is ever fetched from there.
const PLACE: &str = "schema:/answer";
/// What of a long list of mistakes the model reads. *Unit:* characters.
const MISTAKES: usize = 2_000;

/// The tool.
#[derive(Clone)]
pub struct Form(Arc<Inner>);

struct Inner {
    schema: Value,
    schemas: Schemas,
    index: SchemaIndex,
}

/// Knows no other documents: a schema may refer to its own parts only.
struct Nowhere;

impl UrlLoader for Nowhere {
    fn load(&self, url: &str) -> Result<Value, Box<dyn Error>> {
        Err(format!("`{url}` lies outside the schema").into())
    }
}

impl Form {
    /// Takes a JSON Schema. Errors: it is none, or no object can fit it.
    pub fn new(schema: Value) -> Result<Self, String> {
        let Some(root) = schema.as_object() else { return Err("it is no object".to_owned()) };
        if root.contains_key("$ref") {
            return Err("its root is a `$ref`".to_owned());
        }
        let takes_objects = match root.get("type") {
            None => true,
            Some(Value::String(name)) => name == "object",
            Some(Value::Array(names)) => names.iter().any(|name| name == "object"),
            Some(_) => false,
        };
        if !takes_objects {
            return Err("the root must take objects: `\"type\": \"object\"`".to_owned());
        }
        let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
        compiler.use_loader(Box::new(Nowhere));
        compiler.add_resource(PLACE, schema.clone()).map_err(|e| one_line(&format!("{e:#}")))?;
        let index = compiler.compile(PLACE, &mut schemas).map_err(|e| one_line(&format!("{e:#}")))?;
        Ok(Self(Arc::new(Inner { schema, schemas, index })))
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        NAME
    }

    /// Errors: what does not fit, for the model.
    fn fits(&self, call: &ToolCall) -> Result<(), String> {
        let input = call.arguments.object().map_err(|_| "the arguments are not whole".to_owned())?;
        let value = Value::Object(input.clone());
        self.0.schemas.validate(&value, self.0.index).map_err(|error| {
            let mistakes: String =
                format!("{error:#}").replace(PLACE, "schema").chars().take(MISTAKES).collect();
            format!("The answer does not fit the schema. Correct it and call `{NAME}` again.\n{mistakes}")
        })
    }
}

fn one_line(text: &str) -> String {
    text.replace(PLACE, "schema").split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Tool for Form {
    fn spec(&self) -> ToolSpec {
        let mut parameters = self.0.schema.clone();
        if let Some(root) = parameters.as_object_mut() {
            // Servers want the word, and some refuse the others.
            root.insert("type".to_owned(), "object".into());
            root.remove("$schema");
            root.remove("$id");
        }
        let description = include_str!("form.md").trim().to_owned();
        ToolSpec { name: NAME.to_owned(), description, parameters }
    }

    fn action(&self, _input: &Map<String, Value>, _hands: &Hands) -> Result<Action, String> {
        Ok(Action::Nothing)
    }

    fn title(&self, _input: &Map<String, Value>, _hands: &Hands) -> String {
        "give the answer".to_owned()
    }

    fn preview<'a>(
        &'a self,
        _input: &'a Map<String, Value>,
        _action: &'a Action,
        _hands: &'a Hands,
    ) -> BoxFuture<'a, Result<Preview, String>> {
        Box::pin(async { Ok(Preview::Other { text: NAME.to_owned() }) })
    }

    fn is_parallel(&self) -> bool {
        false
    }

    fn run<'a>(&'a self, call: Approved, _hands: &'a Hands) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match self.fits(call.call()) {
                Ok(()) => Outcome::done("The answer was taken.", None),
                Err(sentence) => Outcome::failed(sentence),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tools::testing::Room;

    fn refused(schema: Value) -> String {
        Form::new(schema).err().expect("refused")
    }

    #[test]
    fn only_a_schema_that_takes_objects_is_a_form() {
        assert_eq!(refused(json!([])), "it is no object");
        assert_eq!(refused(json!({"$ref": "#/$defs/a"})), "its root is a `$ref`");
        assert_eq!(refused(json!({"type": "array"})), "the root must take objects: `\"type\": \"object\"`");
        assert!(refused(json!({"type": "object", "required": "name"})).contains("required"));
        for schema in [
            json!({}),
            json!({"type": ["null", "object"]}),
            json!({"$schema": "http://json-schema.org/draft-07/schema#"}),
        ] {
            assert!(Form::new(schema.clone()).is_ok(), "{schema}");
        }
    }

    #[test]
    fn a_form_reads_nothing_but_itself() {
        for place in ["file:///etc/passwd", "https://example.invalid/a.json"] {
            let schema = json!({"type": "object", "properties": {"a": {"$ref": place}}});
            assert!(refused(schema).contains("outside the schema"));
        }
        let own = json!({"properties": {"a": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"type": "integer"}}});
        assert!(Form::new(own).is_ok());
    }

    #[tokio::test]
    async fn what_does_not_fit_is_told_with_its_place() {
        let room = Room::new();
        let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]});
        let form = Form::new(schema).expect("a schema");
        assert_eq!(room.run(&form, json!({"n": 1})).await, Outcome::done("The answer was taken.", None));
        let wrong = room.run(&form, json!({"n": "1"})).await;
        assert_eq!(
            wrong.text,
            "The answer does not fit the schema. Correct it and call `structured_output` again.\n\
             jsonschema validation failed with schema#\n- at '/n' [S#/properties/n/type]: want integer, but got string"
        );
    }
}

//! The JSON Schemas of the report and of scope files, from the types themselves.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::forms::picture::{Picture, View};
use crate::forms::reading::Reading;
use crate::report::inventory::Inventory;
use crate::report::{Report, SCHEMA};
use crate::terms::finding::Explanation;
use crate::terms::request::Request;
use crate::trust::list::KeyFacts;

/// The JSON Schema (2020-12) of the canonical report.
pub fn report() -> String {
    let mut schema =
        of::<Report>(SCHEMA, "The result of one verification by trailseal, as `trailseal verify --format json` prints it.");
    if let Some(name) = schema.pointer_mut("/properties/schema").and_then(Value::as_object_mut) {
        name.insert("const".to_owned(), json!(SCHEMA));
    }
    written(schema)
}

/// The JSON Schema (2020-12) of scope files.
pub fn scope() -> String {
    written(of::<Request>("trailseal-scope/1", "What is asked of trailseal: the fields of a scope file, in TOML or JSON."))
}

/// The JSON Schema (2020-12) of what hosts get as JSON besides: explanations, inventories, key lists, readings and pictures. It is
/// made for the type declarations of bindings, and may change with any version.
pub fn views() -> String {
    #[derive(JsonSchema)]
    #[allow(dead_code, reason = "only its schema is wanted")]
    struct Views {
        explanation: Explanation,
        inventory: Inventory,
        key_facts: KeyFacts,
        picture: Picture,
        reading: Reading,
        request: Request,
        view: View,
    }
    written(of::<Views>("trailseal-views", "What trailseal says besides the report, each as one JSON text."))
}

fn of<T: JsonSchema>(title: &str, description: &str) -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value();
    if let Some(fields) = schema.as_object_mut() {
        fields.insert("title".to_owned(), json!(title));
        fields.insert("description".to_owned(), json!(description));
    }
    schema
}

/// A JSON Schema as the others are written: sorted, indented, with a line feed at its end.
pub fn written(schema: Value) -> String {
    // A value always serialises; an empty file would be noticed at once.
    serde_json::to_string_pretty(&sorted(schema)).unwrap_or_default() + "\n"
}

/// A value with its names sorted, whichever features serde_json was built with.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut fields: Vec<_> = map.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(Map::from_iter(fields))
        }
        Value::Array(values) => Value::Array(values.into_iter().map(sorted).collect()),
        other => other,
    }
}

//! The JSON Schemas of the report and of scope files, from the types themselves.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use trailseal::{Report, Request, SCHEMA};

pub(crate) fn report() -> Vec<u8> {
    let mut schema =
        of::<Report>(SCHEMA, "The result of one verification by trailseal, as `trailseal verify --format json` prints it.");
    schema["properties"]["schema"]["const"] = json!(SCHEMA);
    written(schema)
}

pub(crate) fn scope() -> Vec<u8> {
    written(of::<Request>("trailseal-scope/1", "What is asked of trailseal: the fields of a scope file, in TOML or JSON."))
}

fn of<T: JsonSchema>(title: &str, description: &str) -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value();
    schema["title"] = json!(title);
    schema["description"] = json!(description);
    schema
}

fn written(schema: Value) -> Vec<u8> {
    // A value always serialises; an empty file would be noticed at once.
    let mut bytes = serde_json::to_vec_pretty(&sorted(schema)).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// The same with sorted names, whichever features serde_json was built with.
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

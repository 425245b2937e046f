//! JSON Schemas of templates, for editors. Draft 7, which is the one that most of them know whole.

mod components;
mod hcl;
mod legacy;
mod shapes;

pub use hcl::hcl_json;
pub use legacy::legacy_json;

use serde_json::{Map, Value, json};

const DIALECT: &str = "http://json-schema.org/draft-07/schema#";

/// A pointer to one of the schema's definitions.
fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

/// A definition with a description of its own; beside a `$ref` editors would not see it.
fn described(name: &str, doc: &str) -> Value {
    json!({"description": doc, "allOf": [reference(name)]})
}

/// A value, or a list of them.
fn one_or_many(of: &Value) -> Value {
    json!({"anyOf": [of, {"type": "array", "items": of}]})
}

fn object(properties: &Map<String, Value>) -> Value {
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

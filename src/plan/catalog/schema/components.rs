//! Components: an object whose `type` tells which options it may have.

use serde_json::{Map, Value, json};

use super::shapes;
use crate::plan::catalog::{Component, Role, components, known_names};

/// The schema of a component's options together with `meta`, which every component of its role has.
pub(super) fn options(component: &Component, meta: &Map<String, Value>) -> Value {
    let mut properties = meta.clone();
    properties.extend(shapes::properties(component.options));
    let mut schema = super::object(&properties);
    let required: Vec<_> =
        component.options.iter().filter(|option| option.required).map(|option| option.name).collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// An object with a `type`: any known one, and the options of that type where we know them.
pub(super) fn chosen_by_type(role: Role, meta: &Map<String, Value>) -> Value {
    let mut meta = meta.clone();
    meta.insert("type".to_owned(), json!({"description": "the kind", "enum": known_names(role)}));
    let branches: Vec<_> = components(role).iter().map(|component| branch(component, &meta)).collect();
    json!({"type": "object", "required": ["type"], "properties": meta, "allOf": branches})
}

fn branch(component: &Component, meta: &Map<String, Value>) -> Value {
    let is_this = json!({"properties": {"type": {"const": component.kind}}, "required": ["type"]});
    json!({"if": is_this, "then": options(component, meta)})
}

/// The keys that every component of a role has beside its options.
pub(super) fn meta(role: Role) -> Map<String, Value> {
    let builds = json!({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": ["string", "null"]}]});
    let only = described(&builds, "only the builds of these names");
    let except = described(&builds, "all builds but those of these names");
    let name = json!({"description": "a name of its own", "type": ["string", "null"]});
    let meta = match role {
        Role::Builder => vec![("name", name)],
        Role::DataSource => Vec::new(),
        Role::Provisioner => vec![
            ("only", only),
            ("except", except),
            ("override", json!({"description": "options for one build, by its name", "type": "object"})),
        ],
        Role::PostProcessor => vec![
            ("name", name),
            ("only", only),
            ("except", except),
            ("keep_input_artifact", json!({"description": "keep what it was given", "type": ["boolean", "null"]})),
        ],
    };
    meta.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn described(schema: &Value, doc: &str) -> Value {
    let mut schema = schema.clone();
    schema["description"] = json!(doc);
    schema
}

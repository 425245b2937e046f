//! Templates in HCL2's JSON notation: a block is a property of its type, within it one of its label.

use serde_json::{Map, Value, json};

use super::components::{meta, options};
use super::{DIALECT, object, one_or_many, reference, shapes};
use crate::plan::catalog::{Role, components};

const ROLES: [(Role, &str); 4] = [
    (Role::Builder, "source"),
    (Role::Provisioner, "provisioner"),
    (Role::PostProcessor, "post-processor"),
    (Role::DataSource, "data"),
];

/// The JSON Schema of a template in a `.pkr.json` file.
pub fn hcl_json() -> Value {
    let mut definitions = shapes::definitions();
    for (role, name) in ROLES {
        for component in components(role) {
            definitions.insert(definition(name, component.kind), options(component, &in_any_body(role)));
        }
    }
    definitions.insert("variable".to_owned(), variable());
    definitions.insert("build".to_owned(), build());
    json!({
        "$schema": DIALECT,
        "title": "A template of machine images",
        "type": "object",
        "properties": root(),
        "additionalProperties": false,
        "definitions": definitions,
    })
}

fn definition(block: &str, kind: &str) -> String {
    format!("{block}.{kind}")
}

/// What a body may hold beside the options of its component.
fn in_any_body(role: Role) -> Map<String, Value> {
    let mut meta = meta(role);
    meta.insert("//".to_owned(), json!({"description": "a comment"}));
    meta.insert(
        "dynamic".to_owned(),
        json!({"description": "blocks that are made by a loop", "type": ["object", "array"]}),
    );
    if role == Role::Builder {
        meta.remove("name");
    }
    meta
}

fn root() -> Value {
    json!({
        "//": {"description": "a comment"},
        "packer": {"description": "which Packer and which plugins are needed", "type": ["object", "array"]},
        "variable": one_or_many(&json!({"type": "object", "additionalProperties": one_or_many(&reference("variable"))})),
        "variables": {"description": "variables with their defaults", "type": ["object", "array"]},
        "locals": {"description": "names for values", "type": ["object", "array"]},
        "local": {"description": "a name for a value", "type": ["object", "array"]},
        "data": labelled(Role::DataSource, "data", true),
        "source": labelled(Role::Builder, "source", true),
        "build": one_or_many(&reference("build")),
        "dynamic": {"description": "blocks that are made by a loop", "type": ["object", "array"]},
        "hcp_packer_registry": {"description": "nothing; kept for templates that have it", "type": ["object", "array"]},
    })
}

fn variable() -> Value {
    let sensitive = json!({"description": "the value is never shown", "type": ["boolean", "string"]});
    json!({
        "type": "object",
        "properties": {
            "//": {"description": "a comment"},
            "type": {"description": "type of the value, such as string or list(string)", "type": "string"},
            "default": {"description": "the value where none is given"},
            "description": {"description": "what the variable is for", "type": "string"},
            "sensitive": sensitive,
            "validation": {"description": "conditions that the value must meet", "type": ["object", "array"]},
        },
        "additionalProperties": false,
    })
}

fn build() -> Value {
    let provisioner = labelled(Role::Provisioner, "provisioner", false);
    let post_processor = labelled(Role::PostProcessor, "post-processor", false);
    let sequence = json!({"type": "object", "properties": {"post-processor": post_processor}});
    let properties = json!({
        "//": {"description": "a comment"},
        "name": {"description": "put before the names of the builds", "type": ["string", "null"]},
        "description": {"description": "what the builds are for", "type": ["string", "null"]},
        "sources": {"description": "the sources to build, as source.TYPE.NAME", "type": ["array", "string"]},
        "source": {"description": "sources with further options", "type": ["object", "array"]},
        "error-cleanup-provisioner": provisioner,
        "provisioner": provisioner,
        "post-processor": post_processor,
        "post-processors": one_or_many(&sequence),
        "dynamic": {"description": "blocks that are made by a loop", "type": ["object", "array"]},
        "hcp_packer_registry": {"description": "nothing; kept for templates that have it", "type": ["object", "array"]},
    });
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

/// Blocks of a role by type and, where they are `named`, by name. Types whose options we do not know pass.
fn labelled(role: Role, block: &str, named: bool) -> Value {
    let body = |kind: &str| one_or_many(&reference(&definition(block, kind)));
    let by_name = |kind: &str| one_or_many(&json!({"type": "object", "additionalProperties": body(kind)}));
    let of = |kind: &str| if named { by_name(kind) } else { body(kind) };
    let properties = components(role).iter().map(|component| (component.kind.to_owned(), of(component.kind)));
    let mut schema = object(&properties.collect());
    schema["additionalProperties"] = json!({"type": ["object", "array"]});
    one_or_many(&schema)
}

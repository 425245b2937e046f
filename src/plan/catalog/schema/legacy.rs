//! Templates in legacy JSON.

use serde_json::{Value, json};

use super::components::{chosen_by_type, meta};
use super::{DIALECT, described, reference, shapes};
use crate::plan::catalog::{Role, known_names};

/// The JSON Schema of a legacy JSON template.
pub fn legacy_json() -> Value {
    let mut definitions = shapes::definitions();
    for (name, role) in
        [("builder", Role::Builder), ("provisioner", Role::Provisioner), ("postProcessor", Role::PostProcessor)]
    {
        definitions.insert(name.to_owned(), chosen_by_type(role, &meta(role)));
    }
    definitions.insert("step".to_owned(), step());
    json!({
        "$schema": DIALECT,
        "title": "A template of machine images",
        "type": "object",
        "required": ["builders"],
        "properties": root(),
        "patternProperties": {"^_": {"type": "string", "description": "a comment"}},
        "additionalProperties": false,
        "definitions": definitions,
    })
}

fn root() -> Value {
    json!({
        "description": {"type": "string", "description": "what the template is for"},
        "min_packer_version": {"type": "string", "description": "the oldest Packer that may read the template"},
        "variables": {
            "description": "user variables with their defaults; null means that a value must be given",
            "type": "object",
            "additionalProperties": {"type": ["string", "null"]},
        },
        "sensitive-variables": {
            "description": "variables whose values are never shown",
            "type": "array",
            "items": {"type": "string"},
        },
        "builders": {
            "description": "the machines to make; each is a build",
            "type": "array",
            "minItems": 1,
            "items": reference("builder"),
        },
        "provisioners": {
            "description": "what is done to each machine, in order",
            "type": "array",
            "items": reference("provisioner"),
        },
        "error-cleanup-provisioner": described("provisioner", "what is done to a machine whose provisioning failed"),
        "post-processors": {
            "description": "what is made of each machine's image; a list within the list is a sequence",
            "type": "array",
            "items": {
                "if": {"type": "array"},
                "then": {"type": "array", "items": reference("step")},
                "else": reference("step"),
            },
        },
        "push": {"description": "nothing; kept for old templates", "type": "object"},
        "comments": {"description": "nothing; kept for old templates", "type": "array", "items": {"type": "object"}},
    })
}

/// A post-processor, or only its type.
fn step() -> Value {
    let names = json!({"enum": known_names(Role::PostProcessor)});
    json!({"if": {"type": "string"}, "then": names, "else": reference("postProcessor")})
}

//! What an option's value may be. A variable is a text, so every option takes texts: those that are templates,
//! and those that read as its type.

use serde_json::{Map, Value, json};

use super::{described, object};
use crate::plan::catalog::{Opt, Options, Shape};

/// Holds an action `{{ }}` of the template language, or `${ }` or `%{ }` of HCL2.
const TEMPLATE: &str = r"\{\{|[$%]\{";

/// The definitions that options point to.
pub(super) fn definitions() -> Map<String, Value> {
    let text = json!({"type": ["string", "number", "boolean", "null"]});
    let texts = json!({"anyOf": [{"type": "array", "items": text}, text]});
    let pairs = json!({"type": "object", "additionalProperties": text});
    let mut definitions = Map::new();
    let mut define = |name: &str, schema: Value| definitions.insert(name.to_owned(), schema);
    define("flag", or_text(&["boolean", "number"], "1|t|T|true|True|TRUE|0|f|F|false|False|FALSE"));
    define("integer", or_text(&["number", "boolean"], "[-+]?[0-9][0-9a-fA-FxXoObB_]*"));
    define("duration", or_text(&["integer"], r"[-+]?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+|[-+]?0"));
    define("integers", json!({"anyOf": [{"type": "array", "items": {"$ref": "#/definitions/integer"}}, text]}));
    define("rows", json!({"type": ["array", "null"], "items": texts}));
    define("textMap", json!({"anyOf": [pairs, {"type": "array", "items": pairs}, {"type": "null"}]}));
    define("texts", texts);
    define("text", text);
    definitions
}

/// Values of these types, and texts that read as one of them; an empty text is an option that is not set.
fn or_text(types: &[&str], pattern: &str) -> Value {
    json!({"anyOf": [
        {"type": types},
        {"type": "null"},
        {"type": "string", "pattern": format!("^({pattern})?$|{TEMPLATE}")},
    ]})
}

/// The schemas of options, by name.
pub(super) fn properties(options: Options) -> Map<String, Value> {
    options.iter().map(|option| (option.name.to_owned(), property(option))).collect()
}

fn property(option: &Opt) -> Value {
    let definition = match option.shape {
        Shape::Text | Shape::File | Shape::Folder | Shape::Path => "text",
        Shape::Flag | Shape::Trilean => "flag",
        Shape::Integer => "integer",
        Shape::Duration => "duration",
        Shape::Texts | Shape::Assignments | Shape::Files | Shape::Folders | Shape::Paths => "texts",
        Shape::Integers => "integers",
        Shape::Rows => "rows",
        Shape::TextMap => "textMap",
        Shape::Choice(words) => return choice(option, words),
        Shape::Nested(options) => return nested(option, options),
        Shape::Any => return json!({"description": option.doc}),
    };
    let mut schema = described(definition, option.doc);
    if let Some((least, most)) = option.bounds {
        schema["minimum"] = json!(least);
        schema["maximum"] = json!(most);
    }
    schema
}

fn choice(option: &Opt, words: &[&str]) -> Value {
    let template = json!({"type": ["string", "null"], "pattern": format!("^$|{TEMPLATE}")});
    json!({"description": option.doc, "anyOf": [{"enum": words}, template]})
}

fn nested(option: &Opt, options: Options) -> Value {
    let mut schema = super::one_or_many(&object(&properties(options)));
    schema["description"] = json!(option.doc);
    schema
}

//! The JSON notation.

use super::json::{JsonBlock, JsonSchema, parse_json_body};
use super::*;
use crate::template::hcl::evaluate::{Budget, Scope, evaluate};
use crate::template::hcl::value::Value;

static LEAF: JsonSchema = JsonSchema { blocks: &[] };
static BUILD: JsonSchema = JsonSchema { blocks: &[JsonBlock { kind: "provisioner", labels: 1, body: &LEAF }] };
static ROOT: JsonSchema = JsonSchema {
    blocks: &[
        JsonBlock { kind: "source", labels: 2, body: &LEAF },
        JsonBlock { kind: "build", labels: 0, body: &BUILD },
        JsonBlock { kind: "locals", labels: 0, body: &LEAF },
    ],
};

fn read(text: &str) -> Result<Body, Vec<String>> {
    let mut diagnostics = Diagnostics::default();
    let body = parse_json_body(&SourceFile::new("t", text), &mut diagnostics, &ROOT);
    body.ok_or_else(|| diagnostics.iter().map(describe).collect())
}

#[test]
fn bodies() {
    for (text, expected) in [
        ("{}", ""),
        (r#"{"//": "a comment", "x": 1}"#, "x"),
        (
            r#"{"source": {"qemu": {"a": {"m": 1}, "b": {}}, "null": {"c": {}}}}"#,
            "source<qemu><a>{m} source<qemu><b>{} source<null><c>{}",
        ),
        (
            r#"{"build": {"name": "n", "provisioner": [{"shell": {"//": 1, "inline": []}}, {"file": {}}]}}"#,
            "build{name provisioner<shell>{inline} provisioner<file>{}}",
        ),
        (r#"{"build": [{"name": "a"}, {"name": "b"}]}"#, "build{name} build{name}"),
        (
            r#"{"source": [{"qemu": [{"a": {}}, {"b": [{}, {}]}]}]}"#,
            "source<qemu><a>{} source<qemu><b>{} source<qemu><b>{}",
        ),
        (r#"[{"locals": {"a": 1}}, {"locals": {"b": {"build": 1}}}]"#, "locals{a} locals{b}"),
        (r#"{"build": null}"#, ""),
    ] {
        assert_eq!(read(text).map(|body| outline(&body)), Ok(expected.to_owned()), "{text}");
    }
}

#[test]
fn errors() {
    for (text, expected) in [
        (r#"{"build": 1}"#, "t:1:11 `build`: the body of a block is written as an object, this is a number"),
        (r#"{"source": {"qemu": "x"}}"#, "t:1:21 `source`: a label is written as an object, this is a string"),
        (r#"{"a": "x${1 +}"}"#, "t:1:14 a value is needed here, not `}`"),
        (r#"{"a": "\n${1 +}"}"#, "t:1:7 a value is needed here, not `}`"),
        (r#"{"a": {"${": 1}}"#, "t:1:11 a value is needed here, not the end of the text"),
        (r#"{"a": 1e9999}"#, "t:1:7 the number has more than 1000 digits before or behind its point"),
    ] {
        assert_eq!(read(text).map(|_| ()), Err(vec![expected.to_owned()]), "{text}");
    }
}

#[test]
fn strings_and_keys_are_templates() {
    let text = r#"{"x": {"${"a"}b": ["${1 + 1}", "p\n${"q"}", 1.50, true, null, "$${x}", "%{ if true }y%{ endif }"]}}"#;
    let body = read(&text.replace("${\"a\"}", "${1}").replace("${\"q\"}", "${2}")).expect("a body");
    let budget = Budget::default();
    let value = evaluate(&body.attributes[0].value, &Scope::constant(&budget)).expect("a value");
    let Value::Map(entries) = value else { panic!("a map") };
    let shown: Vec<String> = entries.iter().map(|(name, value)| format!("{name} {value}")).collect();
    assert_eq!(shown, ["1b [\n  2,\n  \"p\\n2\",\n  1.5,\n  true,\n  null,\n  \"${x}\",\n  \"y\",\n]"]);
}

#[test]
fn references_point_into_the_string() {
    let body = read(r#"{"x": "a ${var.name}"}"#).expect("a body");
    let reference = &body.attributes[0].value.references()[0];
    assert_eq!((reference.path.join("."), reference.span.range.clone()), ("var.name".to_owned(), 11..19));
}

#[test]
fn nesting_is_limited_strings_included() {
    let text = |lists: usize, inner: &str| format!("{{\"x\": {}{inner}{}}}", "[".repeat(lists), "]".repeat(lists));
    assert!(read(&text(64, "1")).is_ok());
    assert!(read(&text(65, "1")).is_err());
    let nested = format!("\"${{{}1{}}}\"", "(".repeat(20), ")".repeat(20));
    assert!(read(&text(40, &nested)).is_ok());
    assert!(read(&text(50, &nested)).is_err());
}

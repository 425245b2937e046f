//! JSON written the way Go does, so that it is safe inside of HTML, and read with all digits of its numbers.

use std::fmt::Write as _;

use crate::source::SourceFile;
use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::limits::{ELEMENT_LIMIT, Text};
use crate::template::hcl::functions::table::{Function, any, text};
use crate::template::hcl::value::{Number, Value};
use crate::template::json;
use crate::template::value::{Kind, Value as Node};

pub(in crate::template::hcl::functions) const FUNCTIONS: &[Function] = &[
    Function::new("jsondecode", &[text("str")], |a| decode(a.text(0))),
    Function::new("jsonencode", &[any("val").or_null()], |a| encode(a.any(0)).map(Text::into_value)),
];

/// Without spaces, with the keys in order.
pub(in crate::template::hcl::functions) fn encode(value: &Value) -> Result<Text, CallError> {
    let mut out = Text::default();
    push(value, &mut out)?;
    Ok(out)
}

fn push(value: &Value, out: &mut Text) -> Result<(), CallError> {
    match value {
        Value::Unknown => Err(CallError::new("a part of the value is not known yet")),
        Value::Null => out.push("null"),
        Value::Bool(value) => out.push(if *value { "true" } else { "false" }),
        Value::Number(number) => out.push(&number.to_string()),
        Value::String(text) => push_text(text, out),
        Value::List(items) | Value::Set(items) => push_all(["[", "]"], items.iter(), out, push),
        Value::Map(entries) => push_all(["{", "}"], entries.iter(), out, |(name, value), out| {
            push_text(name, out)?;
            out.push(":")?;
            push(value, out)
        }),
    }
}

fn push_all<T>(
    [open, close]: [&str; 2],
    items: impl Iterator<Item = T>,
    out: &mut Text,
    push: impl Fn(T, &mut Text) -> Result<(), CallError>,
) -> Result<(), CallError> {
    out.push(open)?;
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(",")?;
        }
        push(item, out)?;
    }
    out.push(close)
}

fn push_text(text: &str, out: &mut Text) -> Result<(), CallError> {
    let mut escaped = String::with_capacity(text.len() + 2);
    escaped.push('"');
    for character in text.chars() {
        push_escaped(character, &mut escaped);
    }
    escaped.push('"');
    out.push(&escaped)
}

fn push_escaped(character: char, out: &mut String) {
    match character {
        '"' | '\\' => out.extend(['\\', character]),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..'\x20' => {
            write!(out, "\\u{:04x}", u32::from(character)).expect("a string takes all text");
        }
        _ => out.push(character),
    }
}

fn decode(text: &str) -> Result<Value, CallError> {
    // Each element stands behind one of these, so the tree cannot be larger.
    let elements = text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    if elements > ELEMENT_LIMIT {
        return Err(CallError::of(0, format!("the text has more than {ELEMENT_LIMIT} elements")));
    }
    let source = SourceFile::new("the text", text);
    match json::parse(&source, "text") {
        Ok(document) => value(document.value),
        Err(problem) => Err(CallError::of(0, problem.message)),
    }
}

/// The reader has limited the depth.
fn value(node: Node) -> Result<Value, CallError> {
    Ok(match node.kind {
        Kind::Unknown | Kind::Deferred(_) => Value::Unknown,
        Kind::Null => Value::Null,
        Kind::Bool(flag) => Value::Bool(flag),
        Kind::Number(digits) => number(&digits)?,
        Kind::String(text) => Value::string(text),
        Kind::List(items) => Value::list(items.into_iter().map(value).collect::<Result<_, _>>()?),
        Kind::Map(object) => {
            let entries = object.entries.into_iter().map(|(name, node)| Ok((name.value, value(node)?)));
            Value::map(entries.collect::<Result<_, _>>()?)
        }
    })
}

fn number(digits: &str) -> Result<Value, CallError> {
    let number: Number = digits.parse().map_err(|_| CallError::of(0, "a number is out of range"))?;
    Ok(Value::Number(number))
}

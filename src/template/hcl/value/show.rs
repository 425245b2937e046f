//! Values as people see them: a text is itself, everything else is HCL.

use std::fmt::{Display, Formatter, Result};

use super::Value;

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::String(text) => f.write_str(text),
            other => write(other, 0, f),
        }
    }
}

fn write(value: &Value, depth: usize, f: &mut Formatter<'_>) -> Result {
    let indent = "  ".repeat(depth + 1);
    match value {
        Value::Unknown => f.write_str("<unknown>"),
        Value::Null => f.write_str("null"),
        Value::Bool(flag) => flag.fmt(f),
        Value::Number(number) => number.fmt(f),
        Value::String(text) => f.write_str(&quoted(text)),
        Value::List(items) | Value::Set(items) if items.is_empty() => f.write_str("[]"),
        Value::List(items) | Value::Set(items) => {
            f.write_str("[\n")?;
            for item in items.iter() {
                f.write_str(&indent)?;
                write(item, depth + 1, f)?;
                f.write_str(",\n")?;
            }
            write!(f, "{}]", "  ".repeat(depth))
        }
        Value::Map(entries) if entries.is_empty() => f.write_str("{}"),
        Value::Map(entries) => {
            f.write_str("{\n")?;
            for (key, item) in entries.iter() {
                write!(f, "{indent}{} = ", quoted(key))?;
                write(item, depth + 1, f)?;
                f.write_str("\n")?;
            }
            write!(f, "{}}}", "  ".repeat(depth))
        }
    }
}

/// As a string of the language: what would begin a template is doubled.
pub(in crate::template) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => {
                quoted.push(character);
                quoted.push(character);
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

//! Values as `console` and `inspect` print them.

use std::fmt::{Display, Formatter, Write};

use super::{Number, Value};

/// A text is printed bare, but quoted inside of a collection. Attributes that are null are left out.
impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::String(text) => f.write_str(text),
            other => write_nested(other, 0, f),
        }
    }
}

fn write_nested(value: &Value, depth: usize, out: &mut Formatter<'_>) -> std::fmt::Result {
    match value {
        Value::Unknown => out.write_str("<unknown>"),
        Value::Null => out.write_str("null"),
        Value::Bool(value) => write!(out, "{value}"),
        Value::Number(number) => write_number(number, out),
        Value::String(text) => write_quoted(text, out),
        Value::List(items) | Value::Set(items) => write_lines(["[", "]"], items.iter(), depth, out, |item, out| {
            write_nested(item, depth + 1, out)?;
            out.write_char(',')
        }),
        Value::Map(entries) => {
            let entries = entries.iter().filter(|(_, value)| **value != Value::Null);
            write_lines(["{", "}"], entries, depth, out, |(name, value), out| {
                write_quoted(name, out)?;
                out.write_str(" = ")?;
                write_nested(value, depth + 1, out)
            })
        }
    }
}

fn write_lines<'f, T>(
    [open, close]: [&str; 2],
    items: impl Iterator<Item = T>,
    depth: usize,
    out: &mut Formatter<'f>,
    write_item: impl Fn(T, &mut Formatter<'f>) -> std::fmt::Result,
) -> std::fmt::Result {
    out.write_str(open)?;
    let mut is_empty = true;
    for item in items {
        is_empty = false;
        write!(out, "\n{:1$}", "", 2 * (depth + 1))?;
        write_item(item, out)?;
    }
    if !is_empty {
        write!(out, "\n{:1$}", "", 2 * depth)?;
    }
    out.write_str(close)
}

/// Fractions with more digits than a binary number of 64 bits tells apart are shown as one.
fn write_number(number: &Number, out: &mut Formatter<'_>) -> std::fmt::Result {
    if number.is_integer() || number.decimal().digits() <= 17 {
        write!(out, "{number}")
    } else {
        write!(out, "{}", number.to_f64())
    }
}

fn write_quoted(text: &str, out: &mut Formatter<'_>) -> std::fmt::Result {
    out.write_char('"')?;
    for letter in text.chars() {
        match letter {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            control if control.is_ascii_control() => write!(out, "\\x{:02x}", u32::from(control))?,
            other => out.write_char(other)?,
        }
    }
    out.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: &[(&str, Value)]) -> Value {
        Value::map(entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    }

    /// The expected texts were printed by Packer 1.6.6.
    #[test]
    fn values_look_as_in_packers_console() {
        let inner = Value::list(vec![Value::integer(1), map(&[("x", Value::string("y"))]), Value::Null]);
        let value = map(&[("a", Value::integer(1)), ("b c", inner), ("c", Value::Null)]);
        let shown = "{\n  \"a\" = 1\n  \"b c\" = [\n    1,\n    {\n      \"x\" = \"y\"\n    },\n    null,\n  ]\n}";
        assert_eq!(value.to_string(), shown);
        for (value, shown) in [
            (Value::list(Vec::new()), "[]"),
            (map(&[("a", Value::Null)]), "{}"),
            (Value::string("a\n\"b"), "a\n\"b"),
            (Value::list(vec![Value::string("${a}\n\t\"é\\ \u{1}")]), "[\n  \"${a}\\n\\t\\\"é\\\\ \\x01\",\n]"),
        ] {
            assert_eq!(value.to_string(), shown);
        }
    }
}

//! Values to YAML in the style of Packer's own library: strings in double quotes or as blocks, the keys in
//! order, two spaces for each level but lists at the level of their key.

use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::limits::Text;
use crate::template::hcl::value::Value;

use super::quoted::{self, Block};

/// A document. Where it could go on, as after a number, three dots end it.
pub(super) fn encode(value: &Value) -> Result<Value, CallError> {
    let mut writer = Writer { out: Text::default(), column: 0 };
    writer.value(value, 0, Place::Document)?;
    if matches!(value, Value::Null | Value::Bool(_) | Value::Number(_)) {
        writer.push("...\n")?;
    }
    Ok(writer.out.into_value())
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Document,
    /// Behind `- `.
    Item,
    /// Behind `key:`.
    Entry,
}

struct Writer {
    out: Text,
    /// In characters, where the next one goes.
    column: usize,
}

impl Writer {
    fn push(&mut self, text: &str) -> Result<(), CallError> {
        self.out.push(text)?;
        self.column = match text.rsplit_once('\n') {
            Some((_, line)) => line.chars().count(),
            None => self.column + text.chars().count(),
        };
        Ok(())
    }

    fn spaces(&mut self, count: usize) -> Result<(), CallError> {
        self.out.push_repeated(" ", count)?;
        self.column += count;
        Ok(())
    }

    /// Writes a value to the end of its last line. `indent` is that of the lines of a collection.
    fn value(&mut self, value: &Value, indent: usize, place: Place) -> Result<(), CallError> {
        match value {
            Value::List(items) | Value::Set(items) if !items.is_empty() => {
                // Lists stand below their key without more indent.
                let indent = if place == Place::Entry { indent - 2 } else { indent };
                self.lines(items.iter(), indent, place, |writer, item| {
                    writer.push("- ")?;
                    writer.value(item, indent + 2, Place::Item)
                })
            }
            Value::Map(entries) if !entries.is_empty() => {
                self.lines(entries.iter(), indent, place, |writer, (name, value)| writer.entry(name, value, indent))
            }
            _ => {
                if place == Place::Entry {
                    self.push(" ")?;
                }
                self.scalar(value, indent, place)?;
                self.push("\n")
            }
        }
    }

    /// The first line goes on where an item began.
    fn lines<T>(
        &mut self,
        items: impl Iterator<Item = T>,
        indent: usize,
        place: Place,
        write: impl Fn(&mut Self, T) -> Result<(), CallError>,
    ) -> Result<(), CallError> {
        if place == Place::Entry {
            self.push("\n")?;
        }
        for (index, item) in items.enumerate() {
            if index > 0 || place != Place::Item {
                self.spaces(indent)?;
            }
            write(self, item)?;
        }
        Ok(())
    }

    /// A key of several lines, or a long one, is written behind a question mark.
    fn entry(&mut self, name: &str, value: &Value, indent: usize) -> Result<(), CallError> {
        if name.len() <= 128 && !name.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            self.push(&quoted::double(name, None))?;
            self.push(":")?;
            return self.value(value, indent + 2, Place::Entry);
        }
        self.push("? ")?;
        self.value(&Value::string(name), indent + 2, Place::Item)?;
        self.spaces(indent)?;
        self.push(": ")?;
        self.value(value, indent + 2, Place::Item)
    }

    fn scalar(&mut self, value: &Value, indent: usize, place: Place) -> Result<(), CallError> {
        match value {
            Value::Unknown => Err(CallError::new("a part of the value is not known yet")),
            Value::Null => self.push("null"),
            Value::Bool(value) => self.push(if *value { "true" } else { "false" }),
            Value::Number(number) => self.push(&number.to_string()),
            Value::List(_) | Value::Set(_) => self.push("[]"),
            Value::Map(_) => self.push("{}"),
            Value::String(text) => {
                let indent = if place == Place::Document { 2 } else { indent };
                match Block::of(text) {
                    Some(block) => self.block(&block, indent),
                    None => self.push(&quoted::double(text, Some((self.column, indent)))),
                }
            }
        }
    }

    fn block(&mut self, block: &Block<'_>, indent: usize) -> Result<(), CallError> {
        self.push(&block.header())?;
        for line in block.lines() {
            self.push("\n")?;
            if !line.is_empty() {
                self.spaces(indent)?;
                self.push(line)?;
            }
        }
        Ok(())
    }
}

//! JSON (RFC 8259) to values with places. Strict, but for two things found in real files: a byte order
//! mark is skipped, and a repeated key is reported instead of silently taken or dropped.

mod entries;
mod error;
mod number;
mod string;
mod write;

use std::ops::Range;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{SourceFile, Span, Spanned};

use super::value::{Kind, Object, Value};
use entries::Entries;
use error::SyntaxError;
pub use write::write;

/// Deeper nesting is refused, so that no file can exhaust the stack.
const DEPTH_LIMIT: usize = 127;

/// More values are refused: in memory a value is up to a hundred times as large as its text.
const COUNT_LIMIT: usize = 500_000;

/// A document, and one finding for each key that an object repeats. Of those the last one counts.
#[derive(Clone, Debug)]
pub struct Document {
    pub value: Value,
    pub repeated_keys: Diagnostics,
}

/// Reads a whole text. `what` names it in errors: "template", "variable file".
pub fn parse(source: &Arc<SourceFile>, what: &str) -> Result<Document, Diagnostic> {
    let mut reader = Reader { source, at: 0, depth: 0, count: 0, repeated_keys: Diagnostics::default() };
    if source.text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    reader
        .document()
        .map(|value| Document { value, repeated_keys: reader.repeated_keys })
        .map_err(|error| error.diagnose(source, what))
}

struct Reader<'a> {
    source: &'a Arc<SourceFile>,
    at: usize,
    depth: usize,
    count: usize,
    repeated_keys: Diagnostics,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Value, SyntaxError> {
        let value = self.value()?;
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(self.error("nothing may follow the end of the document")),
        }
    }

    fn rest(&self) -> &'a str {
        &self.source.text[self.at..]
    }

    /// The next character that is not white space.
    fn peek(&mut self) -> Option<char> {
        self.at = self.source.text.len() - self.rest().trim_start_matches([' ', '\t', '\n', '\r']).len();
        self.rest().chars().next()
    }

    fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError::at(self.at, message)
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.source, range)
    }

    fn value(&mut self) -> Result<Value, SyntaxError> {
        let first = self.peek();
        self.count += 1;
        if self.count > COUNT_LIMIT {
            return Err(self.error(format!("there are more than {COUNT_LIMIT} values")));
        }
        let start = self.at;
        let kind = match first {
            Some('{') => self.nested(Self::object).map(Kind::Map)?,
            Some('[') => self.nested(Self::list).map(Kind::List)?,
            Some('"') => Kind::String(self.string()?),
            Some('-' | '0'..='9') => Kind::Number(self.number()?),
            _ => self.word()?,
        };
        Ok(Value { kind, span: self.span(start..self.at) })
    }

    fn word(&mut self) -> Result<Kind, SyntaxError> {
        let words = [("true", Kind::Bool(true)), ("false", Kind::Bool(false)), ("null", Kind::Null)];
        for (word, kind) in words {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(kind);
            }
        }
        Err(self.error("a value is needed here"))
    }

    fn nested<T>(&mut self, inner: fn(&mut Self) -> Result<T, SyntaxError>) -> Result<T, SyntaxError> {
        if self.depth == DEPTH_LIMIT {
            return Err(self.error(format!("values are nested more than {DEPTH_LIMIT} deep")));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn list(&mut self) -> Result<Vec<Value>, SyntaxError> {
        let mut values = Vec::new();
        self.at += 1;
        let mut has_more = self.peek() != Some(']');
        self.at += usize::from(!has_more);
        while has_more {
            values.push(self.value()?);
            has_more = self.separator(']')?;
        }
        Ok(values)
    }

    fn object(&mut self) -> Result<Object, SyntaxError> {
        let start = self.at;
        let mut entries = Entries::default();
        self.at += 1;
        let mut has_more = self.peek() != Some('}');
        self.at += usize::from(!has_more);
        while has_more {
            let key = self.key()?;
            let value = self.value()?;
            self.insert(&mut entries, key, value);
            has_more = self.separator('}')?;
        }
        Ok(Object { entries: entries.list, span: self.span(start..self.at) })
    }

    fn insert(&mut self, entries: &mut Entries, key: Spanned<String>, value: Value) {
        let Some((key, first)) = entries.insert(key, value) else { return };
        self.repeated_keys.push_error_with(|| {
            let (line, _) = self.source.position(first.range.start);
            Diagnostic::error(format!("key `{}` is repeated", key.value))
                .at_with(&key.span, format!("the same key is on line {line}"))
                .help("keep one of the two")
        });
    }

    fn key(&mut self) -> Result<Spanned<String>, SyntaxError> {
        if self.peek() != Some('"') {
            return Err(self.error("a key in double quotes is needed here"));
        }
        let start = self.at;
        let name = self.string()?;
        let span = self.span(start..self.at);
        if self.peek() != Some(':') {
            return Err(self.error("a colon is needed behind a key"));
        }
        self.at += 1;
        Ok(Spanned::new(name, span))
    }

    /// Whether a comma says that more follows; otherwise takes the closing bracket.
    fn separator(&mut self, close: char) -> Result<bool, SyntaxError> {
        match self.peek() {
            Some(',') => {
                let comma = self.at;
                self.at += 1;
                match self.peek() {
                    Some(next) if next == close => {
                        Err(self.error("a comma stands before the end").trailing(comma, close))
                    }
                    _ => Ok(true),
                }
            }
            Some(next) if next == close => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(self.error(format!("a comma or `{close}` is needed here"))),
        }
    }

    fn string(&mut self) -> Result<String, SyntaxError> {
        let (text, length) = string::read(self.rest()).map_err(|error| error.shifted(self.at))?;
        self.at += length;
        Ok(text)
    }

    fn number(&mut self) -> Result<String, SyntaxError> {
        let length = number::length(self.rest()).map_err(|error| error.shifted(self.at))?;
        let digits = self.rest()[..length].to_owned();
        self.at += length;
        Ok(digits)
    }
}

#[cfg(test)]
mod tests;

//! Syntax errors, with the help that the most frequent mistakes deserve.

use std::sync::Arc;

use crate::diag::Diagnostic;
use crate::source::{SourceFile, Span};

#[derive(Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    at: usize,
    message: String,
    help: Option<String>,
}

impl SyntaxError {
    pub(super) fn at(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), help: None }
    }

    /// The same, where the text it was found in begins at `start`.
    pub(super) fn shifted(self, start: usize) -> Self {
        Self { at: self.at + start, ..self }
    }

    /// A comma before a closing bracket: the comma is what must go.
    pub(super) fn trailing(self, comma: usize, close: char) -> Self {
        Self { at: comma, help: Some(format!("remove the comma before `{close}`")), ..self }
    }

    /// Line and column count from 1 and the column in bytes. The offset is the number of bytes read,
    /// the wrong one included, as Packer counts it.
    pub(super) fn diagnose(self, source: &Arc<SourceFile>, what: &str) -> Diagnostic {
        let text = &source.text;
        let rest = text.get(self.at..).unwrap_or_default();
        let (line, column) = source.position(self.at);
        let offset = (self.at + 1).min(text.len());
        let message = if rest.is_empty() { format!("unexpected end: {}", self.message) } else { self.message };
        let length = rest.chars().next().map_or(0, char::len_utf8);
        let diagnostic = Diagnostic::error(format!(
            "the {what} is not valid JSON: {message} (line {line}, column {}, offset {offset})",
            column + 1
        ))
        .at(&Span::new(source, self.at..self.at + length));
        match self.help.or_else(|| help(rest).map(str::to_owned)) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// What the author meant, told from what stands at the wrong place.
fn help(rest: &str) -> Option<&'static str> {
    match rest.chars().next()? {
        '/' | '#' => Some("JSON has no comments; at the top of a template a key such as \"_comment\" serves as one"),
        '\'' | '`' => Some("strings and keys are written in double quotes"),
        '\u{201c}' | '\u{201d}' => Some("these are typographic quotes; JSON needs the plain \""),
        '\n' | '\r' => Some("a line break inside of a string is written \\n"),
        _ if rest.starts_with("True") || rest.starts_with("False") || rest.starts_with("None") => {
            Some("JSON writes true, false and null in lower case")
        }
        _ => None,
    }
}

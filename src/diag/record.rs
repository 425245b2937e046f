//! Diagnostics for programs: plain data that can be written as JSON or in fields.

use serde::Serialize;

use crate::source::Span;

use super::{Diagnostic, Diagnostics, Severity};

/// A diagnostic with its place spelled out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    pub severity: &'static str,
    pub message: String,
    #[serde(flatten)]
    pub place: Option<Place>,
    /// Other places that have to do with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The path as typed, or what else holds the text: `-var`, `<stdin>`.
    pub file: String,
    pub range: Range,
    /// What is to be said about the place.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The line on which the range begins.
    pub snippet: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Range {
    pub start: Position,
    /// Behind the last character.
    pub end: Position,
}

/// Lines and columns count from 1, columns in characters; bytes count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    pub line: usize,
    pub column: usize,
    pub byte: usize,
}

/// A line of a template can be a whole minified file.
const SNIPPET_LIMIT: usize = 400;

impl Diagnostics {
    /// All findings in order.
    pub fn records(&self) -> Vec<Record> {
        self.iter().map(Record::new).collect()
    }
}

impl Record {
    fn new(diagnostic: &Diagnostic) -> Self {
        Self {
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: diagnostic.message.clone(),
            place: diagnostic.label.as_ref().map(|(span, label)| Place::new(span, label)),
            related: diagnostic.related.as_deref().map(|(span, label)| Place::new(span, label)).into_iter().collect(),
            help: diagnostic.help.clone(),
        }
    }

    /// Every text of it changed, which is how secrets are masked.
    #[must_use]
    pub fn map_texts(mut self, change: impl Fn(&str) -> String) -> Self {
        self.message = change(&self.message);
        self.help = self.help.map(|help| change(&help));
        for place in self.place.iter_mut().chain(&mut self.related) {
            place.label = change(&place.label);
            place.snippet = change(&place.snippet);
        }
        self
    }

    /// Severity, file, line, column, message and help; empty where there is none.
    pub fn fields(&self) -> [String; 6] {
        let place = self.place.as_ref();
        let [file, line, column] = place.map_or_else(Default::default, |place| {
            let start = place.range.start;
            [place.file.clone(), start.line.to_string(), start.column.to_string()]
        });
        let help = self.help.clone().unwrap_or_default();
        [self.severity.to_owned(), file, line, column, self.message.clone(), help]
    }
}

impl Place {
    fn new(span: &Span, label: &str) -> Self {
        let start = Position::of(span, span.range.start);
        let end = Position::of(span, span.range.end.max(span.range.start));
        let line = span.source.text.lines().nth(start.line - 1).unwrap_or_default();
        Self {
            file: span.source.name.clone(),
            range: Range { start, end },
            label: label.to_owned(),
            snippet: line.chars().take(SNIPPET_LIMIT).collect(),
        }
    }
}

impl Position {
    fn of(span: &Span, byte: usize) -> Self {
        let byte = byte.min(span.source.text.len());
        let (line, bytes_before) = span.source.position(byte);
        let before = &span.source.text.as_bytes()[byte - bytes_before..byte];
        Self { line, column: String::from_utf8_lossy(before).chars().count() + 1, byte }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn record(text: &str, range: std::ops::Range<usize>) -> Record {
        let source = SourceFile::new("t.json", text);
        let first = Span::new(&source, 0..1);
        let diagnostic = Diagnostic::warning("odd").at_with(&Span::new(&source, range), "here").help("mend it");
        let diagnostic = diagnostic.related(&first, "the first");
        Diagnostics::from(diagnostic).records().remove(0)
    }

    #[test]
    fn columns_count_characters_and_offsets_bytes() {
        let json = serde_json::to_value(record("{\n \"é\": 1,\n", 7..8)).expect("it is plain data");
        let expected = serde_json::json!({
            "severity": "warning", "message": "odd", "file": "t.json", "label": "here", "snippet": " \"é\": 1,",
            "range": { "start": { "line": 2, "column": 5, "byte": 7 }, "end": { "line": 2, "column": 6, "byte": 8 } },
            "related": [{
                "file": "t.json", "label": "the first", "snippet": "{",
                "range": { "start": { "line": 1, "column": 1, "byte": 0 }, "end": { "line": 1, "column": 2, "byte": 1 } },
            }],
            "help": "mend it",
        });
        assert_eq!(json, expected);
        assert_eq!(record("a\nb", 2..3).fields(), ["warning", "t.json", "2", "1", "odd", "mend it"]);
    }

    #[test]
    fn a_place_outside_of_the_text_is_its_end() {
        assert_eq!(record("a\n", 9..9).fields()[2..4], ["2", "1"]);
        let record = Diagnostics::from(Diagnostic::error("e")).records().remove(0);
        assert_eq!(serde_json::to_string(&record).expect("plain"), r#"{"severity":"error","message":"e"}"#);
    }

    #[test]
    fn every_text_is_masked() {
        let masked = record("secret\n", 0..6).map_texts(|text| text.replace("secret", "<x>"));
        assert_eq!(masked.place.expect("it has one").snippet, "<x>");
    }
}

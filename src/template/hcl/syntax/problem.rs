//! Syntax errors in words: what is needed, what stands there, and the help frequent mistakes deserve.

use crate::diag::Diagnostic;
use crate::source::Span;

use super::cursor::Parser;

impl Parser<'_> {
    /// Something else than `expected` stands here.
    pub(super) fn unexpected(&self, expected: &str) -> Diagnostic {
        if self.rest().starts_with("/*") {
            return Diagnostic::error("this comment has no end").at(&self.span_of_next()).help("close it with */");
        }
        let diagnostic = Diagnostic::error(format!("{expected} is needed here, not {}", self.describe_next()))
            .at(&self.span_of_next());
        match self.peek().and_then(help) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    pub(super) fn problem(&self, start: usize, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(message).at(&self.span_from(start))
    }

    /// A bracket that was opened at `start` lacks its other half.
    pub(super) fn unclosed(&self, start: usize, expected: &str) -> Diagnostic {
        let mut diagnostic = self.unexpected(expected);
        if let Some((_, label)) = &mut diagnostic.label {
            let length = if self.text[start..].starts_with(['$', '%']) { 2 } else { 1 };
            *label = format!("the `{}` on line {} is still open", &self.text[start..start + length], self.line(start));
        }
        diagnostic
    }

    fn describe_next(&self) -> String {
        match self.peek() {
            None => "the end of the text".to_owned(),
            Some('\n' | '\r') => "the end of the line".to_owned(),
            Some(letter) if letter.is_control() => format!("the control character U+{:04X}", u32::from(letter)),
            Some(_) => format!("`{}`", self.next_token()),
        }
    }

    pub(super) fn span_of_next(&self) -> Span {
        let length = if self.rest().starts_with(['\n', '\r']) { 0 } else { self.next_token().len() };
        self.span(self.at..self.at + length)
    }

    /// The name, the number or the character here.
    fn next_token(&self) -> &str {
        let rest = self.rest();
        let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let first = rest.chars().next().map_or(0, char::len_utf8);
        self.peek_name().unwrap_or(&rest[..digits.max(first)])
    }
}

/// What the author meant, told from the character at the wrong place.
fn help(found: char) -> Option<&'static str> {
    match found {
        '\'' | '`' => Some("strings are written in double quotes"),
        '\u{201c}' | '\u{201d}' => Some("these are typographic quotes; write the plain \""),
        '\u{a0}' => Some("this is a space that does not break; write a plain one"),
        ';' => Some("nothing separates arguments but the end of the line"),
        _ => None,
    }
}

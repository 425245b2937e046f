//! The characters of strings, escapes included.

use crate::diag::Diagnostic;
use crate::source::Spanned;

use super::cursor::{Parsed, Parser};

/// Whether an interpolation or a directive begins here.
pub(super) fn starts_marker(text: &str) -> bool {
    text.starts_with("${") || text.starts_with("%{")
}

impl Parser<'_> {
    /// A quoted string without anything to evaluate, as a label is.
    pub(super) fn plain_string(&mut self) -> Parsed<Spanned<String>> {
        let start = self.at;
        self.at += 1;
        let text = self.quoted_literal(start)?;
        if !self.eat("\"") {
            return Err(self.unexpected("a label without `${` and `%{`"));
        }
        Ok(Spanned::new(text, self.span_from(start)))
    }

    /// Up to the closing quote, an interpolation or a directive.
    pub(super) fn quoted_literal(&mut self, opener: usize) -> Parsed<String> {
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.find(['"', '\\', '$', '%', '\n']).unwrap_or(rest.len());
            text.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                None | Some('\n') => return Err(self.open_string(opener)),
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape()?),
                Some(_) if starts_marker(self.rest()) => return Ok(text),
                Some(_) => self.dollar_or_percent(&mut text),
            }
        }
    }

    /// `$${` and `%%{` stand for `${` and `%{`.
    fn dollar_or_percent(&mut self, text: &mut String) {
        let rest = self.rest();
        let is_escape = rest.starts_with("$${") || rest.starts_with("%%{");
        text.push_str(if is_escape { &rest[1..3] } else { &rest[..1] });
        self.at += if is_escape { 3 } else { 1 };
    }

    /// The part of a line, with its end, up to an interpolation or a directive. Nothing but `$${` and `%%{` is an escape.
    pub(super) fn line_literal(&mut self) -> String {
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.find(['$', '%', '\n']).unwrap_or(rest.len());
            text.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                None => return text,
                Some('\n') => {
                    self.at += 1;
                    text.push('\n');
                    return text;
                }
                Some(_) if starts_marker(self.rest()) => return text,
                Some(_) => self.dollar_or_percent(&mut text),
            }
        }
    }

    fn open_string(&self, opener: usize) -> Diagnostic {
        Diagnostic::error("this string has no end on its line")
            .at(&self.span(opener..self.at))
            .help("close it with \"; write a line break as \\n, or use a heredoc (<<EOT) for several lines")
    }

    fn escape(&mut self) -> Parsed<char> {
        let start = self.at;
        let letter = self.rest()[1..].chars().next();
        self.at += 1 + letter.map_or(0, char::len_utf8);
        match letter {
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some(same @ ('"' | '\\')) => Ok(same),
            Some('u') => self.unicode_escape(start, 4),
            Some('U') => self.unicode_escape(start, 8),
            _ => Err(self.problem(start, "there is no such escape").help(r"write a backslash as \\")),
        }
    }

    fn unicode_escape(&mut self, start: usize, length: usize) -> Parsed<char> {
        let digits = self.rest().get(..length).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let letter = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        self.at += digits.map_or(0, str::len);
        letter.ok_or_else(|| {
            self.problem(start, format!("a character is written with {length} hexadecimal digits that stand for one"))
        })
    }
}

//! The place in the text, and what every part of the parser needs: blanks, names, tokens, the bound on nesting.

use std::ops::Range;
use std::sync::Arc;

use crate::diag::Diagnostic;
use crate::source::{SourceFile, Span, Spanned};

use super::{COUNT_LIMIT, DEPTH_LIMIT};

pub(super) type Parsed<T> = Result<T, Diagnostic>;

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    place: Place<'a>,
    depth: usize,
    /// The bound on nesting was met: what follows is the rest of the same thing.
    pub(super) is_too_deep: bool,
    count: usize,
    /// Inside of brackets a line break is white space; elsewhere it ends the expression.
    is_bracketed: bool,
}

/// Where the text stands.
#[derive(Clone, Copy)]
enum Place<'a> {
    Source(&'a Arc<SourceFile>),
    /// Decoded from something else, all of which is at this place.
    Inside(&'a Span),
}

impl<'a> Parser<'a> {
    pub(super) fn of_source(source: &'a Arc<SourceFile>) -> Self {
        let at = if source.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self {
            text: &source.text,
            at,
            place: Place::Source(source),
            depth: 0,
            is_too_deep: false,
            count: 0,
            is_bracketed: false,
        }
    }

    /// Only that range of the source.
    pub(super) fn of_range(source: &'a Arc<SourceFile>, range: Range<usize>) -> Self {
        let text = source.text.get(..range.end).unwrap_or(&source.text);
        Self { text, at: range.start.min(text.len()), ..Self::of_source(source) }
    }

    pub(super) fn of_text(text: &'a str, span: &'a Span) -> Self {
        Self { text, at: 0, place: Place::Inside(span), depth: 0, is_too_deep: false, count: 0, is_bracketed: false }
    }

    /// Inside of something that is nested so deep.
    pub(super) fn at_depth(self, depth: usize) -> Self {
        Self { depth, ..self }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The place in the source of bytes of the text.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        match self.place {
            Place::Source(source) => Span::new(source, range),
            Place::Inside(span) => span.clone(),
        }
    }

    pub(super) fn span_from(&self, start: usize) -> Span {
        self.span(start..self.at)
    }

    /// The line of an offset, for messages that point at a second place.
    pub(super) fn line(&self, offset: usize) -> usize {
        let span = self.span(offset..offset);
        span.source.position(span.range.start).0
    }

    /// Skips white space and comments, line breaks among them where they mean nothing.
    pub(super) fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let length = match rest.as_bytes() {
                [b' ' | b'\t' | b'\r', ..] => 1,
                [b'\n', ..] if self.is_bracketed => 1,
                [b'#', ..] | [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
                [b'/', b'*', ..] => match rest.find("*/") {
                    Some(end) => end + 2,
                    None => return,
                },
                _ => return,
            };
            self.at += length;
        }
    }

    /// Skips blanks and line breaks.
    pub(super) fn skip_lines(&mut self) {
        let outer = std::mem::replace(&mut self.is_bracketed, true);
        self.skip_blanks();
        self.is_bracketed = outer;
    }

    /// Takes a token that must begin right here.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let is_here = self.rest().starts_with(token);
        self.at += if is_here { token.len() } else { 0 };
        is_here
    }

    pub(super) fn expect(&mut self, token: &str, expected: &str) -> Parsed<()> {
        self.skip_blanks();
        if self.eat(token) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    /// The name that begins here: letters, digits, `_` and `-`.
    pub(super) fn peek_name(&self) -> Option<&'a str> {
        let rest = self.rest();
        let is_inner = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
        rest.starts_with(|first: char| first.is_alphabetic() || first == '_')
            .then(|| &rest[..rest.find(|letter| !is_inner(letter)).unwrap_or(rest.len())])
    }

    pub(super) fn name(&mut self, expected: &str) -> Parsed<Spanned<String>> {
        let Some(name) = self.peek_name() else { return Err(self.unexpected(expected)) };
        let start = self.at;
        self.at += name.len();
        Ok(Spanned::new(name.to_owned(), self.span_from(start)))
    }

    /// Takes a word such as `in` if it is the next name.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let is_here = self.peek_name() == Some(word);
        self.at += if is_here { word.len() } else { 0 };
        is_here
    }

    /// Runs a part of the parser one level deeper. Everything that can contain itself goes through here.
    pub(super) fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let outer = self.depth;
        self.deepen()?;
        let result = inner(self);
        self.depth = outer;
        result
    }

    /// Counts an expression or a block: in memory they are up to a hundred times as large as their text.
    pub(super) fn count_one(&mut self) -> Parsed<()> {
        self.count += 1;
        if self.count > COUNT_LIMIT {
            let error = Diagnostic::error(format!("there are more than {COUNT_LIMIT} expressions and blocks"));
            return Err(error.at(&self.span_of_next()));
        }
        Ok(())
    }

    pub(super) fn deepen(&mut self) -> Parsed<()> {
        let check = check_depth(self.depth, &self.span_of_next());
        self.is_too_deep |= check.is_err();
        check?;
        self.depth += 1;
        Ok(())
    }

    /// Takes one `deepen` back.
    pub(super) fn rise(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// One level deeper, between brackets, where line breaks are white space.
    pub(super) fn bracketed<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let outer = std::mem::replace(&mut self.is_bracketed, true);
        let result = self.nested(inner);
        self.is_bracketed = outer;
        result
    }

    /// On the same level, where line breaks count.
    pub(super) fn by_lines<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let outer = std::mem::replace(&mut self.is_bracketed, false);
        let result = inner(self);
        self.is_bracketed = outer;
        result
    }
}

/// Whether there may be one more level under `depth` of them.
pub(super) fn check_depth(depth: usize, span: &Span) -> Parsed<()> {
    if depth < DEPTH_LIMIT {
        return Ok(());
    }
    let error = Diagnostic::error(format!("this is nested more than {DEPTH_LIMIT} deep")).at(span);
    Err(error.help("give a part of it a name of its own, as a local value"))
}

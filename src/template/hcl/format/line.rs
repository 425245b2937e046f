//! The lines of a text, each in up to three cells: what comes first, `= value`, and a comment behind.

use std::ops::Range;

use super::token::{Kind, Token, balance};

/// The cells of a line, as ranges of its text's tokens. All but the first may be empty.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) lead: Range<usize>,
    pub(super) value: Range<usize>,
    pub(super) comment: Range<usize>,
}

impl Line {
    pub(super) fn all(&self) -> Range<usize> {
        self.lead.start..self.comment.end
    }

    fn new(tokens: &[Token<'_>], range: Range<usize>) -> Self {
        let has_comment = range.len() > 1 && tokens[range.end - 1].kind == Kind::Comment;
        let comment = range.end - usize::from(has_comment);
        let value = value_start(&tokens[range.start..comment]).map_or(comment, |at| range.start + at);
        Self { lead: range.start..value, value: value..comment, comment: comment..range.end }
    }
}

/// Lines end at line breaks; a heredoc and a comment of several lines are inside of one.
pub(super) fn lines(tokens: &[Token<'_>]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        let end = if token.ends_line() { at + 1 } else { at };
        if end > start && (token.ends_line() || token.kind == Kind::End) {
            lines.push(Line::new(tokens, start..end));
            start = end;
        }
    }
    lines
}

/// The equals sign, if the value behind it ends on the same line.
fn value_start(tokens: &[Token<'_>]) -> Option<usize> {
    let equal = tokens.iter().skip(1).position(|token| token.kind == Kind::Equal)? + 1;
    (balance(&tokens[equal..]) == 0).then_some(equal)
}

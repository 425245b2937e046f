//! What a text consists of, as far as white space depends on it.

use unicode_segmentation::UnicodeSegmentation;

/// A token as written. The tokens of a text with the gaps between them are the whole text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Blanks before it on its line. Formatting changes nothing else.
    pub(super) gap: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Number,
    Open(Bracket),
    Close(Bracket),
    /// A quotation mark or `<<EOT` with the end of its line.
    OpenText,
    /// A quotation mark or the line `EOT`.
    CloseText,
    /// Literal text of a string or a heredoc.
    Text,
    Comma,
    Dot,
    Ellipsis,
    /// `::`
    Path,
    Equal,
    Minus,
    Not,
    /// An operator with an operand on either side; also `?` and `:`.
    Operator,
    /// `=>`
    Arrow,
    /// With the end of its line, if it is of the kind that reaches to it.
    Comment,
    Newline,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    Round,
    Square,
    Curly,
    /// `${` and `%{`
    Template,
}

impl Token<'_> {
    /// Whether the next token stands on another line.
    pub(super) fn ends_line(&self) -> bool {
        match self.kind {
            Kind::Newline => true,
            Kind::Comment => self.text.ends_with('\n'),
            _ => false,
        }
    }

    /// How wide it is with the gap before it, in characters as people count them.
    pub(super) fn columns(&self) -> usize {
        self.gap + self.text.graphemes(true).count()
    }
}

/// By how much tokens leave brackets open (positive) or close earlier ones (negative).
pub(super) fn balance(tokens: &[Token<'_>]) -> isize {
    let change = |token: &Token<'_>| match token.kind {
        Kind::Open(_) => 1,
        Kind::Close(_) => -1,
        _ => 0,
    };
    tokens.iter().map(change).sum()
}

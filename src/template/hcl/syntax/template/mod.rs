//! Texts with `${}` and `%{}`: quoted, in heredocs, or on their own. They are read as a flat row of pieces;
//! white space is taken out of the row, and then it becomes a tree.

mod fold;
mod trim;

use crate::source::Span;
use crate::template::hcl::value::Value;

use super::cursor::{Parsed, Parser};
use super::literal::starts_marker;
use super::tree::{Bindings, Expression, ExpressionKind, Part};

pub(super) struct Piece {
    kind: PieceKind,
    /// `${~` and `~}`
    strips_before: bool,
    strips_after: bool,
    span: Span,
}

enum PieceKind {
    /// Where the text has lines, at most one of them.
    Literal(String),
    Interpolation(Expression),
    If(Expression),
    Else,
    EndIf,
    For(Bindings, Expression),
    EndFor,
}

impl Piece {
    pub(super) fn literal(text: String, span: Span) -> Self {
        Self { kind: PieceKind::Literal(text), strips_before: false, strips_after: false, span }
    }
}

impl Parser<'_> {
    /// From the opening quote to the closing one.
    pub(super) fn quoted(&mut self) -> Parsed<Expression> {
        let start = self.at;
        self.at += 1;
        let pieces = self.nested(|parser| parser.quoted_pieces(start))?;
        self.template(pieces, start)
    }

    fn quoted_pieces(&mut self, opener: usize) -> Parsed<Vec<Piece>> {
        let mut pieces = Vec::new();
        while !self.eat("\"") {
            if starts_marker(self.rest()) {
                pieces.push(self.marker()?);
            } else {
                let start = self.at;
                let text = self.quoted_literal(opener)?;
                pieces.push(Piece::literal(text, self.span_from(start)));
            }
        }
        Ok(pieces)
    }

    /// The rest of the text.
    pub(super) fn whole_template(mut self) -> Parsed<Expression> {
        let start = self.at;
        let pieces = self.nested(Self::text_pieces)?;
        self.template(pieces, start)
    }

    fn text_pieces(&mut self) -> Parsed<Vec<Piece>> {
        let mut pieces = Vec::new();
        while self.peek().is_some() {
            pieces.push(self.line_piece()?);
        }
        Ok(pieces)
    }

    /// An interpolation, a directive, or literal text up to the end of the line.
    pub(super) fn line_piece(&mut self) -> Parsed<Piece> {
        if starts_marker(self.rest()) {
            return self.marker();
        }
        let start = self.at;
        let text = self.line_literal();
        Ok(Piece::literal(text, self.span_from(start)))
    }

    pub(super) fn template(&self, mut pieces: Vec<Piece>, start: usize) -> Parsed<Expression> {
        trim::strip(&mut pieces);
        self.tree(pieces, start)
    }

    /// The same for a heredoc that is indented with the code around it.
    pub(super) fn indented_template(&self, mut pieces: Vec<Piece>, start: usize) -> Parsed<Expression> {
        trim::strip(&mut pieces);
        trim::dedent(&mut pieces);
        self.tree(pieces, start)
    }

    fn tree(&self, pieces: Vec<Piece>, start: usize) -> Parsed<Expression> {
        let is_row = pieces.len() > 1;
        let mut parts = fold::fold(pieces)?;
        if is_row && matches!(*parts, [Part::Interpolation(_)]) {
            // The white space beside it is gone, yet this is still a text and not the bare value.
            parts.push(Part::Literal(String::new()));
        }
        let kind = match &*parts {
            [] => ExpressionKind::Literal(Value::string("")),
            [Part::Literal(text)] => ExpressionKind::Literal(Value::string(text)),
            _ => ExpressionKind::Template(parts),
        };
        Ok(Expression { kind, span: self.span_from(start) })
    }

    /// `${..}` or `%{..}`
    fn marker(&mut self) -> Parsed<Piece> {
        let start = self.at;
        let is_directive = self.rest().starts_with('%');
        self.at += 2;
        let strips_before = self.eat("~");
        let kind = self.bracketed(|parser| if is_directive { parser.directive() } else { parser.interpolation() })?;
        self.skip_lines();
        let strips_after = self.eat("~");
        if !self.eat("}") {
            return Err(self.unclosed(start, "`}`"));
        }
        self.count(&kind)?;
        Ok(Piece { kind, strips_before, strips_after, span: self.span_from(start) })
    }

    fn interpolation(&mut self) -> Parsed<PieceKind> {
        self.expression().map(PieceKind::Interpolation)
    }

    fn directive(&mut self) -> Parsed<PieceKind> {
        self.skip_blanks();
        let start = self.at;
        let word = self.name("`if`, `for`, `else`, `endif` or `endfor`")?;
        match &*word.value {
            "if" => self.expression().map(PieceKind::If),
            "for" => Ok(PieceKind::For(self.bindings()?, self.expression()?)),
            "else" => Ok(PieceKind::Else),
            "endif" => Ok(PieceKind::EndIf),
            "endfor" => Ok(PieceKind::EndFor),
            _ => {
                let known = ["if", "for", "else", "endif", "endfor"];
                Err(self.problem(start, format!("there is no directive `{}`", word.value)).suggest(&word.value, known))
            }
        }
    }

    /// What stands between a directive and its end is one level deeper.
    fn count(&mut self, kind: &PieceKind) -> Parsed<()> {
        match kind {
            PieceKind::If(_) | PieceKind::For(..) => self.deepen()?,
            PieceKind::EndIf | PieceKind::EndFor => self.rise(),
            PieceKind::Literal(_) | PieceKind::Interpolation(_) | PieceKind::Else => {}
        }
        Ok(())
    }
}

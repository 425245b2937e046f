//! `<<EOT`, lines of text, `EOT`.

use crate::diag::Diagnostic;

use super::cursor::{Parsed, Parser};
use super::template::Piece;
use super::tree::Expression;

impl Parser<'_> {
    pub(super) fn heredoc(&mut self) -> Parsed<Expression> {
        let start = self.at;
        self.at += 2;
        let is_indented = self.eat("-");
        let marker = self.name("the word that ends the text")?;
        self.eat("\r");
        if !self.eat("\n") {
            return Err(self.unexpected("the end of the line"));
        }
        let header = marker.span;
        let pieces = self.nested(|parser| parser.heredoc_pieces(&marker.value))?;
        let Some(pieces) = pieces else {
            return Err(Diagnostic::error(format!("the text that begins with <<{} has no end", marker.value))
                .at(&header)
                .help(format!("write {} on a line with nothing else on it", marker.value)));
        };
        if is_indented { self.indented_template(pieces, start) } else { self.template(pieces, start) }
    }

    /// Up to the line that holds only the marker; nothing when there is none.
    fn heredoc_pieces(&mut self, marker: &str) -> Parsed<Option<Vec<Piece>>> {
        let mut pieces = Vec::new();
        loop {
            let is_line_start = self.text[..self.at].ends_with('\n');
            if is_line_start && self.eat_marker(marker) {
                return Ok(Some(pieces));
            }
            if self.peek().is_none() {
                return Ok(None);
            }
            pieces.push(self.line_piece()?);
        }
    }

    fn eat_marker(&mut self, marker: &str) -> bool {
        let rest = self.rest();
        let line = rest.split('\n').next().unwrap_or_default();
        let is_marker = line.trim() == marker;
        if is_marker {
            self.at += line.trim_end().len();
        }
        is_marker
    }
}

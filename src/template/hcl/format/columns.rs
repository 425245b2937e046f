//! Equals signs below each other, and comments below each other, on lines without a gap between them.

use std::ops::Range;

use super::line::Line;
use super::token::Token;

pub(super) fn align(tokens: &mut [Token<'_>], lines: &[Line]) {
    // Comments come behind values, so these must have found their place.
    align_cells(tokens, lines, |line| (line.lead.clone(), line.value.clone()));
    align_cells(tokens, lines, |line| (line.lead.start..line.value.end, line.comment.clone()));
}

/// `cells` gives what stands before the cell that is moved, and that cell.
fn align_cells(tokens: &mut [Token<'_>], lines: &[Line], cells: fn(&Line) -> (Range<usize>, Range<usize>)) {
    let has_cell = |line: &Line| !cells(line).1.is_empty();
    for group in lines.chunk_by(|one, next| has_cell(one) && has_cell(next)) {
        let width = |line: &Line| tokens[cells(line).0].iter().map(Token::columns).sum::<usize>();
        let widths: Vec<usize> = group.iter().map(width).collect();
        let widest = widths.iter().copied().max().unwrap_or(0);
        for (line, width) in group.iter().zip(widths).filter(|(line, _)| has_cell(line)) {
            tokens[cells(line).1.start].gap = widest - width + 1;
        }
    }
}

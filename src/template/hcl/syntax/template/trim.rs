//! White space that is written for the reader only.

use super::{Piece, PieceKind};

impl Piece {
    fn text_mut(&mut self) -> Option<&mut String> {
        match &mut self.kind {
            PieceKind::Literal(text) => Some(text),
            _ => None,
        }
    }
}

/// What `~` asks for: the white space of the literal beside it goes, and no more than that of one line.
pub(super) fn strip(pieces: &mut [Piece]) {
    for at in 0..pieces.len() {
        let Piece { strips_before, strips_after, .. } = pieces[at];
        if strips_before && let Some(text) = at.checked_sub(1).and_then(|before| pieces[before].text_mut()) {
            text.truncate(text.trim_end().len());
        }
        if strips_after && let Some(text) = pieces.get_mut(at + 1).and_then(Piece::text_mut) {
            *text = text.trim_start().to_owned();
        }
    }
}

/// Takes the indentation that all lines have in common. A line that begins with an interpolation or a
/// directive has none; blank lines do not count.
pub(super) fn dedent(pieces: &mut [Piece]) {
    let starts: Vec<usize> = line_starts(pieces);
    let indentations = starts.iter().filter_map(|&at| indentation(&pieces[at]));
    let common = indentations.min().unwrap_or(0);
    for at in starts {
        if let Some(text) = pieces[at].text_mut()
            && !is_blank_line(text)
        {
            let cut = text.char_indices().nth(common).map_or(text.len(), |(at, _)| at);
            text.drain(..cut);
        }
    }
}

fn line_starts(pieces: &[Piece]) -> Vec<usize> {
    let ends_line = |piece: &Piece| matches!(&piece.kind, PieceKind::Literal(text) if text.ends_with('\n'));
    (0..pieces.len()).filter(|&at| at == 0 || ends_line(&pieces[at - 1])).collect()
}

/// In characters; nothing for a blank line.
fn indentation(piece: &Piece) -> Option<usize> {
    match &piece.kind {
        PieceKind::Literal(text) if is_blank_line(text) => None,
        PieceKind::Literal(text) => Some(text.chars().take_while(|letter| letter.is_whitespace()).count()),
        _ => Some(0),
    }
}

fn is_blank_line(text: &str) -> bool {
    text.ends_with('\n') && text.trim().is_empty()
}

//! Which neighbours on a line stand apart, by one blank.

use super::token::{Bracket, Kind, Token};

/// Sets the gaps inside a row of tokens of one line; that before its first token stays.
pub(super) fn space(tokens: &mut [Token<'_>]) {
    let mut before = None;
    for at in 1..tokens.len() {
        let (left, right) = (tokens[at - 1], tokens[at]);
        tokens[at].gap = usize::from(are_apart(before, left, right.kind));
        before = Some(left.kind);
    }
}

/// `before` is what stands before `left` in the same row.
fn are_apart(before: Option<Kind>, left: Token<'_>, right: Kind) -> bool {
    if is_joined(left.kind, right) {
        return false;
    }
    match (left.kind, right) {
        (Kind::Comma, _) => true,
        // Inside of strings and heredocs every blank counts.
        (Kind::OpenText | Kind::Text, _) | (_, Kind::CloseText | Kind::Text) => false,
        (Kind::Name, Kind::Open(Bracket::Square)) => is_keyword_in(before, left),
        (Kind::Minus, _) => is_operand_end(before),
        (left, right) => !is_tight(left, right),
    }
}

/// Signs, indices and brackets. Braces stand apart from what they hold.
fn is_tight(left: Kind, right: Kind) -> bool {
    match (left, right) {
        (Kind::Not, _)
        | (Kind::Number | Kind::Close(_), Kind::Open(Bracket::Square))
        | (Kind::Open(Bracket::Curly), Kind::Close(Bracket::Curly))
        | (Kind::Close(Bracket::Template), Kind::Open(Bracket::Template)) => true,
        (Kind::Open(Bracket::Curly), _)
        | (_, Kind::Close(Bracket::Curly))
        | (Kind::Open(Bracket::Template), Kind::Open(Bracket::Curly))
        | (Kind::Close(Bracket::Curly), Kind::Close(Bracket::Template)) => false,
        (Kind::Open(_), _) | (_, Kind::Close(_)) => true,
        _ => false,
    }
}

/// Pairs that belong together wherever they stand.
fn is_joined(left: Kind, right: Kind) -> bool {
    let parts = [left, right];
    matches!(right, Kind::Newline | Kind::Comma | Kind::Ellipsis)
        || parts.contains(&Kind::Dot)
        || parts.contains(&Kind::Path)
        || parts == [Kind::Name, Kind::Open(Bracket::Round)]
}

/// `in` of `for x in [1, 2]` is no name that is indexed.
fn is_keyword_in(before: Option<Kind>, word: Token<'_>) -> bool {
    word.text == "in" && before == Some(Kind::Name)
}

/// Behind an operand a minus is a subtraction, elsewhere the sign of what follows. After `=>` and `${` it is taken
/// for a subtraction, because Packer formats it so.
fn is_operand_end(before: Option<Kind>) -> bool {
    match before {
        None | Some(Kind::Equal | Kind::Comma | Kind::Operator | Kind::Minus | Kind::Not) => false,
        Some(Kind::Open(bracket)) => bracket == Bracket::Template,
        Some(_) => true,
    }
}

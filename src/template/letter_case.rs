//! Large and small letters as Go has them: character by character. "ß" has no large form of one character
//! and stays, a final sigma is an ordinary one.

pub(in crate::template) fn upper(text: &str) -> String {
    text.chars().map(upper_of).collect()
}

pub(in crate::template) fn upper_of(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => character,
    }
}

pub(in crate::template) fn lower(text: &str) -> String {
    // "İ" becomes two characters, of which the first is the letter.
    text.chars().map(|character| character.to_lowercase().next().unwrap_or(character)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_stays_one() {
        assert_eq!(upper("straße ŉ é"), "STRAßE ŉ É");
        assert_eq!(lower("ΑΣ İ"), "ασ i");
    }
}

//! JSON string literals.

use super::error::SyntaxError;

/// Reads the literal that `text` begins with; gives its length in the text too.
pub(super) fn read(text: &str) -> Result<(String, usize), SyntaxError> {
    let mut out = String::new();
    let mut at = 1;
    loop {
        let Some(character) = text[at..].chars().next() else {
            return Err(SyntaxError::at(at, "a string has no end"));
        };
        match character {
            '"' => return Ok((out, at + 1)),
            '\\' => {
                let (decoded, length) = escape(&text[at..]).map_err(|error| error.shifted(at))?;
                out.push(decoded);
                at += length;
            }
            '\0'..='\u{1f}' => return Err(SyntaxError::at(at, "a control character stands in a string")),
            _ => {
                out.push(character);
                at += character.len_utf8();
            }
        }
    }
}

/// One escape, from its backslash on.
fn escape(text: &str) -> Result<(char, usize), SyntaxError> {
    let decoded = match text.as_bytes().get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(text),
        _ => return Err(SyntaxError::at(0, "this is not an escape; a backslash itself is written \\\\")),
    };
    Ok((decoded, 2))
}

/// `\u0041`, or two of them for a character beyond U+FFFF. Half of such a pair stands for nothing; it is
/// read as the replacement character, as Go does.
fn unicode(text: &str) -> Result<(char, usize), SyntaxError> {
    let first = unit(text, 0)?;
    if let Some(character) = char::from_u32(first) {
        return Ok((character, 6));
    }
    let second = if text.get(6..8) == Some("\\u") { unit(text, 6)? } else { 0 };
    let pair = [first, second].map(|unit| u16::try_from(unit).unwrap_or(0));
    match char::decode_utf16(pair).next() {
        Some(Ok(character)) => Ok((character, 12)),
        _ => Ok((char::REPLACEMENT_CHARACTER, 6)),
    }
}

/// The four hexadecimal digits of the escape at `start`.
fn unit(text: &str, start: usize) -> Result<u32, SyntaxError> {
    text.get(start + 2..start + 6)
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .ok_or_else(|| SyntaxError::at(start, "\\u needs four hexadecimal digits"))
}

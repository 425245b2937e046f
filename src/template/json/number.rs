//! The shape of a JSON number.

use super::error::SyntaxError;

/// How long the number is that `text` begins with.
pub(super) fn length(text: &str) -> Result<usize, SyntaxError> {
    let bytes = text.as_bytes();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    at = match bytes.get(at) {
        Some(b'0') if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {
            return Err(SyntaxError::at(at, "a number cannot begin with a zero"));
        }
        _ => digits(bytes, at)?,
    };
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        at = digits(bytes, at)?;
    }
    Ok(at)
}

/// The end of the digits at `start`; there must be one.
fn digits(bytes: &[u8], start: usize) -> Result<usize, SyntaxError> {
    let count = bytes.iter().skip(start).take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 { Err(SyntaxError::at(start, "a digit is needed here")) } else { Ok(start + count) }
}

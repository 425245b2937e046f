//! Literals: how Go writes strings, characters and numbers.

use std::fmt::Write as _;

use super::value::Value;

const INFALLIBLE: &str = "a string takes all text";

/// Reads the string or character literal that `text` begins with; gives its length too.
pub(super) fn read(text: &str) -> Result<(Value, usize), String> {
    match text.as_bytes().first() {
        Some(b'`') => {
            let end = text[1..].find('`').ok_or("a string in backquotes has no end")?;
            Ok((Value::String(text[1..=end].replace('\r', "")), end + 2))
        }
        Some(b'\'') => {
            let (content, length) = interpreted(text, '\'').ok_or("a character literal has no end or a bad escape")?;
            let mut characters = content.chars();
            match (characters.next(), characters.next()) {
                (Some(character), None) => Ok((Value::Int(i64::from(u32::from(character))), length)),
                _ => Err("strings are written \"so\" or `so`; single quotes hold one character".to_owned()),
            }
        }
        _ => {
            let (content, length) = interpreted(text, '"').ok_or("a string in quotes has no end or a bad escape")?;
            Ok((Value::String(content), length))
        }
    }
}

/// A literal with escapes; it begins with a quote and ends at the next one.
fn interpreted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut bytes = Vec::new();
    let mut at = 1;
    loop {
        let character = text[at..].chars().next()?;
        at += character.len_utf8();
        match character {
            '\n' => return None,
            '\\' => at += escape(&text[at..], quote, &mut bytes)?,
            _ if character == quote => return Some((String::from_utf8_lossy(&bytes).into_owned(), at)),
            _ => push(character, &mut bytes),
        }
    }
}

/// What stands behind a backslash; gives its length.
fn escape(text: &str, quote: char, bytes: &mut Vec<u8>) -> Option<usize> {
    let code = |range: std::ops::Range<usize>, radix| u32::from_str_radix(text.get(range)?, radix).ok();
    let first = text.chars().next()?;
    match first {
        'x' => bytes.push(u8::try_from(code(1..3, 16)?).ok()?),
        '0'..='7' => bytes.push(u8::try_from(code(0..3, 8)?).ok()?),
        'u' => push(char::from_u32(code(1..5, 16)?)?, bytes),
        'U' => push(char::from_u32(code(1..9, 16)?)?, bytes),
        'a' => bytes.push(0x07),
        'b' => bytes.push(0x08),
        'f' => bytes.push(0x0c),
        'n' => bytes.push(b'\n'),
        'r' => bytes.push(b'\r'),
        't' => bytes.push(b'\t'),
        'v' => bytes.push(0x0b),
        _ if first == '\\' || first == quote => push(first, bytes),
        _ => return None,
    }
    Some(match first {
        'x' | '0'..='7' => 3,
        'u' => 5,
        'U' => 9,
        _ => 1,
    })
}

fn push(character: char, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Go's integers (with base prefixes and underscores) and floats.
pub(super) fn number(text: &str) -> Option<Value> {
    let plain = text.replace('_', "");
    let (negative, digits) = match plain.strip_prefix(['-', '+']) {
        Some(rest) => (plain.starts_with('-'), rest),
        None => (false, plain.as_str()),
    };
    let lower = digits.to_ascii_lowercase();
    let radix = [("0x", 16), ("0o", 8), ("0b", 2)]
        .into_iter()
        .find_map(|(prefix, base)| Some((lower.strip_prefix(prefix)?, base)));
    let integer = match radix {
        Some((rest, base)) => unsigned(rest, base),
        None if lower.len() > 1 && lower.starts_with('0') => unsigned(&lower, 8),
        None => unsigned(&lower, 10),
    };
    match integer {
        Some(value) => Some(Value::Int(if negative { -value } else { value })),
        None if radix.is_none() && digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
            plain.parse().ok().filter(|value: &f64| value.is_finite()).map(Value::Float)
        }
        None => None,
    }
}

fn unsigned(digits: &str, base: u32) -> Option<i64> {
    digits.starts_with(|c: char| c.is_alphanumeric()).then(|| i64::from_str_radix(digits, base).ok())?
}

/// A string literal that reads back as `text`; in backquotes where that is possible.
pub(super) fn write(text: &str) -> String {
    if text.contains(['`', '\r']) { escaped(text) } else { format!("`{text}`") }
}

/// Go's `%q`.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\u{b}' => out.push_str("\\v"),
            _ if character.is_ascii_control() => write!(out, "\\x{:02x}", u32::from(character)).expect(INFALLIBLE),
            _ if character.is_control() => write!(out, "\\u{:04x}", u32::from(character)).expect(INFALLIBLE),
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    #[test]
    fn reads_go_literals() {
        assert_eq!(read(r#""\u00e9\x41\n\"" x"#), Ok((string("éA\n\""), 16)));
        assert_eq!(read("`a\\n` x"), Ok((string("a\\n"), 5)));
        assert_eq!(read("'a'"), Ok((Value::Int(97), 3)));
        assert!(read("\"a").is_err() && read("`a").is_err() && read("'ab'").is_err() && read(r#""\q""#).is_err());
    }

    #[test]
    fn reads_go_numbers() {
        assert_eq!(number("0x10"), Some(Value::Int(16)));
        assert_eq!(number("-1_000"), Some(Value::Int(-1000)));
        assert_eq!(number("010"), Some(Value::Int(8)));
        assert_eq!(number("1.50"), Some(Value::Float(1.5)));
        assert_eq!(number("1e3"), Some(Value::Float(1000.0)));
        assert_eq!(number("1x"), None);
        assert_eq!(number("inf"), None);
    }

    #[test]
    fn what_is_written_reads_back() {
        for text in ["plain", "with `backquotes`", "two\nlines\r", "é\u{7}\"\\"] {
            assert_eq!(read(&write(text)).map(|(value, _)| value), Ok(string(text)));
        }
    }
}

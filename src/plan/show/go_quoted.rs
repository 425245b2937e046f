//! Texts in quotes as Go prints them, which is how `inspect` shows values.

use std::fmt::{Display, Formatter, Write};

/// With quotes around it, on one line.
pub(super) struct GoQuoted<'a>(pub(super) &'a str);

impl Display for GoQuoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_char('"')?;
        self.0.chars().try_for_each(|character| write_character(character, f))?;
        f.write_char('"')
    }
}

fn write_character(character: char, f: &mut Formatter<'_>) -> std::fmt::Result {
    match character {
        '"' => f.write_str("\\\""),
        '\\' => f.write_str("\\\\"),
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        '\u{7}' => f.write_str("\\a"),
        '\u{8}' => f.write_str("\\b"),
        '\u{c}' => f.write_str("\\f"),
        '\u{b}' => f.write_str("\\v"),
        _ if is_shown(character) => f.write_char(character),
        _ => write_code(u32::from(character), f),
    }
}

/// Rust escapes what cannot be printed, and also the single quote, which needs nothing here.
fn is_shown(character: char) -> bool {
    character == '\''
        || character.is_ascii_graphic()
        || character == ' '
        || !character.escape_debug().any(|one| one == '\\')
}

fn write_code(code: u32, f: &mut Formatter<'_>) -> std::fmt::Result {
    match code {
        0..0x80 => write!(f, "\\x{code:02x}"),
        0x80..0x10000 => write!(f, "\\u{code:04x}"),
        _ => write!(f, "\\U{code:08x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_cannot_be_printed() {
        let text = "a \"b\" 'c' \\ \n\t\r\u{1} \u{e9} \u{1f600} \u{200b}\u{a0}\u{7f}\u{e0001}";
        let quoted = r#""a \"b\" 'c' \\ \n\t\r\x01 é 😀 \u200b\u00a0\x7f\U000e0001""#;
        assert_eq!(GoQuoted(text).to_string(), quoted);
    }
}

//! Texts for PowerShell in guests.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// A text as a word. PowerShell takes some typographic quotes for plain ones.
pub fn quoted(text: &str) -> String {
    let mut word = String::from("'");
    for character in text.chars() {
        if matches!(character, '\'' | '\u{2018}'..='\u{201b}') {
            word.push(character);
        }
        word.push(character);
    }
    word + "'"
}

/// The bytes of a script's file. Windows PowerShell takes a file for one in the code page of its system, unless
/// a byte order mark says otherwise.
pub fn file(script: &str) -> Vec<u8> {
    let mark: &[u8] = if script.is_ascii() { b"" } else { b"\xef\xbb\xbf" };
    [mark, script.as_bytes()].concat()
}

/// A command line that runs the script, whatever is in it.
pub fn command(script: &str) -> String {
    let bytes: Vec<u8> = script.encode_utf16().flat_map(u16::to_le_bytes).collect();
    format!("powershell -NoProfile -ExecutionPolicy Bypass -EncodedCommand {}", BASE64_STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_name_stays_in_it() {
        assert_eq!(quoted("it's"), "'it''s'");
        assert_eq!(quoted("a\u{2019}; rm"), "'a\u{2019}\u{2019}; rm'");
    }

    #[test]
    fn only_a_script_with_other_letters_has_a_mark() {
        assert_eq!(file("echo a"), b"echo a");
        assert_eq!(file("echo ä"), "\u{feff}echo ä".as_bytes());
    }
}

//! What a file is, for the `Content-Type` header: by its extension, else by its first bytes.

use std::path::Path;

/// How many bytes decide whether a file is text (as in the MIME sniffing standard).
pub(super) const SNIFFED_BYTES: usize = 512;

const TEXT: &str = "text/plain; charset=utf-8";

pub(super) fn by_extension(path: &Path) -> Option<String> {
    let guess = mime_guess::from_path(path).first()?;
    let charset = if guess.type_() == "text" { "; charset=utf-8" } else { "" };
    Some(format!("{}{charset}", guess.essence_str()))
}

/// Text unless a byte is there that text does not have; an empty file is text.
pub(super) fn by_content(start: &[u8]) -> String {
    let is_binary = |&byte: &u8| matches!(byte, 0x00..=0x08 | 0x0B | 0x0E..=0x1A | 0x1C..=0x1F);
    let start = &start[..start.len().min(SNIFFED_BYTES)];
    if start.iter().any(is_binary) { "application/octet-stream".to_owned() } else { TEXT.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_extensions_decide_and_text_has_a_charset() {
        assert_eq!(by_extension(Path::new("a.html")).unwrap(), "text/html; charset=utf-8");
        assert_eq!(by_extension(Path::new("a.json")).unwrap(), "application/json");
        assert_eq!(by_extension(Path::new("user-data")), None);
    }

    #[test]
    fn bytes_decide_for_the_others() {
        assert_eq!(by_content(b"#cloud-config\n"), TEXT);
        assert_eq!(by_content(b""), TEXT);
        assert_eq!(by_content("ä\x1b[0m".as_bytes()), TEXT);
        assert_eq!(by_content(b"\x7fELF\x02\x01\x01\0"), "application/octet-stream");
    }
}

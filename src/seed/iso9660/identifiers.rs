//! The names of files in each of the two directory trees: plain ISO 9660 and Joliet. Rock Ridge keeps the
//! true names beside the plain ones.

use std::collections::HashSet;

/// Longest plain name with its dot, in characters (interchange level 2 and 3).
const PLAIN_MAX: usize = 30;
const PLAIN_EXTENSION_MAX: usize = 8;
/// Longest Joliet name, in UTF-16 units. The standard says 64; all readers take as many as fit a record.
const JOLIET_MAX: usize = 103;

/// Plain identifiers of the entries of one folder, in the same order. They differ from each other.
pub(super) fn plain<'a>(entries: impl Iterator<Item = (&'a str, bool)>) -> Vec<Vec<u8>> {
    let mut taken = HashSet::new();
    entries.map(|(name, is_folder)| first_free(&mut taken, |attempt| plain_one(name, is_folder, attempt))).collect()
}

/// Joliet identifiers of the entries of one folder.
pub(super) fn joliet<'a>(entries: impl Iterator<Item = &'a str>) -> Vec<Vec<u8>> {
    let mut taken = HashSet::new();
    entries.map(|name| first_free(&mut taken, |attempt| joliet_one(name, attempt))).collect()
}

fn first_free(taken: &mut HashSet<Vec<u8>>, make: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    let mut attempt = 0;
    loop {
        let identifier = make(attempt);
        if taken.insert(identifier.clone()) {
            return identifier;
        }
        attempt += 1;
    }
}

/// `user-data` is `USER_DATA.`; a later attempt ends in a number.
fn plain_one(name: &str, is_folder: bool, attempt: usize) -> Vec<u8> {
    let (base, extension) = match name.rsplit_once('.') {
        Some((base, extension)) if !base.is_empty() && !is_folder => (base, extension),
        _ => (name, ""),
    };
    let suffix = if attempt == 0 { String::new() } else { attempt.to_string() };
    let extension: String = extension.chars().take(PLAIN_EXTENSION_MAX).map(plain_character).collect();
    let room = PLAIN_MAX - 1 - extension.len() - suffix.len();
    let base: String = base.chars().take(room).map(plain_character).collect();
    let dot = if is_folder { "" } else { "." };
    format!("{base}{suffix}{dot}{extension}").into_bytes()
}

fn plain_character(character: char) -> char {
    match character.to_ascii_uppercase() {
        allowed @ ('A'..='Z' | '0'..='9') => allowed,
        _ => '_',
    }
}

/// UTF-16, most significant byte first. A name that is too long keeps its extension.
fn joliet_one(name: &str, attempt: usize) -> Vec<u8> {
    let name: String = name.chars().map(joliet_character).collect();
    let suffix = if attempt == 0 { String::new() } else { format!("~{attempt}") };
    let (base, extension) = match name.rfind('.') {
        Some(dot) if dot > 0 && units(&name[dot..]) <= 16 => name.split_at(dot),
        _ => (name.as_str(), ""),
    };
    let room = JOLIET_MAX - units(extension) - units(&suffix);
    let text = format!("{}{suffix}{extension}", cut(base, room));
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

fn joliet_character(character: char) -> char {
    match character {
        '*' | '/' | ':' | ';' | '?' | '\\' => '_',
        control if control.is_control() => '_',
        allowed => allowed,
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The start of a text, no longer than `room` units and not within a character.
fn cut(text: &str, room: usize) -> &str {
    let mut used = 0;
    for (at, character) in text.char_indices() {
        used += character.len_utf16();
        if used > room {
            return &text[..at];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_owned()).unwrap()
    }

    fn utf16(bytes: &[u8]) -> String {
        let units: Vec<_> = bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        String::from_utf16(&units).unwrap()
    }

    #[test]
    fn plain_names_are_upper_case_and_differ() {
        let names =
            [("user-data", false), ("user_data", false), ("a.tar.gz", false), (".hidden", false), ("d.d", true)];
        let plain: Vec<_> = plain(names.into_iter()).iter().map(|bytes| text(bytes)).collect();
        assert_eq!(plain, ["USER_DATA.", "USER_DATA1.", "A_TAR.GZ", "_HIDDEN.", "D_D"]);
    }

    #[test]
    fn long_names_are_cut_and_differ() {
        let (first, second) = (format!("{}1.conf", "n".repeat(200)), format!("{}2.conf", "n".repeat(200)));
        let names = plain([(first.as_str(), false), (second.as_str(), false)].into_iter());
        assert_eq!(text(&names[0]), format!("{}.CONF", "N".repeat(25)));
        assert_eq!(text(&names[1]), format!("{}1.CONF", "N".repeat(24)));
        let names = joliet([first.as_str(), second.as_str()].into_iter());
        assert_eq!(utf16(&names[0]), format!("{}.conf", "n".repeat(98)));
        assert_eq!(utf16(&names[1]), format!("{}~1.conf", "n".repeat(96)));
    }

    #[test]
    fn joliet_names_keep_their_case_and_characters() {
        let names = joliet(["Größe: 1", "😀"].into_iter());
        assert_eq!(utf16(&names[0]), "Größe_ 1");
        assert_eq!(utf16(&names[1]), "😀");
        assert_eq!(utf16(&joliet_one(&"😀".repeat(60), 0)), "😀".repeat(51), "not cut within a character");
    }
}

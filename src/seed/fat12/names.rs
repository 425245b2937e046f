//! Names: a short one in upper case for every file, and the true one beside it where it differs.

use std::collections::HashMap;

use super::super::Error;

pub(super) const LABEL_BYTES: usize = 11;
const SHORT_BASE: usize = 8;
const SHORT_EXTENSION: usize = 3;
/// Longest name, in UTF-16 units.
const LONG_MAX: usize = 255;
/// Units of a long name in one entry.
pub(super) const UNITS_PER_ENTRY: usize = 13;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// Base and extension, each filled up with spaces.
    pub(super) short: [u8; SHORT_BASE + SHORT_EXTENSION],
    /// In UTF-16; empty when the short name says it all.
    pub(super) long: Vec<u16>,
}

impl Name {
    /// How many directory entries it takes.
    pub(super) fn entries(&self) -> usize {
        self.long.len().div_ceil(UNITS_PER_ENTRY) + 1
    }
}

/// A label in its field: cut, or filled up with spaces, and ASCII as the field's code page is not known.
pub(super) fn label(label: &str) -> [u8; LABEL_BYTES] {
    let mut field = [b' '; LABEL_BYTES];
    for (place, character) in field.iter_mut().zip(label.chars()) {
        *place = u8::try_from(character).ok().filter(|byte| (b' '..=b'~').contains(byte)).unwrap_or(b'_');
    }
    field
}

/// The names of the entries of one folder. Names that differ only by case cannot stand side by side.
pub(super) fn of_folder<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<Name>, Error> {
    let mut folder = Folder { long: HashMap::new(), short: HashMap::new() };
    names.map(|name| folder.add(name)).collect()
}

/// Names that are taken, by what readers compare.
struct Folder<'a> {
    long: HashMap<String, &'a str>,
    short: HashMap<[u8; SHORT_BASE + SHORT_EXTENSION], &'a str>,
}

impl<'a> Folder<'a> {
    fn add(&mut self, name: &'a str) -> Result<Name, Error> {
        check(name)?;
        if let Some(other) = self.long.insert(name.to_uppercase(), name) {
            return Err(Error::FloppySameName { name: name.to_owned(), other: other.to_owned() });
        }
        let (base, extension) = split(name);
        let plain = field(&base, &extension, "");
        let fits = is_short(name, &base, &extension) && !self.short.contains_key(&plain);
        let short = if fits { plain } else { self.numbered(&base, &extension) };
        self.short.insert(short, name);
        let long = if fits && text(short) == name { Vec::new() } else { name.encode_utf16().collect() };
        Ok(Name { short, long })
    }

    /// `AUTOUN~1.XML`, with the first number that is free.
    fn numbered(&self, base: &str, extension: &str) -> [u8; SHORT_BASE + SHORT_EXTENSION] {
        let mut numbers = 1_u32..;
        let free = numbers.find_map(|number| {
            let short = field(base, extension, &format!("~{number}"));
            (!self.short.contains_key(&short)).then_some(short)
        });
        free.expect("a floppy holds fewer names than there are numbers")
    }
}

fn check(name: &str) -> Result<(), Error> {
    let is_forbidden = |character: char| {
        character.is_control() || matches!(character, '"' | '*' | '/' | ':' | '<' | '>' | '?' | '\\' | '|')
    };
    // Readers take dots and spaces off the end.
    let vanishes = name.ends_with(['.', ' ']);
    if vanishes || name.contains(is_forbidden) || name.encode_utf16().count() > LONG_MAX {
        return Err(Error::FloppyName { name: name.to_owned() });
    }
    Ok(())
}

/// Base and extension in the characters of short names, not cut yet.
fn split(name: &str) -> (String, String) {
    let (base, extension) = match name.rsplit_once('.') {
        Some((base, extension)) if !base.trim_start_matches('.').is_empty() => (base, extension),
        _ => (name, ""),
    };
    let short = |text: &str| text.chars().filter(|character| !matches!(character, ' ' | '.')).map(upper).collect();
    (short(base), short(extension))
}

fn upper(character: char) -> char {
    match character.to_ascii_uppercase() {
        upper if is_short_character(upper) => upper,
        _ => '_',
    }
}

fn is_short_character(character: char) -> bool {
    matches!(character, 'A'..='Z' | '0'..='9') || "!#$%&'()-@^_`{}~".contains(character)
}

/// The name is its short form, but for the case.
fn is_short(name: &str, base: &str, extension: &str) -> bool {
    let dot = if extension.is_empty() { "" } else { "." };
    base.len() <= SHORT_BASE
        && extension.len() <= SHORT_EXTENSION
        && format!("{base}{dot}{extension}") == name.to_ascii_uppercase()
}

/// `suffix` ends the base, which is cut to make room for it.
fn field(base: &str, extension: &str, suffix: &str) -> [u8; SHORT_BASE + SHORT_EXTENSION] {
    let mut field = [b' '; SHORT_BASE + SHORT_EXTENSION];
    let room = SHORT_BASE - suffix.len();
    let base = base.bytes().take(room).chain(suffix.bytes());
    for (place, byte) in field.iter_mut().zip(base) {
        *place = byte;
    }
    for (place, byte) in field[SHORT_BASE..].iter_mut().zip(extension.bytes()) {
        *place = byte;
    }
    field
}

/// A short name as readers show it.
fn text(short: [u8; SHORT_BASE + SHORT_EXTENSION]) -> String {
    let (base, extension) = short.split_at(SHORT_BASE);
    let (base, extension) = (String::from_utf8_lossy(base), String::from_utf8_lossy(extension));
    let dot = if extension.trim_end().is_empty() { "" } else { "." };
    format!("{}{dot}{}", base.trim_end(), extension.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shorts(names: &[&str]) -> Vec<String> {
        of_folder(names.iter().copied()).unwrap().iter().map(|name| text(name.short)).collect()
    }

    #[test]
    fn short_names_are_unique() {
        let names = ["ks.cfg", "KICK.CFG", "autounattend.xml", "autounattend2.xml", "a b.txt", ".profile", "größe.c"];
        let expected = ["KS.CFG", "KICK.CFG", "AUTOUN~1.XML", "AUTOUN~2.XML", "AB~1.TXT", "PROFIL~1", "GR__E~1.C"];
        assert_eq!(shorts(&names), expected);
        assert_eq!(shorts(&["AUTOUN~1.XML", "autounattend.xml"]), ["AUTOUN~1.XML", "AUTOUN~2.XML"]);
    }

    #[test]
    fn only_names_that_differ_from_their_short_form_are_long() {
        let names = of_folder(["KS.CFG", "ks2.cfg", &"x".repeat(27)].into_iter()).unwrap();
        assert_eq!(names.iter().map(Name::entries).collect::<Vec<_>>(), [1, 2, 4]);
    }

    #[test]
    fn names_that_cannot_be_are_told() {
        for name in ["a:b", "a.", "a ", "a\n", &"x".repeat(256)] {
            assert!(matches!(of_folder([name].into_iter()), Err(Error::FloppyName { .. })), "{name:?}");
        }
        assert!(matches!(of_folder(["A.txt", "a.TXT"].into_iter()), Err(Error::FloppySameName { .. })));
    }

    #[test]
    fn labels_fit_their_field() {
        assert_eq!(&label("a label that is long"), b"a label tha");
        assert_eq!(&label("größe"), b"gr__e      ");
    }

    proptest::proptest! {
        #[test]
        fn short_names_differ(names in proptest::collection::hash_set("[a-zA-Z~1. ü]{1,12}", 0..30)) {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            if let Ok(found) = of_folder(names.iter().copied()) {
                let distinct: std::collections::HashSet<_> = found.iter().map(|name| name.short).collect();
                proptest::prop_assert_eq!(distinct.len(), names.len());
            }
        }
    }
}

//! Paths and patterns in lists of seed files, with the meaning they have in Go's `filepath.Glob`.

use std::path::PathBuf;

use super::Error;

/// The paths a list entry stands for, sorted. A pattern without a match is nothing; a plain path is itself,
/// whether it exists or not.
pub(super) fn expand(entry: &str) -> Result<Vec<PathBuf>, Error> {
    if !entry.contains(['*', '?', '[']) {
        return Ok(vec![PathBuf::from(entry)]);
    }
    let invalid = |source| Error::Pattern { pattern: entry.to_owned(), source };
    let mut paths = Vec::new();
    for path in glob::glob(&translate(entry)).map_err(invalid)? {
        paths.push(path.map_err(|error| Error::Read { path: error.path().to_owned(), source: error.into() })?);
    }
    paths.sort();
    Ok(paths)
}

/// Go knows `\` as an escape and `[^…]` as a negation, and `**` means no more than `*`.
fn translate(pattern: &str) -> String {
    let mut translated = String::new();
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                translated.extend(characters.next().map(|escaped| glob::Pattern::escape(&escaped.to_string())));
            }
            '*' if translated.ends_with('*') => {}
            '[' if characters.next_if_eq(&'^').is_some() => translated.push_str("[!"),
            other => translated.push(other),
        }
    }
    translated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_translated() {
        assert_eq!(translate("a/**/[^b]?"), "a/*/[!b]?");
        assert_eq!(translate(r"a\*b"), "a[*]b");
    }

    #[test]
    fn matches_are_sorted_and_may_be_none() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.cfg", "a.cfg", ".c.cfg", "d.txt"] {
            fs_err::write(folder.path().join(name), "").unwrap();
        }
        let found = expand(&format!("{}/*.cfg", folder.path().display())).unwrap();
        let names: Vec<_> = found.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, [".c.cfg", "a.cfg", "b.cfg"]);
        assert!(expand(&format!("{}/*.none", folder.path().display())).unwrap().is_empty());
        assert_eq!(expand("no/such").unwrap(), [PathBuf::from("no/such")]);
        assert!(matches!(expand("a[").unwrap_err(), Error::Pattern { .. }));
    }
}

//! The formats that can be written, by name and by file extension.

use std::path::Path;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Raw,
    Qcow2,
}

/// Names, with the extensions that stand for them.
const NAMES: &[(&str, Target, &[&str])] =
    &[("raw", Target::Raw, &["raw", "img"]), ("qcow2", Target::Qcow2, &["qcow2"])];

impl Target {
    pub fn by_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, ..)| *known == name).map(|(_, target, _)| *target)
    }

    /// By the end of a file's name, whatever its case.
    pub fn by_extension(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let ends = |extension: &&str| name.strip_suffix(extension).is_some_and(|stem| stem.ends_with('.'));
        NAMES.iter().find(|(.., extensions)| extensions.iter().any(ends)).map(|(_, target, _)| *target)
    }

    /// All names, for messages.
    pub fn names() -> Vec<&'static str> {
        NAMES.iter().map(|(name, ..)| *name).collect()
    }

    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, target, _)| *target == self).map_or("", |(name, ..)| name)
    }
}

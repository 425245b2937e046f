//! What a program left in a folder.

use std::path::Path;

/// The names in the folder of a bench, but for its cache and its home.
pub(crate) fn left(folder: &Path) -> Vec<String> {
    let entries = fs_err::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name != "cache" && name != "home");
    names.sort();
    names
}

//! What names tell of files, where their first bytes do not.

use std::path::{Path, PathBuf};

use crate::image::Format;

/// The format of the file at `path` that begins with `start`. A fixed VHD does not begin as one: there the name counts.
pub fn format_of(path: &Path, start: &[u8]) -> Format {
    match Format::detect(start) {
        Format::Raw if has_extension(path, &["vhd"]) => Format::Vhd,
        format => format,
    }
}

pub fn is_called_compressed(path: &Path) -> bool {
    has_extension(path, &["gz", "zst"])
}

/// The name of what is compressed in the file.
pub(super) fn without_compression(path: &Path) -> PathBuf {
    if is_called_compressed(path) { path.with_extension("") } else { path.to_owned() }
}

pub(super) fn has_extension(path: &Path, known: &[&str]) -> bool {
    let extension = path.extension();
    extension.is_some_and(|extension| known.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

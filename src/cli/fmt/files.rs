//! Which files a path on the command line stands for.

use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, Diagnostics};

/// The endings of what can be formatted.
const ENDINGS: [&str; 2] = [".pkr.hcl", ".pkrvars.hcl"];

/// Files as they were named, and those directly in the folders that were named, in the order of their names.
pub(super) fn find(paths: &[PathBuf], recursive: bool, diagnostics: &mut Diagnostics) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            in_folder(path, recursive, &mut files, diagnostics);
        } else if path == Path::new("-") || has_ending(path) || !path.exists() {
            files.push(path.clone());
        } else {
            diagnostics.push(
                Diagnostic::error(format!("{} is no HCL2 file", path.display()))
                    .help("the names of HCL2 files end in .pkr.hcl or .pkrvars.hcl"),
            );
        }
    }
    files
}

/// Folders that wait for their turn are kept in a list, so that their depth does not matter.
fn in_folder(root: &Path, recursive: bool, files: &mut Vec<PathBuf>, diagnostics: &mut Diagnostics) {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let Some(entries) = diagnostics.take(entries(&folder)) else { continue };
        let (inner, found): (Vec<_>, Vec<_>) = entries.into_iter().partition(|path| path.is_dir());
        files.extend(found.into_iter().filter(|path| has_ending(path)));
        // A link to a folder could lead back here.
        folders.extend(inner.into_iter().rev().filter(|path| recursive && !path.is_symlink()));
    }
}

/// What lies in a folder, but for hidden files and those that editors leave, sorted.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let entries = fs_err::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|error| Diagnostic::error(format!("cannot list the folder: {error}")))?;
    let wanted = entries.iter().filter(|entry| !is_ignored(&entry.file_name().to_string_lossy()));
    let mut paths: Vec<PathBuf> = wanted.map(fs_err::DirEntry::path).collect();
    paths.sort();
    Ok(paths)
}

fn is_ignored(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
}

fn has_ending(path: &Path) -> bool {
    let name = path.to_string_lossy();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs_err::create_dir_all(folder.path().join("deep/er")).expect("folders are made");
        for name in
            ["b.pkr.hcl", "a.pkrvars.hcl", ".c.pkr.hcl", "d.pkr.hcl~", "#e.pkr.hcl#", "f.hcl", "deep/er/g.pkr.hcl"]
        {
            fs_err::write(folder.path().join(name), "").expect("the file is written");
        }
        folder
    }

    fn found(folder: &Path, recursive: bool) -> Vec<String> {
        let mut diagnostics = Diagnostics::default();
        let files = find(&[folder.to_owned()], recursive, &mut diagnostics);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let name = |path: &PathBuf| path.strip_prefix(folder).map(|path| path.display().to_string());
        files.iter().map(|path| name(path).expect("it lies in the folder")).collect()
    }

    #[test]
    fn a_folder_stands_for_the_hcl_files_in_it() {
        let folder = tree();
        assert_eq!(found(folder.path(), false), ["a.pkrvars.hcl", "b.pkr.hcl"]);
        assert_eq!(found(folder.path(), true), ["a.pkrvars.hcl", "b.pkr.hcl", "deep/er/g.pkr.hcl"]);
    }

    #[test]
    fn other_files_are_refused() {
        let folder = tree();
        let mut diagnostics = Diagnostics::default();
        assert!(find(&[folder.path().join("f.hcl")], false, &mut diagnostics).is_empty());
        assert!(diagnostics.has_errors());
    }
}

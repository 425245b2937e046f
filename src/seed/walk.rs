//! The files below a path on this host.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::Error;

/// A file or folder that was found.
#[derive(Debug)]
pub(super) struct Found {
    /// From the start of the walk, which has none, to this one.
    pub(super) names: Vec<String>,
    pub(super) path: PathBuf,
    /// Of what a symbolic link leads to.
    pub(super) metadata: Metadata,
}

/// The start and everything below it, folders before what is in them, in the order of their names.
/// Symbolic links are followed, since the guest could not follow them.
pub(super) fn walk(start: &Path) -> Result<Vec<Found>, Error> {
    let mut found = Vec::new();
    visit(start, &mut Vec::new(), &mut Vec::new(), &mut found)?;
    Ok(found)
}

fn visit(
    path: &Path,
    names: &mut Vec<String>,
    ancestors: &mut Vec<PathBuf>,
    found: &mut Vec<Found>,
) -> Result<(), Error> {
    let metadata = fs::metadata(path).map_err(Error::read(path))?;
    if !metadata.is_dir() && !metadata.is_file() {
        return Err(Error::Special { path: path.to_owned() });
    }
    let is_folder = metadata.is_dir();
    found.push(Found { names: names.clone(), path: path.to_owned(), metadata });
    if is_folder { visit_folder(path, names, ancestors, found) } else { Ok(()) }
}

fn visit_folder(
    path: &Path,
    names: &mut Vec<String>,
    ancestors: &mut Vec<PathBuf>,
    found: &mut Vec<Found>,
) -> Result<(), Error> {
    let real = fs::canonicalize(path).map_err(Error::read(path))?;
    if ancestors.contains(&real) {
        return Err(Error::Loop { path: path.to_owned() });
    }
    ancestors.push(real);
    for child in children(path)? {
        names.push(name(&child)?);
        visit(&child, names, ancestors, found)?;
        names.pop();
    }
    ancestors.pop();
    Ok(())
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::read(folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<Result<Vec<_>, _>>().map_err(Error::read(folder))?;
    paths.sort();
    Ok(paths)
}

/// The last name of a path, which media only hold as Unicode.
pub(super) fn name(path: &Path) -> Result<String, Error> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned).ok_or_else(|| Error::Name { path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_and_loops_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("tree/sub")).unwrap();
        fs::write(at("outside"), "x").unwrap();
        fs::os::unix::fs::symlink("../../outside", at("tree/sub/link")).unwrap();
        let names: Vec<_> = walk(&at("tree")).unwrap().into_iter().map(|found| found.names.join("/")).collect();
        assert_eq!(names, ["", "sub", "sub/link"]);
        fs::os::unix::fs::symlink("..", at("tree/sub/up")).unwrap();
        assert!(matches!(walk(&at("tree")).unwrap_err(), Error::Loop { .. }));
    }

    #[test]
    fn a_socket_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        assert!(matches!(walk(folder.path()).unwrap_err(), Error::Special { .. }));
    }
}

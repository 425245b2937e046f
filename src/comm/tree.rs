//! What is to be uploaded from a local folder, in the order of sending.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use fs_err as fs;

/// Folders in folders; more is a link that leads back.
const DEPTH_LIMIT: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Enter { name: String, mode: u32 },
    File { path: PathBuf, name: String, mode: u32, size: u64 },
    Leave,
}

/// One local file.
pub(super) async fn file(path: &Path, name: &str) -> std::io::Result<Entry> {
    let metadata = fs::tokio::metadata(path).await?;
    if metadata.is_dir() {
        let message = format!("{} is a folder", path.display());
        return Err(std::io::Error::new(std::io::ErrorKind::IsADirectory, message));
    }
    Ok(file_entry(path, name.to_owned(), &metadata))
}

/// A folder: its contents, or with `itself` also the folder. Links are followed; names are sorted.
pub(super) async fn folder(path: PathBuf, itself: bool) -> std::io::Result<Vec<Entry>> {
    let walk = move || {
        let mut entries = Vec::new();
        let walked = if itself { enter(&path, &mut entries, 0) } else { contents(&path, &mut entries, 0) };
        walked.map(|()| entries)
    };
    tokio::task::spawn_blocking(walk).await.map_err(std::io::Error::other)?
}

fn contents(path: &Path, entries: &mut Vec<Entry>, depth: usize) -> std::io::Result<()> {
    let mut paths = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    for path in paths {
        let metadata = fs::metadata(&path)?;
        if metadata.is_dir() {
            enter(&path, entries, depth + 1)?;
        } else if metadata.is_file() {
            entries.push(file_entry(&path, name_of(&path)?, &metadata));
        }
    }
    Ok(())
}

fn enter(path: &Path, entries: &mut Vec<Entry>, depth: usize) -> std::io::Result<()> {
    if depth > DEPTH_LIMIT {
        return Err(std::io::Error::other(format!("{} is nested too deeply: a link leads back?", path.display())));
    }
    entries.push(Entry::Enter { name: name_of(path)?, mode: fs::metadata(path)?.mode() & 0o777 });
    contents(path, entries, depth)?;
    entries.push(Entry::Leave);
    Ok(())
}

fn file_entry(path: &Path, name: String, metadata: &std::fs::Metadata) -> Entry {
    Entry::File { path: path.to_owned(), name, mode: metadata.mode() & 0o777, size: metadata.len() }
}

fn name_of(path: &Path) -> std::io::Result<String> {
    let name = path.file_name().and_then(|name| name.to_str()).filter(|name| !name.contains('\n'));
    name.map(str::to_owned).ok_or_else(|| unusable(path))
}

fn unusable(path: &Path) -> std::io::Error {
    std::io::Error::other(format!("{} has no name that can be sent", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(entries: &[Entry]) -> Vec<String> {
        let text = |entry: &Entry| match entry {
            Entry::Enter { name, .. } => format!("{name}/"),
            Entry::File { name, size, .. } => format!("{name} {size}"),
            Entry::Leave => "..".to_owned(),
        };
        entries.iter().map(text).collect()
    }

    #[tokio::test]
    async fn a_folder_is_walked_in_order_and_links_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("etc");
        fs::create_dir_all(root.join("b")).unwrap();
        fs::write(root.join("b/x"), "12").unwrap();
        fs::write(root.join("a"), "1").unwrap();
        std::os::unix::fs::symlink(root.join("a"), root.join("link")).unwrap();
        let contents = super::folder(root.clone(), false).await.unwrap();
        assert_eq!(shown(&contents), ["a 1", "b/", "x 2", "..", "link 1"]);
        let with_itself = super::folder(root, true).await.unwrap();
        assert_eq!(shown(&with_itself)[0], "etc/");
        assert_eq!(with_itself.last(), Some(&Entry::Leave));
    }

    #[tokio::test]
    async fn a_link_that_leads_back_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        assert!(super::folder(folder.path().to_owned(), false).await.is_err());
    }

    #[tokio::test]
    async fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = file(folder.path(), "x").await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::IsADirectory);
    }
}

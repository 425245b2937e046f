//! Removes what an artifact consists of.

use std::path::Path;

use fs_err as fs;

use super::Error;
use crate::artifact::Artifact;
use crate::io::blocking;

/// Removes the artifact's folder, or without one its files. What is gone already is no error.
pub(super) async fn destroy(artifact: &Artifact) -> Result<(), Error> {
    let paths = match &artifact.directory {
        Some(directory) => vec![directory.clone()],
        None => artifact.files.clone(),
    };
    blocking::run(move |cancelled| {
        for path in &paths {
            cancelled.check()?;
            remove(path)?;
        }
        Ok(())
    })
    .await
    .map_err(Error::io("remove an artifact that nobody keeps"))
}

fn remove(path: &Path) -> std::io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::testing::{files_artifact, machine_artifact};

    #[tokio::test]
    async fn the_folder_goes_or_else_the_files_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("output")).unwrap();
        for name in ["output/vm", "output/serial.log", "one", "other"] {
            fs::write(path(name), "").unwrap();
        }
        let machine = machine_artifact(&path("output"), &[("vm", "qcow2")]);
        destroy(&machine).await.unwrap();
        destroy(&files_artifact(&[&path("one"), &path("missing")])).await.unwrap();
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["other"]);
    }
}

//! The `file` builder: a file with a text, or a copy.

use std::path::Path;

use fs_err::tokio as fs;
use tokio::io::AsyncWriteExt;

use super::Exported;
use crate::artifact::Artifact;
use crate::io::partial::PartialFile;
use crate::plan::{FileOrigin, FilePlan};
use crate::run::build::Build;
use crate::run::error::Cause;
use crate::template::interpolate::Fields;

/// A text may hold what nobody else should read.
const CONTENT_MODE: u32 = 0o600;

pub(in crate::run) async fn write<D, C>(build: &Build<'_, D, C>, plan: &FilePlan) -> Result<Exported, Cause> {
    let target = &plan.target;
    let failed = || Cause::io(format!("write {}", target.display()));
    let (partial, file) = PartialFile::create(target, &build.context.cleanup).map_err(failed())?;
    let mut file = fs::File::from_std(file);
    fill(&mut file, partial.path(), &plan.origin).await.map_err(failed())?;
    partial.commit().await.map_err(failed())?;
    Ok(Exported { artifact: artifact(target) })
}

/// A copy has the rights of a new file, whatever its source has.
async fn fill(file: &mut fs::File, path: &Path, origin: &FileOrigin) -> std::io::Result<()> {
    match origin {
        FileOrigin::Content(text) => {
            restrict(path).await?;
            file.write_all(text.as_bytes()).await?;
        }
        FileOrigin::Copy(source) => {
            if !fs::metadata(source).await?.is_file() {
                // A pipe would keep the build waiting where no cancelling reaches it.
                return Err(std::io::Error::other(format!("{} is not a file", source.display())));
            }
            tokio::io::copy(&mut fs::File::open(source).await?, file).await?;
        }
    }
    file.flush().await
}

fn artifact(target: &Path) -> Artifact {
    Artifact {
        builder_id: "packer.file".into(),
        id: "File".into(),
        description: format!("Stored file: {}", target.display()),
        files: vec![target.to_owned()],
        directory: None,
        machine: None,
        build_data: Fields::new(),
    }
}

#[cfg(unix)]
async fn restrict(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, std::fs::Permissions::from_mode(CONTENT_MODE)).await
}

#[cfg(not(unix))]
async fn restrict(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

//! The `file` builder: a file with a text, or a copy.

use std::path::Path;

use fs_err::tokio as fs;

use super::Exported;
use crate::artifact::Artifact;
use crate::plan::{FileOrigin, FilePlan};
use crate::run::build::Build;
use crate::run::error::Cause;
use crate::template::interpolate::Fields;

/// A text may hold what nobody else should read.
const CONTENT_MODE: u32 = 0o600;

pub(in crate::run) async fn write<D, C>(_build: &Build<'_, D, C>, plan: &FilePlan) -> Result<Exported, Cause> {
    let target = &plan.target;
    let failed = || Cause::io(format!("write {}", target.display()));
    match &plan.origin {
        FileOrigin::Content(text) => {
            fs::write(target, text).await.map_err(failed())?;
            restrict(target).await.map_err(failed())?;
        }
        FileOrigin::Copy(source) => {
            fs::copy(source, target).await.map_err(failed())?;
        }
    }
    let artifact = Artifact {
        builder_id: "packer.file".into(),
        id: "File".into(),
        description: format!("Stored file: {}", target.display()),
        files: vec![target.clone()],
        directory: None,
        machine: None,
        build_data: Fields::new(),
    };
    Ok(Exported { artifact })
}

#[cfg(unix)]
async fn restrict(target: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(target, std::fs::Permissions::from_mode(CONTENT_MODE)).await
}

#[cfg(not(unix))]
async fn restrict(_target: &Path) -> std::io::Result<()> {
    Ok(())
}

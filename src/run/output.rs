//! The output folder: made by the build, gone if it fails. With `-force` a former one is put aside and
//! comes back when the build fails.

use std::path::{Path, PathBuf};

use fs_err::tokio as fs;

use super::error::Cause;
use crate::io::Context;
use crate::io::cleanup::CleanupId;
use crate::io::journal::Resource;

/// The folder of this build's artifact, and what to undo if the build fails.
#[derive(Debug)]
pub struct OutputFolder {
    pub path: PathBuf,
    made: CleanupId,
    /// Where the former folder is, and the entry that brings it back.
    aside: Option<(PathBuf, CleanupId)>,
}

/// Makes the folder; an existing one is an error, or with `force` put aside.
pub async fn prepare(path: &Path, force: bool, context: &Context) -> Result<OutputFolder, Cause> {
    let aside = if path.symlink_metadata().is_err() {
        None
    } else if force {
        Some(put_aside(path, context).await?)
    } else {
        return Err(Cause::OutputExists { path: path.display().to_string() });
    };
    let failed = |action: &str| Cause::io(format!("{action} output folder {}", path.display()));
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).await.map_err(failed("make the parent of"))?;
    }
    fs::create_dir(path).await.map_err(failed("make"))?;
    let made = context.cleanup.push_made_path(path).map_err(failed("note down"))?;
    Ok(OutputFolder { path: path.to_owned(), made, aside })
}

async fn put_aside(path: &Path, context: &Context) -> Result<(PathBuf, CleanupId), Cause> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = path.with_file_name(format!(".{name}.{}", uuid::Uuid::new_v4()));
    let failed = |action: &str| Cause::io(format!("{action} former output folder {}", path.display()));
    let resource = Resource::PutAside { original: path.to_owned(), aside: aside.clone() };
    let label = format!("bring back the former {} from {}", path.display(), aside.display());
    let entry = context.cleanup.push_resource(label, resource).map_err(failed("note down"))?;
    fs::rename(path, &aside).await.map_err(failed("put aside"))?;
    Ok((aside, entry))
}

impl OutputFolder {
    /// The build succeeded: the folder is the user's, the former one goes.
    pub async fn keep(self, context: &Context) -> Result<PathBuf, Cause> {
        context.cleanup.keep(self.made);
        if let Some((aside, entry)) = self.aside {
            let failed = |source| Cause::io(format!("remove the former output {}", aside.display()))(source);
            // Written down before the way back is given up, so that a killed build leaves one or the other.
            let removal = context.cleanup.push_unique_path(&aside).map_err(failed)?;
            context.cleanup.keep(entry);
            context.cleanup.run(removal).await.map_err(|reason| failed(std::io::Error::other(reason)))?;
        }
        Ok(self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Events;
    use crate::io::cleanup::CleanupStack;
    use crate::io::journal::Journal;
    use crate::io::secrets::Secrets;

    fn context() -> Context {
        let (events, _) = Events::channel();
        Context { events, cleanup: CleanupStack::new(Journal::none()), secrets: Secrets::default() }
    }

    /// An output folder with a file in it.
    fn former(folder: &Path) -> PathBuf {
        let path = folder.join("output");
        fs_err::create_dir(&path).unwrap();
        fs_err::write(path.join("disk"), "former").unwrap();
        path
    }

    #[tokio::test]
    async fn an_existing_folder_is_refused_and_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let path = former(folder.path());
        let error = prepare(&path, false, &context()).await.unwrap_err();
        assert!(error.to_string().contains("-force"), "{error}");
        assert_eq!(fs_err::read_to_string(path.join("disk")).unwrap(), "former");
    }

    #[tokio::test]
    async fn a_failed_forced_build_brings_the_former_folder_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = former(folder.path());
        let context = context();
        prepare(&path, true, &context).await.unwrap();
        assert!(!path.join("disk").exists());
        assert_eq!(context.cleanup.unwind(&context.events).await, Vec::<String>::new());
        assert_eq!(fs_err::read_to_string(path.join("disk")).unwrap(), "former");
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn a_successful_forced_build_leaves_only_the_new_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = former(folder.path());
        let context = context();
        prepare(&path, true, &context).await.unwrap().keep(&context).await.unwrap();
        context.cleanup.unwind(&context.events).await;
        assert_eq!(fs_err::read_dir(&path).unwrap().count(), 0);
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1);
    }
}

//! The provisioners for Windows: `powershell`, `windows-shell`, `windows-restart` and `windows-update`.
//!
//! They need only what every session can do, commands and files, so they work over WinRM and over the SSH server
//! of Windows.

mod powershell;
mod restart;
mod script;
mod shell;
mod update;

use std::path::PathBuf;

use super::Error;
use super::shell::inline_text;
use crate::plan::provisioner::Scripts;
use crate::template::interpolate::Fields;

pub(super) use powershell::run as run_powershell;
pub(super) use restart::run as run_restart;
pub(super) use shell::run as run_shell;
pub(super) use update::run as run_update;

/// A script of the template.
enum Script<'a> {
    Inline(String),
    File(&'a PathBuf),
}

impl<'a> Script<'a> {
    fn all(scripts: &'a Scripts, fields: &Fields) -> Result<Vec<Self>, Error> {
        match scripts {
            Scripts::Inline { lines, .. } => Ok(vec![Self::Inline(inline_text(lines, None, fields)?)]),
            Scripts::Files(paths) => Ok(paths.iter().map(Self::File).collect()),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Inline(_) => "inline script".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// A file goes to the guest byte by byte.
    async fn content(&self, inline: impl Fn(&str) -> Vec<u8>) -> Result<Vec<u8>, Error> {
        match self {
            Self::Inline(text) => Ok(inline(text)),
            Self::File(path) => fs_err::tokio::read(path).await.map_err(Error::local("read a script")),
        }
    }
}

//! Formulas: folders of Git repositories that join the state tree. They are fetched on this host, into a folder of
//! ours, so that the template's own tree stays as it is.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::comm::Communicator;
use crate::event::Events;
use crate::plan::provisioner::Formula;
use crate::process::Cmd;
use crate::provision::Error;
use crate::provision::staging::Staging;

/// A formula on this host.
#[derive(Debug)]
pub(super) struct Fetched {
    /// Removed with this value.
    _clone: TempDir,
    source: PathBuf,
    folder: String,
}

pub(super) async fn fetch(formulas: &[Formula], events: &Events) -> Result<Vec<Fetched>, Error> {
    let mut fetched = Vec::with_capacity(formulas.len());
    for formula in formulas {
        events.debug(format!("fetching the formula {} of {}", formula.folder, formula.repository));
        fetched.push(fetch_one(formula).await?);
    }
    Ok(fetched)
}

async fn fetch_one(formula: &Formula) -> Result<Fetched, Error> {
    let clone = tempfile::tempdir().map_err(Error::local("make a folder for a formula"))?;
    git().args(["clone", "--quiet", "--", &formula.repository]).arg(clone.path()).run().await?;
    if let Some(reference) = &formula.reference {
        git().arg("-C").arg(clone.path()).args(["checkout", "--quiet", reference]).run().await?;
    }
    let source = clone.path().join(&formula.folder);
    if !source.is_dir() {
        let message = format!("{} has no folder {}", formula.repository, formula.folder);
        return Err(Error::Plan { message });
    }
    Ok(Fetched { _clone: clone, source, folder: formula.folder.clone() })
}

/// Nobody is there to answer a question for a password.
fn git() -> Cmd {
    Cmd::new("git").env("GIT_TERMINAL_PROMPT", "0")
}

pub(super) async fn upload<C: Communicator>(
    formulas: &[Fetched],
    staging: &Staging<'_, C>,
    states: &str,
) -> Result<(), Error> {
    for formula in formulas {
        staging.upload_folder(&formula.source, &format!("{states}/{}", formula.folder)).await?;
    }
    Ok(())
}

#[cfg(test)]
impl Fetched {
    pub(super) fn read(&self, name: &str) -> String {
        fs_err::read_to_string(self.source.join(name)).expect("the formula has this file")
    }
}

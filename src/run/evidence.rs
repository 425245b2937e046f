//! What a failed guest leaves to look at: its last screen and its serial console, in a folder of their own.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err::tokio as fs;
use futures::FutureExt;

use super::build::Build;
use super::error::BuildError;
use super::stages::Guest;
use crate::event::Event;
use crate::machine::Machine;

/// A guest or hypervisor that hangs must not hold up the cleanup.
const PATIENCE: Duration = Duration::from_secs(5);

/// Saves what there is. A failure here is only a warning: the build's own error matters more.
pub(super) async fn save<D, C, M: Machine>(build: &Build<'_, D, C>, guest: &mut Guest<M>, error: &BuildError) {
    let folder = build.run.cache.evidence_folder().join(format!(
        "{}-{}",
        build.plan.name.replace('/', "_"),
        &build.run.options.run_uuid[..8.min(build.run.options.run_uuid.len())]
    ));
    let collected = AssertUnwindSafe(collect(&folder, build, guest, error)).catch_unwind();
    match tokio::time::timeout(PATIENCE, collected).await {
        Ok(Err(_)) => build.context.events.warn("a defect kept the evidence of the failure from being saved"),
        Ok(Ok(Ok(saved))) if !saved.is_empty() => {
            build.context.events.send(Event::EvidenceSaved { folder, files: saved });
        }
        Ok(Ok(Ok(_))) => {}
        Ok(Ok(Err(error))) => build.context.events.warn(format!("cannot keep evidence of the failure: {error}")),
        Err(_) => build.context.events.warn("the machine did not give its last screen in time"),
    }
}

async fn collect<D, C, M: Machine>(
    folder: &Path,
    build: &Build<'_, D, C>,
    guest: &mut Guest<M>,
    error: &BuildError,
) -> std::io::Result<Vec<PathBuf>> {
    fs::create_dir_all(folder).await?;
    let mut saved = Vec::new();
    let report = folder.join("error.txt");
    let text = build.context.secrets.mask(&format!("{:?}: {}\n", error.stage, error.message()));
    fs::write(&report, text).await?;
    saved.push(report);
    let serial = guest.work_directory.join("serial.log");
    if serial.is_file() {
        let kept = folder.join("serial.log");
        let text = String::from_utf8_lossy(&fs::read(&serial).await?).into_owned();
        fs::write(&kept, build.context.secrets.mask(&text)).await?;
        saved.push(kept);
    }
    let screen = folder.join("screen.png");
    if guest.machine.screenshot(&screen).await.is_ok() {
        saved.push(screen);
    }
    Ok(saved)
}

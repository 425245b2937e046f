//! Removing a machine that a build made, and making one of the user's what it was: at the end of a build that failed,
//! and in the run after one that was killed.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

use super::calls::Call;
use super::failure::Failure;
use super::manage::Manage;
use super::parse::MachineInfo;
use super::version::Version;
use crate::io::journal::Registered;

/// How long a machine may take to lose its power.
const POWER_LIMIT: Duration = Duration::from_secs(15);
/// What a former run's VirtualBox is taken for: nearly all that are in use know media.
const FORMER: Version = Version::new(5, 0, 0);
const STEP: Duration = Duration::from_millis(200);

/// For a later run. Says whether there was anything to do.
pub async fn remove_left(registered: &Registered) -> io::Result<bool> {
    if is_service_gone(registered) {
        return Ok(false);
    }
    remove(&Manage::of_former_run(registered, FORMER), registered).await.map_err(io::Error::other)
}

/// A list of machines whose folder was deleted is no more; asking for it would only make a new one.
fn is_service_gone(registered: &Registered) -> bool {
    let home = registered.environment.get("VBOX_USER_HOME").and_then(Option::as_ref);
    home.is_some_and(|home| !Path::new(home).exists())
}

pub(super) async fn remove(manage: &Manage, registered: &Registered) -> Result<bool, Failure> {
    let machine = registered.machine.as_str();
    let there = match manage.info(machine).await {
        Ok(info) => Some(info).filter(|info| is_meant(info, registered.folder.as_deref())),
        Err(failure) if failure.is_absent() => None,
        Err(failure) => return Err(failure),
    };
    if let Some(info) = &there {
        power_off(manage, machine).await?;
        match &registered.restore {
            Some(calls) => try_all(manage, machine, calls).await,
            None => unregister(manage, machine, info).await?,
        }
    }
    close_disks(manage, &registered.disks).await;
    try_all(manage, machine, &registered.forget).await;
    Ok(there.is_some())
}

async fn unregister(manage: &Manage, machine: &str, info: &MachineInfo) -> Result<(), Failure> {
    discard_state(manage, machine).await?;
    manage.run(machine, &Call::on("unregistervm", machine).arg("--delete")).await?;
    sweep(&info.settings_file);
    Ok(())
}

/// A service that loads a machine anew may save its settings in a newer form. It keeps a copy of the old one
/// (`NAME-1.19-linux.vbox`), and the folder for the copy's sake.
fn sweep(settings_file: &Path) {
    let (Some(folder), Some(name)) = (settings_file.parent(), settings_file.file_stem()) else { return };
    let copy = format!("{}-", name.to_string_lossy());
    let Ok(entries) = fs_err::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        if file.starts_with(&copy) && path.extension().is_some_and(|extension| extension == "vbox") {
            // What stays is only litter.
            let _ = fs_err::remove_file(&path);
        }
    }
    // It fails, as it should, when there is anything else in it.
    let _ = fs_err::remove_dir(folder);
}

/// A name alone may belong to another machine by now.
fn is_meant(info: &MachineInfo, folder: Option<&Path>) -> bool {
    folder.is_none_or(|folder| info.settings_file.starts_with(folder))
}

/// Until it is off: a machine that just starts or stops takes no command.
async fn power_off(manage: &Manage, machine: &str) -> Result<(), Failure> {
    let deadline = Instant::now() + POWER_LIMIT;
    loop {
        if !manage.info(machine).await?.is_on() {
            return Ok(());
        }
        match manage.ask(&Call::on("controlvm", machine).arg("poweroff")).await {
            Err(failure) if Instant::now() >= deadline => return Err(failure),
            _ => tokio::time::sleep(STEP).await,
        }
    }
}

/// Of a machine that was made; one of the user's may hold what nobody else has.
async fn discard_state(manage: &Manage, machine: &str) -> Result<(), Failure> {
    if manage.info(machine).await?.state.ends_with("saved") {
        manage.run(machine, &Call::on("discardstate", machine)).await?;
    }
    Ok(())
}

/// What was not yet done cannot be undone, so failures mean nothing.
async fn try_all(manage: &Manage, machine: &str, calls: &[Vec<String>]) {
    for call in calls {
        let words: Vec<&str> = call.iter().map(String::as_str).collect();
        let _ = manage.run(machine, &Call::new(&words)).await;
    }
}

/// Disks that were made and never attached. Those of the machine went with it.
async fn close_disks(manage: &Manage, disks: &[PathBuf]) {
    for disk in disks.iter().filter(|disk| disk.exists()) {
        let close = Call::new(manage.version().close_disk()).arg(disk).arg("--delete");
        // What VirtualBox does not know is a file like any other, and goes with its folder.
        let _ = manage.ask(&close).await;
    }
}

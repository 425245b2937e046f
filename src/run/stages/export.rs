//! Export: the disks in their final form, the output folder handed to the user.

use std::path::{Path, PathBuf};

use super::{Exported, Guest, Provisioned, Stopped};
use crate::artifact::Artifact;
use crate::machine::Machine;
use crate::plan::MachinePlan;
use crate::run::build::Build;
use crate::run::error::Cause;
use crate::template::interpolate::Fields;

pub(in crate::run) async fn export<D, C, M: Machine>(
    build: &Build<'_, D, C>,
    plan: &MachinePlan,
    slot: &mut Option<Guest<M>>,
    stopped: Stopped,
) -> Result<Exported, Cause> {
    let guest = slot.as_mut().expect("the guest stays in its slot until here");
    let image = guest.machine.export().await?;
    let dropped = guest.machine.dropped_files();
    let guest = slot.take().expect("the guest was just there");
    let directory = guest.output.keep(build.context).await?;
    let files = list_files(&directory, &dropped)?;
    if plan.leaves_no_files() {
        // It was made for the build and holds nothing.
        fs_err::remove_dir(&directory).map_err(Cause::io(format!("remove {}", directory.display())))?;
        return Ok(Exported { artifact: without_files(plan, stopped.build_data) });
    }
    let artifact = Artifact {
        builder_id: plan.builder_id().into(),
        id: "VM".into(),
        description: format!("VM files in directory: {}", directory.display()),
        files,
        directory: (!plan.stays_registered()).then_some(directory),
        machine: image,
        build_data: stopped.build_data,
    };
    Ok(Exported { artifact })
}

/// What is left is the machine in its hypervisor.
fn without_files(plan: &MachinePlan, build_data: Fields) -> Artifact {
    Artifact {
        builder_id: plan.builder_id().into(),
        id: "VM".into(),
        description: format!("the machine {}, not exported", plan.vm_name),
        files: Vec::new(),
        directory: None,
        machine: None,
        build_data,
    }
}

/// The artifact of a build without a machine.
pub(in crate::run) fn nothing<S>(provisioned: Provisioned<S>) -> Exported {
    let artifact = Artifact {
        builder_id: "fnoeding.null".into(),
        id: "Null".into(),
        description: "Did not export anything. This is the null builder".into(),
        files: Vec::new(),
        directory: None,
        machine: None,
        build_data: provisioned.build_data,
    };
    Exported { artifact }
}

/// Every file below the folder in lexical order: what the user's own `qemuargs` wrote there belongs to the artifact.
fn list_files(directory: &Path, dropped: &[PathBuf]) -> Result<Vec<PathBuf>, Cause> {
    let failed = || Cause::io(format!("list {}", directory.display()));
    let mut files = Vec::new();
    let mut folders = vec![directory.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).map_err(failed())? {
            let path = entry.map_err(failed())?.path();
            if path.is_dir() {
                folders.push(path);
            } else if !dropped.contains(&path) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

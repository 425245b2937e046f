//! What the tests of post-processors start from.

use std::path::{Path, PathBuf};

use super::{Error, LocalRunner, PostContext};
use crate::artifact::{Artifact, Disk, Hardware, MachineImage};
use crate::event::{EventReceiver, Events};
use crate::io::Context;
use crate::io::cleanup::CleanupStack;
use crate::io::journal::Journal;
use crate::io::secrets::Secrets;
use crate::plan::provisioner::ShellLocalPlan;

pub(super) fn context() -> (Context, EventReceiver) {
    let (events, receiver) = Events::channel();
    let cleanup = CleanupStack::new(Journal::none());
    (Context { events, cleanup, secrets: Secrets::default() }, receiver)
}

pub(super) fn post_context() -> PostContext {
    PostContext {
        build_name: "vm".into(),
        builder_type: "qemu".into(),
        run_uuid: "8a9c2a6e-0000-4000-8000-000000000001".into(),
        force: false,
    }
}

/// An artifact of plain files, as `artifice` makes it.
pub(super) fn files_artifact(files: &[&Path]) -> Artifact {
    Artifact {
        builder_id: "packer.post-processor.artifice".into(),
        id: String::new(),
        description: "files".into(),
        files: files.iter().map(|&path| path.to_owned()).collect(),
        directory: None,
        machine: None,
        build_data: [("ID".to_owned(), "vm".to_owned())].into(),
    }
}

/// A QEMU machine with disks of one GiB.
pub(super) fn machine_artifact(folder: &Path, disks: &[(&str, &str)]) -> Artifact {
    let disk = |(name, format): &(&str, &str)| Disk {
        path: folder.join(name),
        format: (*format).to_owned(),
        virtual_size_bytes: 1 << 30,
    };
    let disks: Vec<Disk> = disks.iter().map(disk).collect();
    let files: Vec<PathBuf> = disks.iter().map(|disk| disk.path.clone()).collect();
    let hardware = Some(Hardware { name: "vm".into(), processors: 2, memory_mib: 512 });
    let machine = MachineImage { disks, accelerator: "tcg".into(), hardware, ..MachineImage::default() };
    Artifact {
        builder_id: "transcend.qemu".into(),
        id: "VM".into(),
        description: format!("VM files in directory: {}", folder.display()),
        directory: Some(folder.to_owned()),
        machine: Some(machine),
        files,
        ..files_artifact(&[])
    }
}

/// A runner of local scripts for tests without any.
#[derive(Debug)]
pub(super) struct NoScripts;

impl LocalRunner for NoScripts {
    async fn run_local(&self, _plan: &ShellLocalPlan, _input: &Artifact, _context: &Context) -> Result<(), Error> {
        Ok(())
    }
}

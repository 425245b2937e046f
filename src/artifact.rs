//! What a build leaves: files with their provenance. Post-processors map one artifact to the next.

use std::path::PathBuf;

use serde::Serialize;

use crate::template::interpolate::Fields;

/// Files that belong together, and who made them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Artifact {
    /// Packer's builder id, such as `transcend.qemu` or `mitchellh.post-processor.vagrant`.
    pub builder_id: String,
    /// Packer's artifact id, such as `VM`.
    pub id: String,
    /// One line for the summary.
    pub description: String,
    /// Sorted.
    pub files: Vec<PathBuf>,
    /// The folder that is removed with the artifact; without one, `files` are.
    pub directory: Option<PathBuf>,
    /// The machine's disks, where the artifact is a machine of QEMU's. VirtualBox's machines are what their exported
    /// `.ovf` or `.ova` among the files says.
    pub machine: Option<MachineImage>,
    /// The values of `{{ build }}`; only a builder's artifact carries them.
    #[serde(skip)]
    pub build_data: Fields,
}

/// What a consumer of a machine's disks must know.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MachineImage {
    /// In the order the guest sees them; the first one boots.
    pub disks: Vec<Disk>,
    /// `qemu` accelerator that built it (Packer's `domainType`).
    pub accelerator: String,
    /// The UEFI variable store that belongs to the disks.
    pub efi_variables: Option<PathBuf>,
    /// The UEFI code image the machine was built with.
    pub efi_code: Option<PathBuf>,
    pub hardware: Option<Hardware>,
}

/// The machine that the disks were made in, as far as another hypervisor can have it too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hardware {
    /// The template's `vm_name`.
    pub name: String,
    pub processors: u32,
    pub memory_mib: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Disk {
    pub path: PathBuf,
    /// `qcow2` or `raw`.
    pub format: String,
    pub virtual_size_bytes: u64,
}

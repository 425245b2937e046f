//! The plan of a build: plain owned data with every default filled in and every check made that needs
//! no hypervisor. It can be printed (secrets are masked), compared and hashed. What is known only at
//! run time is a `Late` text.

mod algorithm;
pub mod catalog;
pub mod communicator;
pub mod data;
pub mod decode;
pub mod fields;
pub mod post_processor;
pub mod provisioner;
pub mod qemu;
pub mod resolve;
pub mod show;
pub mod virtualbox;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::keys::BootAction;
use crate::template::interpolate::Late;
use communicator::CommunicatorPlan;
use post_processor::PostProcessorPlan;
use provisioner::ProvisionerPlan;
use qemu::QemuPlan;
use virtualbox::{VirtualBoxOrigin, VirtualBoxPlan};

/// One build, ready to run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BuildPlan {
    /// What the user sees and selects.
    pub name: String,
    /// What components see as their build's name: `PACKER_BUILD_NAME`, `.BuildName`.
    pub source_name: String,
    /// Packer's builder type, such as `qemu`.
    pub builder_type: String,
    /// Absolute folder of the template.
    pub template_folder: PathBuf,
    pub builder: BuilderPlan,
    pub communicator: CommunicatorPlan,
    pub provisioners: Vec<ProvisionerPlan>,
    pub error_cleanup_provisioner: Option<ProvisionerPlan>,
    pub post_processors: Vec<Vec<PostProcessorPlan>>,
}

impl BuildPlan {
    pub fn machine(&self) -> Option<&MachinePlan> {
        match &self.builder {
            BuilderPlan::Machine(machine) => Some(machine),
            BuilderPlan::Null | BuilderPlan::File(_) | BuilderPlan::Foreign => None,
        }
    }
}

/// What the build makes before anything is done to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BuilderPlan {
    Machine(Box<MachinePlan>),
    /// Nothing: provisioners work on a host that is there already, or on this one.
    Null,
    File(FilePlan),
    /// A builder that is known by name only. Nothing of it is checked, and it is never run.
    Foreign,
}

/// The `file` builder: a file with a text, or a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FilePlan {
    pub target: PathBuf,
    pub origin: FileOrigin,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileOrigin {
    Content(String),
    Copy(PathBuf),
}

/// A machine, from its media to its power switch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MachinePlan {
    pub vm_name: String,
    pub output_directory: PathBuf,
    /// `None`: the machine starts from something that its hypervisor has.
    pub iso: Option<IsoPlan>,
    pub http: HttpPlan,
    pub cd: Option<CdPlan>,
    pub floppy: Option<FloppyPlan>,
    pub boot: BootPlan,
    /// The port in the guest that this host must reach.
    pub guest_port: Option<u16>,
    pub shutdown: ShutdownPlan,
    pub hypervisor: HypervisorPlan,
}

impl MachinePlan {
    pub fn qemu(&self) -> Option<&QemuPlan> {
        match &self.hypervisor {
            HypervisorPlan::Qemu(qemu) => Some(qemu),
            HypervisorPlan::VirtualBox(_) => None,
        }
    }

    /// Packer's name for who makes the artifact.
    pub fn builder_id(&self) -> &'static str {
        match &self.hypervisor {
            HypervisorPlan::Qemu(_) => "transcend.qemu",
            HypervisorPlan::VirtualBox(_) => "mitchellh.virtualbox",
        }
    }

    /// Whether nothing of the build is to be in the output folder.
    pub fn leaves_no_files(&self) -> bool {
        let is_kept = |origin: &VirtualBoxOrigin| matches!(origin, VirtualBoxOrigin::Machine { .. });
        self.virtualbox().is_some_and(|virtualbox| virtualbox.export.skip && is_kept(&virtualbox.origin))
    }

    /// Whether the hypervisor goes on using files of the output folder.
    pub fn stays_registered(&self) -> bool {
        self.virtualbox().is_some_and(|virtualbox| virtualbox.export.keep_registered)
    }

    pub fn virtualbox(&self) -> Option<&VirtualBoxPlan> {
        match &self.hypervisor {
            HypervisorPlan::VirtualBox(virtualbox) => Some(virtualbox),
            HypervisorPlan::Qemu(_) => None,
        }
    }
}

/// The hypervisor's own part.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HypervisorPlan {
    Qemu(Box<QemuPlan>),
    #[serde(rename = "virtualbox")]
    VirtualBox(Box<VirtualBoxPlan>),
}

/// The installer image, or the disk to start from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IsoPlan {
    /// Tried in order; paths, `file://` or http(s) URLs.
    pub urls: Vec<String>,
    pub checksum: Checksum,
    pub target_path: Option<PathBuf>,
    /// Without a dot, lower case.
    pub target_extension: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Checksum {
    None,
    Digest {
        algorithm: Algorithm,
        hex: String,
    },
    /// A checksum file: a path, `file://` or http(s) URL. Read when the build or `validate` needs it.
    File {
        location: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// The embedded HTTP server. With neither a directory nor content there is none, and the port is 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HttpPlan {
    pub directory: Option<PathBuf>,
    /// By absolute request path; exclusive with `directory`.
    pub content: BTreeMap<String, String>,
    pub port_min: u16,
    pub port_max: u16,
    /// Unset: the loopback address for user networking, all addresses for a bridge.
    pub bind_address: Option<IpAddr>,
}

impl HttpPlan {
    pub fn is_served(&self) -> bool {
        self.directory.is_some() || !self.content.is_empty()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CdPlan {
    /// Paths and patterns as written; a trailing slash means the folder's contents.
    pub files: Vec<String>,
    pub content: BTreeMap<String, String>,
    pub label: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FloppyPlan {
    /// Flattened into the root.
    pub files: Vec<String>,
    /// Kept as trees under their own names.
    pub directories: Vec<String>,
    pub content: BTreeMap<String, String>,
    pub label: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BootPlan {
    /// `None`: do not wait at all.
    pub wait: Option<Duration>,
    pub steps: Vec<BootStepPlan>,
    /// After each key event (QEMU). `None`: the template sets none, the driver chooses.
    pub key_interval: Option<Duration>,
    /// After each batch of scancodes (VirtualBox). `None`: the driver chooses.
    pub keygroup_interval: Option<Duration>,
    /// Types nothing and does not wait.
    pub disabled: bool,
}

/// A part of the boot command with what to say before it is typed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BootStepPlan {
    pub description: Option<String>,
    /// Rendered with `.HTTPIP .HTTPPort .Name .SSHPublicKey`, then parsed by `keys::parse`.
    pub command: Late,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShutdownPlan {
    pub command: Option<Late>,
    pub timeout: Duration,
    /// Takes the command's place.
    pub manner: Option<ShutdownManner>,
    /// A pause once the machine is off.
    pub delay: Option<Duration>,
}

/// How a machine goes off for which the template has no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ShutdownManner {
    /// The guest is asked by the power button, and must obey.
    PowerButton,
    /// The guest does it without being asked.
    ByItself,
    /// The plug is pulled when the guest does not obey the power button.
    PowerButtonOrPlug,
}

/// What one run does with its plans; from the command line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunOptions {
    pub force: bool,
    pub debug: bool,
    pub on_error: OnError,
    /// 0: no limit.
    pub parallel_builds: usize,
    pub run_uuid: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnError {
    #[default]
    Cleanup,
    Abort,
    Ask,
    RunCleanupProvisioner,
}

/// A boot command in its final form.
pub type BootSequence = Vec<BootAction>;

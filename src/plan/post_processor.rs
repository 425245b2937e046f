//! Post-processors, resolved.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use super::Algorithm;
use super::provisioner::ShellLocalPlan;
use crate::template::interpolate::Late;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PostProcessorPlan {
    /// Packer's type, such as `vagrant`.
    pub kind: String,
    pub name: String,
    /// `None`: the post-processor's own default.
    pub keep_input_artifact: Option<bool>,
    pub action: PostProcessorAction,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PostProcessorAction {
    Vagrant(Box<VagrantPlan>),
    Checksum(ChecksumPlan),
    Compress(CompressPlan),
    Ova(Box<OvaPlan>),
    Convert(Box<ConvertPlan>),
    Manifest(ManifestPlan),
    Artifice(ArtificePlan),
    ShellLocal(Box<ShellLocalPlan>),
    /// This program does not run it; a plan that is run has none.
    NotRun,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VagrantPlan {
    /// What the template says for every provider.
    pub options: VagrantOptions,
    /// By provider name: the options with that provider's `override` laid over.
    pub overrides: BTreeMap<String, VagrantOptions>,
    pub provider_override: Option<String>,
    /// Go's names: amd64, arm64, 386...
    pub architecture: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VagrantOptions {
    /// Fields: `.Provider .ArtifactId .BuildName .Architecture` and the build data.
    pub output: Late,
    /// -1: the default; 0: a plain tar.
    pub compression_level: i32,
    pub include: Vec<PathBuf>,
    pub vagrantfile_template: Option<PathBuf>,
    pub vagrantfile_template_generated: bool,
    /// The text of `vagrantfile_template`, with the fields of `output`; `None` when it is generated later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vagrantfile: Option<Late>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChecksumPlan {
    pub types: Vec<Algorithm>,
    /// Fields: `.BuildName .BuilderType .ChecksumType` and the build data.
    pub output: Late,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CompressPlan {
    /// Fields: `.BuildName .BuilderType` and the build data.
    pub output: Late,
    /// `output` as written: archive and algorithm are detected on it.
    pub output_pattern: String,
    pub format: Option<String>,
    /// 0 and -1: the algorithm's default.
    pub compression_level: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OvaPlan {
    /// Fields: `.BuildName .BuilderType` and the build data.
    pub output: Late,
    pub machine: MachineChanges,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConvertPlan {
    /// Fields: `.BuildName .BuilderType` and the build data.
    pub output: Late,
    /// One of `catalog::CONVERT_FORMATS`; `None`: what the extension of `output` says.
    pub format: Option<String>,
    /// One of `catalog::CONVERT_COMPRESSIONS`; `None`: the format's own.
    pub compression: Option<String>,
    pub compression_level: Option<i32>,
    /// Take blocks as well that the file systems mark free.
    pub keep_unused: bool,
    pub machine: MachineChanges,
}

/// What a machine is to be elsewhere; `None`: as it was built.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MachineChanges {
    pub vm_name: Option<String>,
    /// VirtualBox's.
    pub guest_os_type: Option<String>,
    pub processors: Option<u32>,
    pub memory_mib: Option<u32>,
    pub efi: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ManifestPlan {
    pub output: PathBuf,
    pub strip_path: bool,
    pub strip_time: bool,
    pub custom_data: BTreeMap<String, Late>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArtificePlan {
    /// Patterns, expanded when it runs.
    pub files: Vec<String>,
}

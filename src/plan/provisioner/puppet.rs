//! `puppet-masterless` and `puppet-server`

use std::path::PathBuf;

use serde::Serialize;

use super::{ElevationPlan, Environment, GuestSystem};
use crate::template::interpolate::Late;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PuppetPlan {
    pub job: PuppetJob,
    pub system: GuestSystem,
    /// Fields: `.WorkingDir .FacterVars .PuppetBinDir .Sudo .ExtraArguments`, those of the job and the build data.
    pub execute_command: Late,
    /// Joined by spaces. Fields: those of `execute_command` but for itself.
    pub extra_arguments: Vec<Late>,
    /// Facts of the template; the `packer_…` ones are added at run time.
    pub facter: Environment,
    pub ignore_exit_codes: bool,
    pub prevent_sudo: bool,
    pub puppet_bin_dir: Option<String>,
    pub staging_directory: String,
    /// `None`: the staging folder.
    pub working_directory: Option<Late>,
    pub clean_staging_directory: bool,
    /// Whom Puppet runs as; on Windows only.
    pub elevation: Option<ElevationPlan>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PuppetJob {
    /// Manifests of this host are applied. Fields: `.ManifestFile .ManifestDir .ModulePath .HieraConfigPath`.
    Apply { manifest_file: PathBuf, manifest_dir: Option<PathBuf>, modules: Vec<PathBuf>, hiera: Option<PathBuf> },
    /// A server is asked. Fields: `.PuppetServer .PuppetNode .ClientCertPath .ClientPrivateKeyPath`.
    Agent { server: Option<String>, node: Option<String>, certificate: Option<PathBuf>, private_key: Option<PathBuf> },
}

impl PuppetPlan {
    pub(super) fn lates(&self) -> Vec<&Late> {
        let texts = [&self.execute_command].into_iter().chain(&self.extra_arguments);
        let texts = texts.chain(self.facter.values()).chain(&self.working_directory);
        texts.chain(self.elevation.iter().flat_map(ElevationPlan::lates)).collect()
    }
}

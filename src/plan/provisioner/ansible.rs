//! `ansible`, which runs on this host

use std::path::PathBuf;

use serde::Serialize;

use crate::template::interpolate::Late;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnsiblePlan {
    pub playbook_file: PathBuf,
    /// The program, `ansible-playbook` or one that takes its place.
    pub command: String,
    pub skip_version_check: bool,
    pub extra_arguments: Vec<Late>,
    /// Each `NAME=value`.
    pub environment: Vec<Late>,
    /// Empty: our own choice.
    pub ssh_extra_arguments: Vec<Late>,
    pub inventory: InventoryPlan,
    pub galaxy: Option<GalaxyPlan>,
    pub proxy: ProxyPlan,
    pub use_sftp: bool,
    /// WinRM without TLS.
    pub winrm_use_http: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InventoryPlan {
    /// Used instead of one that is made.
    pub file: Option<PathBuf>,
    /// What is made goes there; `None`: to the temporary files.
    pub folder: Option<PathBuf>,
    /// The guest's line. Fields: `.Host .HostAlias .Port .User`.
    pub template: Option<Late>,
    pub host_alias: String,
    /// Overrides the user that the session has.
    pub user: Option<Late>,
    pub groups: Vec<String>,
    pub empty_groups: Vec<String>,
    /// What is made stays after the build.
    pub keep: bool,
}

/// Requirements that are installed before the playbook runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GalaxyPlan {
    pub file: PathBuf,
    pub command: String,
    pub force: bool,
    pub force_with_deps: bool,
    pub roles_path: Option<String>,
    pub collections_path: Option<String>,
}

/// The SSH server of the build that leads into the guest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProxyPlan {
    /// `None`: where it is needed.
    pub wanted: Option<bool>,
    /// 0: any.
    pub port: u16,
    pub host_key_file: Option<PathBuf>,
    pub authorized_key_file: Option<PathBuf>,
    /// Of the keys that are made: `rsa` or `ecdsa`.
    pub key_type: String,
    /// `None`: the SFTP server that the guest's SSH server knows.
    pub sftp_command: Option<String>,
}

impl ProxyPlan {
    /// Whether something is said of it that makes no sense without it.
    pub fn is_described(&self) -> bool {
        self.port != 0 || self.host_key_file.is_some() || self.authorized_key_file.is_some()
    }
}

impl AnsiblePlan {
    pub(super) fn lates(&self) -> Vec<&Late> {
        let inventory = self.inventory.template.iter().chain(&self.inventory.user);
        let lists = [&self.extra_arguments, &self.environment, &self.ssh_extra_arguments];
        lists.into_iter().flatten().chain(inventory).collect()
    }
}

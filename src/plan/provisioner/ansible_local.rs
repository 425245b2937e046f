//! `ansible-local`, which runs in the guest

use std::path::PathBuf;

use serde::Serialize;

use super::GalaxyPlan;
use crate::template::interpolate::Late;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnsibleLocalPlan {
    pub playbooks: Vec<PathBuf>,
    /// A line for the guest's shell, to which arguments are added.
    pub command: String,
    pub extra_arguments: Vec<Late>,
    /// Its contents go beside the playbook.
    pub playbook_folder: Option<PathBuf>,
    pub playbook_folders: Vec<PathBuf>,
    pub role_folders: Vec<PathBuf>,
    pub collection_folders: Vec<PathBuf>,
    pub group_vars: Option<PathBuf>,
    pub host_vars: Option<PathBuf>,
    pub inventory: LocalInventory,
    /// Its paths are in the guest.
    pub galaxy: Option<GalaxyPlan>,
    /// In the guest; `None`: a new one below `/tmp`.
    pub staging_folder: Option<String>,
    pub clean_staging_folder: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LocalInventory {
    File(PathBuf),
    /// The guest, in these groups.
    Groups(Vec<String>),
}

impl AnsibleLocalPlan {
    pub(super) fn lates(&self) -> Vec<&Late> {
        self.extra_arguments.iter().collect()
    }
}

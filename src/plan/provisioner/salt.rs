//! `salt-masterless`

use std::path::PathBuf;

use serde::Serialize;

use super::GuestSystem;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SaltPlan {
    pub system: GuestSystem,
    pub local_state_tree: PathBuf,
    pub local_pillar_roots: Option<PathBuf>,
    pub formulas: Vec<Formula>,
    pub remote_state_tree: String,
    pub remote_pillar_roots: String,
    /// Replaces the minion's configuration in the guest, which then says where states and pillars are.
    pub minion_config: Option<PathBuf>,
    pub grains_file: Option<PathBuf>,
    /// `None`: the highstate.
    pub custom_state: Option<String>,
    /// Arguments of the bootstrap script; `None`: Salt is there.
    pub bootstrap: Option<String>,
    pub sudo: bool,
    pub temp_config_dir: String,
    pub no_exit_on_failure: bool,
    pub log_level: String,
    pub salt_call_args: Option<String>,
    pub salt_bin_dir: Option<String>,
}

/// States of a Git repository, which join the state tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Formula {
    /// What `git clone` takes.
    pub repository: String,
    /// Within the repository, and its name in the state tree: relative, and never upwards.
    pub folder: String,
    /// Branch, tag or commit; the repository's own choice by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

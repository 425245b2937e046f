//! `chef-solo` and `chef-client`

use std::path::PathBuf;

use serde::Serialize;

use super::{ElevationPlan, GuestSystem};
use crate::template::interpolate::Late;

/// What a node of Chef gets to know, by name.
pub type Attributes = serde_json::Map<String, serde_json::Value>;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChefPlan {
    pub job: ChefJob,
    pub system: GuestSystem,
    pub environment: Option<String>,
    pub license: Option<String>,
    /// Content of a template in place of our own configuration. Fields: those of the job.
    pub config_template: Option<Late>,
    pub data_bag_secret: Option<PathBuf>,
    /// Fields: `.Sudo .ConfigPath .JsonPath` and the build data.
    pub execute_command: Late,
    /// `None`: Chef is there.
    pub install: Option<ChefInstall>,
    /// With the run list.
    pub attributes: Attributes,
    pub sudo: bool,
    pub staging_directory: String,
}

/// How Chef comes into a guest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChefInstall {
    /// Fields: `.Sudo .Version` and the build data.
    pub command: Late,
    /// The template has a command of its own, which is run in any case.
    pub is_own: bool,
    /// The newest by default.
    pub version: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChefJob {
    Solo(SoloPlan),
    Client(Box<ClientPlan>),
}

/// What `chef-solo` works on: folders of this host, and of the guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SoloPlan {
    pub cookbooks: Vec<PathBuf>,
    pub remote_cookbooks: Vec<String>,
    pub roles: Option<PathBuf>,
    pub data_bags: Option<PathBuf>,
    pub environments: Option<PathBuf>,
}

/// The server that `chef-client` asks, and what the node is there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClientPlan {
    pub server_url: String,
    /// `None`: a random name.
    pub node_name: Option<String>,
    /// In the guest; in the staging folder by default.
    pub client_key: Option<String>,
    pub validation_key: Option<PathBuf>,
    pub validation_client_name: Option<String>,
    pub policy_name: Option<String>,
    pub policy_group: Option<String>,
    /// Fields: `.Sudo .Args .Flags` and the build data.
    pub knife_command: Late,
    pub rubygems_url: Option<String>,
    pub ssl_verify_mode: Option<String>,
    pub trusted_certs_dir: Option<String>,
    pub skip_clean_client: bool,
    pub skip_clean_node: bool,
    pub skip_clean_staging_directory: bool,
    /// Whom Chef runs as; on Windows only.
    pub elevation: Option<ElevationPlan>,
}

impl ChefPlan {
    pub(super) fn lates(&self) -> Vec<&Late> {
        let install = self.install.as_ref().map(|install| &install.command);
        let texts = [&self.execute_command].into_iter().chain(&self.config_template).chain(install);
        match &self.job {
            ChefJob::Client(client) => {
                let elevation = client.elevation.iter().flat_map(ElevationPlan::lates);
                texts.chain([&client.knife_command]).chain(elevation).collect()
            }
            ChefJob::Solo(_) => texts.collect(),
        }
    }
}

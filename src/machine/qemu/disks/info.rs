//! What `qemu-img` tells of disk files.

use std::path::Path;

use serde::Deserialize;

use crate::machine::Error;
use crate::process::Cmd;

/// What `qemu-img info` says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Info {
    pub(super) format: String,
    pub(super) virtual_size: u64,
    pub(super) cluster_size: Option<u64>,
    pub(super) backing_filename: Option<String>,
    #[serde(default)]
    encrypted: bool,
    format_specific: Option<Specific>,
}

#[derive(Debug, Deserialize)]
struct Specific {
    data: Features,
}

/// Of a qcow2 file: what few programs read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Features {
    #[serde(default)]
    extended_l2: bool,
    data_file: Option<String>,
}

impl Info {
    /// That post-processors can read it: alone, and without what few programs know.
    pub(super) fn is_plain(&self) -> bool {
        let features = self.format_specific.as_ref().map(|specific| &specific.data);
        let is_odd = features.is_some_and(|features| features.extended_l2 || features.data_file.is_some());
        let stands_alone = self.backing_filename.is_none() && !self.encrypted;
        matches!(self.format.as_str(), "qcow2" | "raw") && stands_alone && !is_odd
    }
}

pub(super) fn qemu_img(verb: &str) -> Cmd {
    Cmd::new("qemu-img").arg(verb)
}

pub(super) async fn info(path: &Path) -> Result<Info, Error> {
    // `-U`: somebody may have the source open; only its header is read.
    let output = qemu_img("info").args(["-U", "--output=json"]).arg(path).run().await?;
    serde_json::from_str(&output.stdout)
        .map_err(|source| Error::io(format!("read what qemu-img says about {}", path.display()))(source.into()))
}

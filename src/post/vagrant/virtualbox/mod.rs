//! Boxes for the provider `virtualbox`: `box.ovf` with its disks, and a Vagrantfile that tells the MAC address
//! which the guest knows as its own.

mod built;
#[cfg(test)]
mod tests;

use std::path::Path;

use serde::Serialize;

use super::contents::{BoxFile, Contents};
use super::{Error, ProviderPart};
use crate::artifact::Artifact;
use crate::image::ovf::Mac;
use crate::io::Context;
use crate::io::partial::PartialFile;
use crate::post::exported::{self, Exported};
use crate::post::machine::{self, Machine};

/// Vagrant looks for this name.
const DESCRIPTOR: &str = "box.ovf";

/// A machine's description and disks.
struct Package {
    files: Contents,
    mac: Mac,
    temporary: Vec<PartialFile>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    architecture: &'a str,
    provider: &'static str,
}

/// What VirtualBox exported is taken as it is; of any other machine's disks a package is written.
pub(super) async fn part(
    input: &Artifact,
    architecture: &str,
    target: &Path,
    context: &Context,
) -> Result<ProviderPart, Error> {
    if let Some(machine) = exported::of(input)? {
        return Ok(provider_part(as_it_is(machine)?, architecture));
    }
    let guest_os_type = machine::guest_os_type(architecture)?.to_owned();
    let mut machine = Machine::of(input, built::NAME).await?;
    machine.appliance.guest_os_type = guest_os_type;
    part_of_machine(machine, architecture, target, None, context).await
}

pub(super) async fn part_of_machine(
    machine: Machine,
    architecture: &str,
    target: &Path,
    threads: Option<usize>,
    context: &Context,
) -> Result<ProviderPart, Error> {
    Ok(provider_part(built::package(machine, target, threads, context).await?, architecture))
}

fn provider_part(package: Package, architecture: &str) -> ProviderPart {
    ProviderPart {
        files: package.files,
        metadata: metadata(architecture),
        vagrantfile: vagrantfile(package.mac),
        temporary: package.temporary,
    }
}

/// The descriptor gets the name that Vagrant looks for. A manifest keeps its own and is thereby none any more.
fn as_it_is(machine: Exported) -> Result<Package, Error> {
    let Exported { name, descriptor, envelope, files, .. } = machine;
    let mac = envelope.mac.ok_or(Error::NoMac { name })?;
    let mut files: Contents = files.into_iter().map(|(name, content)| (name, BoxFile::from(content))).collect();
    files.insert(DESCRIPTOR.into(), descriptor.into());
    Ok(Package { files, mac, temporary: Vec::new() })
}

/// One line of JSON.
fn metadata(architecture: &str) -> String {
    let metadata = Metadata { architecture, provider: "virtualbox" };
    let mut text = serde_json::to_string(&metadata).expect("texts are always JSON");
    text.push('\n');
    text
}

fn vagrantfile(mac: Mac) -> String {
    format!("Vagrant.configure(\"2\") do |config|\n  config.vm.base_mac = \"{mac}\"\nend\n")
}

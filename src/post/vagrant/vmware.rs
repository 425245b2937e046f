//! Boxes for the provider `vmware_desktop` (VMware Workstation and Fusion): a machine's settings with its disks. What VMware
//! left is taken as it is; of any other machine's disks a small description is written.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::ProviderPart;
use super::contents::Contents;
use crate::artifact::Artifact;
use crate::image::ovf::Appliance;
use crate::image::vmdk;
use crate::io::Context;
use crate::post::archive::Content;
use crate::post::beside;
use crate::post::exported::has_extension;
use crate::post::machine::{self, Machine};
use crate::post::{Error, base_name};

const DESCRIPTOR: &str = "box.vmx";

/// Of Workstation 14 and Fusion 10, which the oldest plugin of today needs.
const HARDWARE_VERSION: &str = "14";

/// VMware's names of operating systems by the beginning of VirtualBox's; with 64 bits they end so too.
const OPERATING_SYSTEMS: &[(&str, &str)] = &[
    ("Ubuntu", "ubuntu"),
    ("Debian", "debian10"),
    ("RedHat", "rhel7"),
    ("Fedora", "fedora"),
    ("FreeBSD", "freebsd11"),
    ("Windows10", "windows9"),
    ("Linux", "otherlinux"),
    ("", "other"),
];

const VAGRANTFILE: &str = "# Nothing: VMware's settings are in the box.\n";

#[derive(Serialize)]
struct Metadata<'a> {
    architecture: &'a str,
    provider: &'static str,
}

/// The files of an artifact that is a machine of VMware's.
pub(super) fn as_it_is(input: &Artifact, architecture: &str) -> Result<Option<ProviderPart>, Error> {
    if !input.files.iter().any(|path| has_extension(path, "vmx")) {
        return Ok(None);
    }
    let mut files = Contents::new();
    for path in &input.files {
        files.insert(base_name(path)?.to_owned(), Content::File(path.clone()).into());
    }
    Ok(Some(provider_part(files, architecture)))
}

pub(super) async fn part(
    machine: Machine,
    architecture: &str,
    target: &Path,
    context: &Context,
) -> Result<ProviderPart, Error> {
    let Machine { disks, appliance, .. } = machine;
    machine::warn_of_firmware(&appliance, &context.events);
    let (mut part, mut names) = (provider_part(Contents::new(), architecture), Vec::new());
    for (index, source) in disks.into_iter().enumerate() {
        let name = format!("box-disk{:03}.vmdk", index + 1);
        let (own, uuid) = (name.clone(), appliance.disk_uuid(index));
        let made = beside::make(source, &name, target, context, move |disk, file, meter| {
            vmdk::write_sparse(disk, file, &own, uuid, meter)
        });
        let (written, ()) = made.await?;
        part.files.insert(name.clone(), Content::File(written.path().to_owned()).into());
        part.temporary.push(written);
        names.push(name);
    }
    part.files.insert(DESCRIPTOR.into(), Content::Text(settings(&appliance, &names)).into());
    Ok(part)
}

fn provider_part(files: Contents, architecture: &str) -> ProviderPart {
    let metadata = Metadata { architecture, provider: "vmware_desktop" };
    let mut metadata = serde_json::to_string(&metadata).expect("texts are always JSON");
    metadata.push('\n');
    ProviderPart { files, metadata, vagrantfile: VAGRANTFILE.into(), temporary: Vec::new() }
}

/// Vagrant's plugin gives each machine its own name and addresses. The bridges are what devices on PCI Express hang on.
fn settings(appliance: &Appliance, disks: &[String]) -> String {
    let mut text = String::new();
    let mut set = |key: &str, value: &str| {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{key} = \"{value}\"");
    };
    set(".encoding", "UTF-8");
    set("config.version", "8");
    set("virtualHW.version", HARDWARE_VERSION);
    set("displayName", &plain(&appliance.name));
    set("guestOS", &guest_os(&appliance.guest_os_type));
    set("firmware", if appliance.efi { "efi" } else { "bios" });
    set("numvcpus", &appliance.processors.to_string());
    set("memsize", &appliance.memory_mib.to_string());
    set("pciBridge0.present", "TRUE");
    for bridge in 4..8 {
        set(&format!("pciBridge{bridge}.present"), "TRUE");
        set(&format!("pciBridge{bridge}.virtualDev"), "pcieRootPort");
        set(&format!("pciBridge{bridge}.functions"), "8");
    }
    set("sata0.present", "TRUE");
    for (port, disk) in disks.iter().enumerate() {
        set(&format!("sata0:{port}.present"), "TRUE");
        set(&format!("sata0:{port}.fileName"), disk);
    }
    set("ethernet0.present", "TRUE");
    set("ethernet0.virtualDev", "e1000");
    set("ethernet0.connectionType", "nat");
    set("ethernet0.addressType", "generated");
    set("floppy0.present", "FALSE");
    text
}

/// What would end the text of a setting, or begin something in it.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_control() && !"\"|".contains(*c)).collect()
}

fn guest_os(virtualbox: &str) -> String {
    let known = OPERATING_SYSTEMS.iter().find(|(name, _)| virtualbox.starts_with(name));
    let (_, vmware) = known.expect("the last entry fits any name");
    if virtualbox.ends_with("_64") { format!("{vmware}-64") } else { (*vmware).to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_lines_that_nothing_can_break() {
        let name = "a \"b\"\nguestOS = |22";
        let appliance = Appliance { efi: true, guest_os_type: "Debian_64".into(), ..Appliance::small(name) };
        let text = settings(&appliance, &["a.vmdk".into(), "b.vmdk".into()]);
        for line in [
            "displayName = \"a bguestOS = 22\"",
            "guestOS = \"debian10-64\"",
            "firmware = \"efi\"",
            "memsize = \"1024\"",
            "sata0:1.fileName = \"b.vmdk\"",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
        assert_eq!(
            (guest_os("Linux"), guest_os("OS2"), guest_os("Ubuntu_64")),
            ("otherlinux".into(), "other".into(), "ubuntu-64".into())
        );
    }
}

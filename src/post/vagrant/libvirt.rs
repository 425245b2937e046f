//! Boxes for the provider `libvirt` (vagrant-libvirt, vagrant-qemu).
//!
//! The first disk is always `box.img`, and `format` and `virtual_size` are always there: readers since
//! 2014 take that. More disks are listed under `disks`, which readers since 2021 prefer. With a single
//! disk the list is left out, because for it they run `qemu-img` on the user's machine, who may have none.
//! Volume names in the storage pool are the same either way.
//!
//! The driver is not set, neither to the accelerator of the build (as Packer does: a box built under tcg
//! would be emulated on every host) nor otherwise: the provider takes kvm. A host without KVM sets
//! `libvirt.driver = "qemu"` in its own Vagrantfile.

use std::path::Path;

use serde::Serialize;

use super::contents::{BoxFile, Contents};
use super::{Content, Error, ProviderPart};
use crate::image::{Disk, DiskFile, Format};
use crate::io::Context;
use crate::post::machine::Machine;
use crate::post::source_disk;

const GIB: u64 = 1 << 30;

/// Names in the box; the Vagrantfile part below uses them.
const EFI_CODE: &str = "efi_code.fd";
const EFI_VARIABLES: &str = "efi_vars.fd";

const PLAIN_VAGRANTFILE: &str = "# Nothing: libvirt's defaults suit the box.\n";

/// UEFI keeps the way to its boot loader in a variable store that it writes to, so each machine works on
/// a copy of its own.
const EFI_VAGRANTFILE: &str = r#"require "fileutils"

Vagrant.configure("2") do |config|
  code = File.expand_path("efi_code.fd", __dir__)
  variables = File.expand_path("efi_vars.fd", __dir__)

  config.vm.provider :libvirt do |libvirt|
    libvirt.loader = code
    libvirt.nvram = variables
  end

  config.trigger.before [:up, :reload, :resume] do |trigger|
    trigger.ruby do |_env, machine|
      if machine.provider_name == :libvirt && machine.provider_config.nvram == variables
        own = machine.data_dir.join("efi_vars.fd").to_s
        FileUtils.cp(variables, own) unless File.exist?(own)
        machine.provider_config.nvram = own
      end
    end
  end
end
"#;

#[derive(Serialize)]
struct Metadata<'a> {
    architecture: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    disks: Vec<DiskMetadata>,
    format: &'static str,
    provider: &'static str,
    /// GiB.
    virtual_size: u64,
}

#[derive(Serialize)]
struct DiskMetadata {
    format: &'static str,
    path: String,
}

pub(super) async fn part(machine: Machine, architecture: &str, context: &Context) -> Result<ProviderPart, Error> {
    let Machine { disks, appliance, efi_code, efi_variables } = machine;
    let sizes: Vec<u64> = disks.iter().map(|disk| disk.virtual_size_bytes).collect();
    let mut part = ProviderPart {
        files: Contents::new(),
        metadata: metadata(&sizes, architecture),
        vagrantfile: PLAIN_VAGRANTFILE.into(),
        temporary: Vec::new(),
    };
    for (index, disk) in disks.into_iter().enumerate() {
        part.files.insert(disk_name(index), BoxFile::Disk(Box::new(disk.laid_out().await?)));
    }
    match (efi_code, efi_variables) {
        (Some(code), Some(variables)) => add_firmware(&mut part, &code, &variables)?,
        (None, None) if !appliance.efi => {}
        _ => context.events.warn(
            "the box starts by UEFI but lacks its code or its variables; whoever uses it must set \
             libvirt.loader and libvirt.nvram in the Vagrantfile",
        ),
    }
    Ok(part)
}

fn disk_name(index: usize) -> String {
    if index == 0 { "box.img".into() } else { format!("box_{index}.img") }
}

/// One line of JSON.
fn metadata(virtual_sizes: &[u64], architecture: &str) -> String {
    let listed = if virtual_sizes.len() > 1 { virtual_sizes.len() } else { 0 };
    let metadata = Metadata {
        architecture,
        disks: (0..listed).map(|index| DiskMetadata { format: "qcow2", path: disk_name(index) }).collect(),
        format: "qcow2",
        provider: "libvirt",
        virtual_size: virtual_sizes.first().map_or(0, |bytes| bytes.div_ceil(GIB)),
    };
    let mut text = serde_json::to_string(&metadata).expect("texts and numbers are always JSON");
    text.push('\n');
    text
}

fn add_firmware(part: &mut ProviderPart, code: &Path, variables: &Path) -> Result<(), Error> {
    part.files.insert(EFI_CODE.into(), plain_firmware(code)?);
    part.files.insert(EFI_VARIABLES.into(), plain_firmware(variables)?);
    part.vagrantfile = EFI_VAGRANTFILE.into();
    Ok(())
}

/// A firmware image as a plain file: Vagrant cannot tell libvirt of any other format.
fn plain_firmware(path: &Path) -> Result<BoxFile, Error> {
    if !source_disk::is_qcow2(path)? {
        return Ok(Content::File(path.to_owned()).into());
    }
    Ok(BoxFile::Disk(Box::new(DiskFile::Raw(Disk::open(path, Format::Qcow2)?))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_disk_needs_no_list() {
        let expected =
            "{\"architecture\":\"amd64\",\"format\":\"qcow2\",\"provider\":\"libvirt\",\"virtual_size\":4}\n";
        assert_eq!(metadata(&[4 * GIB], "amd64"), expected);
        assert_eq!(metadata(&[3 * GIB + 1], "amd64"), expected, "a part of a GiB counts as one");
    }

    #[test]
    fn more_disks_are_listed_in_the_guests_order() {
        let text = metadata(&[GIB, GIB], "arm64");
        let list = r#""disks":[{"format":"qcow2","path":"box.img"},{"format":"qcow2","path":"box_1.img"}],"#;
        assert!(text.contains(list) && text.contains(r#""virtual_size":1"#), "{text}");
        let names: Vec<String> = (0..3).map(disk_name).collect();
        assert_eq!(names, ["box.img", "box_1.img", "box_2.img"]);
    }

    #[test]
    fn the_vagrantfile_names_the_files_of_the_box() {
        assert!(EFI_VAGRANTFILE.contains(EFI_CODE) && EFI_VAGRANTFILE.contains(EFI_VARIABLES));
    }
}

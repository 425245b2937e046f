//! Component types: those that run, those that are known by name, and mistyped ones.

use crate::diag::{Diagnostic, closest};
use crate::source::Spanned;

const BUILDERS: &[&str] = &["qemu"];

/// Types of Packer and its well-known plugins that this program does not run.
const OTHER_BUILDERS: &[&str] = &[
    "virtualbox-iso",
    "virtualbox-ovf",
    "virtualbox-vm",
    "vmware-iso",
    "vmware-vmx",
    "parallels-iso",
    "parallels-ipsw",
    "parallels-macvm",
    "parallels-pvm",
    "hyperv-iso",
    "hyperv-vmcx",
    "null",
    "file",
    "docker",
    "vagrant",
    "libvirt",
    "lxc",
    "lxd",
    "proxmox",
    "proxmox-iso",
    "proxmox-clone",
    "vsphere-iso",
    "vsphere-clone",
    "xenserver-iso",
    "openstack",
    "amazon-ebs",
    "amazon-ebssurrogate",
    "amazon-ebsvolume",
    "amazon-chroot",
    "amazon-instance",
    "azure-arm",
    "azure-chroot",
    "googlecompute",
    "digitalocean",
    "hcloud",
    "linode",
    "vultr",
    "scaleway",
    "cloudstack",
    "oneandone",
    "oracle-oci",
    "oracle-classic",
    "profitbricks",
    "alicloud-ecs",
    "tencentcloud-cvm",
    "triton",
    "ucloud-uhost",
    "yandex",
    "arm",
    "arm-image",
    "cross",
    "tart-cli",
];

const PROVISIONERS: &[&str] = &["shell", "shell-local", "file"];

const OTHER_PROVISIONERS: &[&str] = &[
    "ansible",
    "ansible-local",
    "powershell",
    "windows-shell",
    "windows-restart",
    "windows-update",
    "chef-client",
    "chef-solo",
    "puppet-masterless",
    "puppet-server",
    "salt-masterless",
    "converge",
    "inspec",
    "goss",
    "breakpoint",
    "sleep",
    "comment",
    "hcp-sbom",
];

const POST_PROCESSORS: &[&str] = &["vagrant", "checksum", "compress", "manifest", "artifice", "shell-local"];

/// They hand the artifact to a service: accepted and skipped, since nothing here needs the network.
const REMOTE_POST_PROCESSORS: &[&str] = &[
    "vagrant-cloud",
    "vagrant-registry",
    "atlas",
    "docker-push",
    "amazon-import",
    "alicloud-import",
    "digitalocean-import",
    "exoscale-import",
    "googlecompute-import",
    "googlecompute-export",
    "ucloud-import",
    "yandex-import",
    "yandex-export",
    "vsphere",
    "vsphere-template",
    "minio",
];

const OTHER_POST_PROCESSORS: &[&str] = &["docker-import", "docker-save", "docker-tag", "ovftool", "vhd", "comment"];

/// What becomes of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Run,
    /// Nothing is done for it; the warning was given.
    Skip,
}

pub(super) fn builder(kind: &Spanned<String>, build: &str) -> Result<(), Diagnostic> {
    let name = kind.value.as_str();
    if BUILDERS.contains(&name) {
        return Ok(());
    }
    if OTHER_BUILDERS.contains(&name) || matches!(name, "virtualbox" | "vmware" | "parallels" | "hyperv") {
        let error = Diagnostic::error(format!("builder type `{name}` is known but not run by this program"));
        return Err(error
            .at(&kind.span)
            .help(format!("leave the build out with `-except={build}`, or choose with `-only`")));
    }
    Err(unknown("builder", kind, [BUILDERS, OTHER_BUILDERS]))
}

pub(super) fn provisioner(kind: &Spanned<String>) -> Result<(), Diagnostic> {
    let name = kind.value.as_str();
    if PROVISIONERS.contains(&name) {
        return Ok(());
    }
    if OTHER_PROVISIONERS.contains(&name) {
        let error = Diagnostic::error(format!("provisioner type `{name}` is known but not run by this program"));
        return Err(error.at(&kind.span).help("keep it from this build with `only` or `except` in the provisioner"));
    }
    Err(unknown("provisioner", kind, [PROVISIONERS, OTHER_PROVISIONERS]))
}

/// `Ok` may come with a warning.
pub(super) fn post_processor(kind: &Spanned<String>, name: &str) -> Result<(Fate, Option<Diagnostic>), Diagnostic> {
    let type_name = kind.value.as_str();
    if POST_PROCESSORS.contains(&type_name) {
        return Ok((Fate::Run, None));
    }
    if REMOTE_POST_PROCESSORS.contains(&type_name) {
        let warning =
            Diagnostic::warning(format!("post-processor `{type_name}` needs a network service and is skipped"));
        return Ok((Fate::Skip, Some(warning.at(&kind.span))));
    }
    if OTHER_POST_PROCESSORS.contains(&type_name) {
        let error =
            Diagnostic::error(format!("post-processor type `{type_name}` is known but not run by this program"));
        return Err(error.at(&kind.span).help(format!("leave it out with `-except={name}`")));
    }
    let known = [POST_PROCESSORS, REMOTE_POST_PROCESSORS, OTHER_POST_PROCESSORS].concat();
    Err(unknown("post-processor", kind, [&known, &[]]))
}

/// What runs is suggested before what is only known.
fn unknown(what: &str, kind: &Spanned<String>, candidates: [&[&str]; 2]) -> Diagnostic {
    let error = Diagnostic::error(format!("unknown {what} type `{}`", kind.value)).at(&kind.span);
    let near = candidates.iter().find_map(|names| closest(&kind.value, names.iter().copied()));
    match near {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    }
}

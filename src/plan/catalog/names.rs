//! Types of Packer and its well-known plugins whose options we do not know.

use super::{Role, components};

const BUILDERS: &[&str] = &[
    "vmware-iso",
    "vmware-vmx",
    "parallels-iso",
    "parallels-ipsw",
    "parallels-macvm",
    "parallels-pvm",
    "hyperv-iso",
    "hyperv-vmcx",
    "docker",
    "libvirt",
    "lxc",
    "lxd",
    "proxmox",
    "proxmox-iso",
    "proxmox-clone",
    "vsphere-iso",
    "vsphere-clone",
    "xenserver-iso",
    "utm-iso",
    "utm-utm",
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
    "hyperone",
    "linode",
    "vultr",
    "scaleway",
    "cloudstack",
    "ncloud",
    "oneandone",
    "osc-bsu",
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

const PROVISIONERS: &[&str] = &["converge", "inspec", "goss", "comment", "hcp-sbom"];

/// They hand the artifact to a service.
const NETWORK_POST_PROCESSORS: &[&str] = &[
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

const POST_PROCESSORS: &[&str] =
    &["docker-import", "docker-save", "docker-tag", "ovftool", "utm-vagrant", "utm-zip", "vhd", "comment"];

const DATA_SOURCES: &[&str] = &[
    "amazon-ami",
    "amazon-parameterstore",
    "amazon-secretsmanager",
    "git-commit",
    "git-repository",
    "github-release",
    "hcp-packer-artifact",
    "hcp-packer-image",
    "hcp-packer-iteration",
    "hcp-packer-version",
    "host-info",
    "sshkey",
];

/// Every name of a type: first those that run, then those whose options are known, then the rest.
pub fn known_names(role: Role) -> Vec<&'static str> {
    let of = |runs| components(role).iter().filter(move |component| component.runs == runs);
    let rest: &[&[&str]] = match role {
        Role::Builder => &[BUILDERS],
        Role::Provisioner => &[PROVISIONERS],
        Role::PostProcessor => &[NETWORK_POST_PROCESSORS, POST_PROCESSORS],
        Role::DataSource => &[DATA_SOURCES],
    };
    let ours = of(true).chain(of(false)).map(|component| component.kind);
    ours.chain(rest.iter().copied().flatten().copied()).collect()
}

/// Whether a post-processor only hands the artifact to a service: it can be left out of a build.
pub fn needs_network(post_processor: &str) -> bool {
    NETWORK_POST_PROCESSORS.contains(&post_processor)
}

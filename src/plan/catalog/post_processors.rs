//! The post-processors.

use super::option::{Opt, any, choice, file, files, flag, integer, text, text_map, texts};
use super::provisioners::{ENVIRONMENT, SCRIPTS, SHELL_LOCAL};
use super::{Component, Role};

pub(super) const ALL: &[Component] = &[
    runs("vagrant", &[VAGRANT]),
    runs("compress", &[COMPRESS]),
    runs("ova", &[OVA, MACHINE]),
    runs("convert", &[CONVERT, MACHINE]),
    runs("checksum", &[CHECKSUM]),
    runs("manifest", &[MANIFEST]),
    runs("artifice", &[ARTIFICE]),
    runs("shell-local", &[SCRIPTS, ENVIRONMENT, SHELL_LOCAL]),
];

const fn runs(kind: &'static str, options: &'static [&'static [Opt]]) -> Component {
    Component { runs: true, ..Component::new(Role::PostProcessor, kind, options) }
}

/// Vagrant's providers that Packer makes boxes for.
pub const VAGRANT_PROVIDERS: &[&str] = &[
    "aws",
    "azure",
    "digitalocean",
    "docker",
    "file",
    "google",
    "hyperv",
    "libvirt",
    "lxc",
    "parallels",
    "scaleway",
    "virtualbox",
    "vmware",
];

const VAGRANT: &[Opt] = &[
    text("output", "path of the box, with .Provider and .Architecture").late(),
    integer(
        "compression_level",
        "0 for none, 1 for fast to 9 for small; -1 lets the program choose and is the default",
    ),
    files("include", "files that are put into the box"),
    file("vagrantfile_template", "template of a Vagrantfile for the box"),
    flag("vagrantfile_template_generated", "the template is made while the build runs, so it need not exist before"),
    choice("provider_override", VAGRANT_PROVIDERS, "provider of the box, where it cannot be told from the builder"),
    text("architecture", "architecture that the box is for, such as amd64; this host's by default"),
    any("override", "options for one provider, by its name"),
];

const COMPRESS: &[Opt] = &[
    text("output", "path of the archive; its extension chooses the format").late(),
    text("format", "format of the archive, where the extension does not tell it"),
    integer("compression_level", "0 for the format's default, 1 for fast to 9 for small"),
    text("archive", "nothing; the format decides").inert(),
    text("algorithm", "nothing; the format decides").inert(),
];

/// Not Packer's: its users have VirtualBox export one.
const OVA: &[Opt] = &[text("output", "path of the OVA, with .BuildName and .BuilderType").late()];

/// The formats of `convert`.
pub const CONVERT_FORMATS: &[&str] = &[
    "raw",
    "qcow2",
    "vmdk",
    "vmdk-sparse",
    "vdi",
    "vhd",
    "vhd-fixed",
    "azure",
    "gce",
    "ova",
    "ovf",
    "ec2",
    "ec2-ova",
    "openstack",
    "digitalocean",
    "tencent",
    "box-libvirt",
    "box-virtualbox",
    "box-vmware",
];

/// Ends of names that tell the format.
pub const CONVERT_EXTENSIONS: &[&str] =
    &[".raw", ".img", ".qcow2", ".vmdk", ".vdi", ".vhd", ".vpc", ".tar.gz", ".ova", ".ovf"];

pub const CONVERT_COMPRESSIONS: &[&str] = &["none", "zlib", "gzip", "zstd"];

/// Not Packer's either.
const CONVERT: &[Opt] = &[
    text("output", "path of the image, with .BuildName and .BuilderType").late().required(),
    choice("format", CONVERT_FORMATS, "format of the image, where the extension of `output` does not tell it"),
    choice("compression", CONVERT_COMPRESSIONS, "how it is compressed, where there is a choice"),
    integer("compression_level", "1 for fast to 9, 12 (zlib) or 19 (zstd) for small"),
    flag("keep_unused", "take the blocks as well that file systems mark free"),
];

/// What a machine is to be elsewhere.
const MACHINE: &[Opt] = &[
    text("vm_name", "name of the machine; the builder's `vm_name` by default"),
    text("guest_os_type", "VirtualBox's name of the guest's system, such as Debian_64; Linux_64 by default"),
    integer("cpus", "number of processors; those of the build by default"),
    integer("memory", "MiB of memory; that of the build by default"),
    choice("firmware", &["bios", "efi"], "how the machine starts; as in the build by default"),
];

const CHECKSUM: &[Opt] = &[
    texts("checksum_types", "md5, sha1, sha224, sha256, sha384, sha512; md5 by default"),
    text("output", "path of the checksum file, with .ChecksumType").late(),
];

const MANIFEST: &[Opt] = &[
    text("output", "path of the manifest; packer-manifest.json by default"),
    flag("strip_path", "write the names of files without their folders"),
    flag("strip_time", "leave the time of the build out"),
    text_map("custom_data", "texts to add to the manifest, by name").late(),
];

const ARTIFICE: &[Opt] = &[texts("files", "paths and patterns of the files that become the artifact").required()];

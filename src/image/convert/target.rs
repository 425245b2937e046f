//! The formats that can be written, by name and by file extension.

use std::path::Path;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Raw,
    Qcow2,
    /// Compressed, and never changed in place.
    StreamVmdk,
    SparseVmdk,
    Vdi,
    DynamicVhd,
    FixedVhd,
    AzureVhd,
    /// A raw disk in a compressed archive.
    ComputeEngine,
    /// A machine with its description.
    Ova,
}

/// Names, with the extensions that stand for them. A name further down may mean the same as one above.
const NAMES: &[(&str, Target, &[&str])] = &[
    ("raw", Target::Raw, &["raw", "img"]),
    ("qcow2", Target::Qcow2, &["qcow2"]),
    ("vmdk", Target::StreamVmdk, &["vmdk"]),
    ("vmdk-sparse", Target::SparseVmdk, &[]),
    ("vdi", Target::Vdi, &["vdi"]),
    ("vhd", Target::DynamicVhd, &["vhd", "vpc"]),
    ("vhd-fixed", Target::FixedVhd, &[]),
    ("azure", Target::AzureVhd, &[]),
    ("gce", Target::ComputeEngine, &["tar.gz"]),
    ("ova", Target::Ova, &["ova"]),
    ("ec2", Target::StreamVmdk, &[]),
    ("ec2-ova", Target::Ova, &[]),
    ("openstack", Target::Qcow2, &[]),
    ("digitalocean", Target::Qcow2, &[]),
    ("tencent", Target::Qcow2, &[]),
];

impl Target {
    pub fn by_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, ..)| *known == name).map(|(_, target, _)| *target)
    }

    /// By the end of a file's name, whatever its case.
    pub fn by_extension(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let ends = |extension: &&str| name.strip_suffix(extension).is_some_and(|stem| stem.ends_with('.'));
        NAMES.iter().find(|(.., extensions)| extensions.iter().any(ends)).map(|(_, target, _)| *target)
    }

    /// All names, for messages.
    pub fn names() -> Vec<&'static str> {
        NAMES.iter().map(|(name, ..)| *name).collect()
    }

    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, target, _)| *target == self).map_or("", |(name, ..)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_and_names_tell_the_format() {
        let by_extension = |name: &str| Target::by_extension(Path::new(name));
        assert_eq!(by_extension("a/box.QCOW2"), Some(Target::Qcow2));
        assert_eq!(by_extension("disk.img"), Some(Target::Raw));
        assert_eq!((by_extension("a.tar.gz"), by_extension("a.gz")), (Some(Target::ComputeEngine), None));
        assert_eq!((by_extension("qcow2"), by_extension("a.vdo"), by_extension("..")), (None, None, None));
        for name in Target::names() {
            let target = Target::by_name(name).unwrap();
            assert_eq!(Target::by_name(target.name()), Some(target), "{name}");
        }
        assert_eq!(Target::by_name("qcow"), None);
    }
}

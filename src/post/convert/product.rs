//! What can be made of a disk, by name, and how it is compressed.

use std::path::{Path, PathBuf};

use super::ovf;
use crate::image::Codec;
use crate::image::convert::{Options, Target};
use crate::image::ova::Name;
use crate::image::ovf::Appliance;
use crate::io::{gzip, zstd};
use crate::post::exported::has_extension;
use crate::post::vagrant::{Method, Packing, Provider};

/// What is to be made of a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Product {
    Image(Options),
    Box {
        provider: Provider,
        packing: Packing,
        machine: Appliance,
    },
    /// Several files: the machine's description and its disk.
    Ovf {
        name: Name,
        machine: Appliance,
        threads: Option<usize>,
    },
}

/// Its kind, as `-format` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Image(Target),
    Box(Provider),
    Ovf,
}

const OVF: &str = "ovf";

const BOXES: &[(&str, Provider)] =
    &[("box-libvirt", Provider::Libvirt), ("box-virtualbox", Provider::VirtualBox), ("box-vmware", Provider::VMware)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    None,
    Zlib,
    Gzip,
    Zstd,
}

/// How a product is made, as far as it has a choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tuning {
    pub compression: Option<Compression>,
    pub level: Option<i32>,
    pub threads: Option<usize>,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProductError {
    #[error("`{format}` cannot be compressed by {compression}; {possible}")]
    Compression { format: &'static str, compression: &'static str, possible: String },
    #[error("`{format}` has no level of compression to choose without -compression")]
    NoLevel { format: &'static str },
    #[error("a level of {compression} is 1 to {most}, not {level}")]
    Level { compression: &'static str, most: i32, level: i32 },
    #[error(
        "`{name}` cannot be the name of a machine's description: it must end in .ovf and be Unicode without quotes, backslashes and control characters"
    )]
    NotOvf { name: String },
}

impl Compression {
    pub const NAMES: [(&str, Self); 4] =
        [("none", Self::None), ("zlib", Self::Zlib), ("gzip", Self::Gzip), ("zstd", Self::Zstd)];

    pub fn by_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, compression)| *compression)
    }

    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, compression)| *compression == self).map_or("", |(name, _)| name)
    }

    fn most(self) -> i32 {
        match self {
            Self::None => 0,
            Self::Zlib => 12,
            Self::Gzip => 9,
            Self::Zstd => 19,
        }
    }
}

impl Product {
    /// The files that it is, if it is called `target`; that one is the last.
    pub fn files(&self, target: &Path) -> Vec<PathBuf> {
        match self {
            Self::Image(_) | Self::Box { .. } => vec![target.to_owned()],
            Self::Ovf { name, .. } => ovf::files(target, name),
        }
    }
}

impl Kind {
    pub fn by_name(name: &str) -> Option<Self> {
        if name == OVF {
            return Some(Self::Ovf);
        }
        let of_box = BOXES.iter().find(|(known, _)| *known == name).map(|(_, provider)| Self::Box(*provider));
        of_box.or_else(|| Target::by_name(name).map(Self::Image))
    }

    /// What is called `.box` could be for any provider.
    pub fn by_extension(path: &Path) -> Option<Self> {
        if has_extension(path, OVF) {
            return Some(Self::Ovf);
        }
        Target::by_extension(path).map(Self::Image)
    }

    /// All names.
    pub fn names() -> Vec<&'static str> {
        Target::names().into_iter().chain([OVF]).chain(BOXES.iter().map(|(name, _)| *name)).collect()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Image(target) => target.name(),
            Self::Box(provider) => BOXES.iter().find(|(_, known)| *known == provider).map_or("", |(name, _)| name),
            Self::Ovf => OVF,
        }
    }

    /// The first one is meant where nothing is said.
    fn compressions(self) -> &'static [Compression] {
        match self {
            Self::Image(Target::Qcow2) => &[Compression::None, Compression::Zlib, Compression::Zstd],
            Self::Image(Target::ComputeEngine) => &[Compression::Gzip],
            Self::Image(_) | Self::Ovf => &[],
            Self::Box(_) => &[Compression::Gzip, Compression::Zstd, Compression::None],
        }
    }

    /// The product, to be written to a file called `name`.
    pub fn product(self, name: &str, machine: Appliance, tuning: Tuning) -> Result<Product, ProductError> {
        let compression = self.compression(tuning)?;
        let level = tuning.level;
        let gzip = gzip::Level::new(level.unwrap_or(gzip::DEFAULT_LEVEL));
        match self {
            Self::Ovf => {
                let named = ovf::name(name).ok_or_else(|| ProductError::NotOvf { name: name.to_owned() })?;
                Ok(Product::Ovf { name: named, machine, threads: tuning.threads })
            }
            Self::Box(provider) => {
                let method = match compression {
                    Compression::None => Method::Plain,
                    Compression::Zlib | Compression::Gzip => Method::Gzip(gzip),
                    Compression::Zstd => Method::Zstd(level.and_then(zstd::Level::new).unwrap_or_default()),
                };
                Ok(Product::Box { provider, packing: Packing { method, threads: tuning.threads }, machine })
            }
            Self::Image(target) => {
                let codec = match compression {
                    Compression::None | Compression::Gzip => None,
                    Compression::Zlib => Some(Codec::ZLIB),
                    Compression::Zstd => Some(Codec::ZSTD),
                };
                let codec = codec.map(|codec| level.and_then(|level| codec.with_level(level)).unwrap_or(codec));
                let threads = tuning.threads;
                Ok(Product::Image(Options { target, codec, threads, name: name.to_owned(), level: gzip, machine }))
            }
        }
    }

    /// What is asked for, if it and its level are possible.
    fn compression(self, tuning: Tuning) -> Result<Compression, ProductError> {
        let possible = self.compressions();
        let otherwise = possible.first().copied().unwrap_or(Compression::None);
        let compression = tuning.compression.unwrap_or(otherwise);
        if compression != otherwise && !possible.contains(&compression) {
            return Err(ProductError::Compression {
                format: self.name(),
                compression: compression.name(),
                possible: self.possible(),
            });
        }
        match (tuning.level, compression) {
            (None, _) => Ok(compression),
            (Some(_), Compression::None) => Err(ProductError::NoLevel { format: self.name() }),
            (Some(level), compression) if (1..=compression.most()).contains(&level) => Ok(compression),
            (Some(level), compression) => {
                Err(ProductError::Level { compression: compression.name(), most: compression.most(), level })
            }
        }
    }

    fn possible(self) -> String {
        let names: Vec<&str> = self.compressions().iter().map(|compression| compression.name()).collect();
        if names.is_empty() { "leave -compression out".into() } else { format!("possible is {}", names.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(name: &str, compression: Option<&str>, level: Option<i32>) -> Result<Product, String> {
        let compression = compression.map(|name| Compression::by_name(name).unwrap());
        let tuning = Tuning { compression, level, threads: None };
        let product = Kind::by_name(name).unwrap().product("file.ovf", Appliance::small("vm"), tuning);
        product.map_err(|error| error.to_string())
    }

    fn method(compression: Option<&str>, level: Option<i32>) -> Method {
        match product("box-libvirt", compression, level).unwrap() {
            Product::Box { packing, .. } => packing.method,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_name_is_a_product() {
        for name in Kind::names() {
            product(name, None, None).unwrap();
            let kind = Kind::by_name(name).unwrap();
            assert_eq!(Kind::by_name(kind.name()), Some(kind), "{name}");
        }
        assert_eq!((Kind::by_name("box"), Kind::by_extension(Path::new("a.box"))), (None, None));
    }

    #[test]
    fn boxes_are_gzip_unless_something_else_is_said() {
        assert_eq!(method(None, None), Method::Gzip(gzip::Level::new(-1)));
        assert_eq!(method(None, Some(9)), Method::Gzip(gzip::Level::new(9)));
        assert_eq!(method(Some("none"), None), Method::Plain);
        assert_eq!(method(Some("zstd"), None), Method::Zstd(zstd::Level::default()));
        assert_eq!(method(Some("zstd"), Some(19)), Method::Zstd(zstd::Level::new(19).unwrap()));
    }

    #[test]
    fn what_cannot_be_compressed_so_is_refused() {
        let error = |name, compression, level| product(name, compression, level).unwrap_err();
        assert!(error("vdi", Some("zlib"), None).contains("`vdi` cannot be compressed by zlib; leave"));
        assert!(error("qcow2", Some("gzip"), None).contains("possible is none, zlib, zstd"));
        assert!(error("qcow2", None, Some(3)).contains("without -compression"));
        assert!(error("qcow2", Some("zlib"), Some(13)).contains("zlib is 1 to 12, not 13"));
        assert!(error("gce", Some("none"), None).contains("possible is gzip"));
        assert!(error("gce", None, Some(0)).contains("gzip is 1 to 9, not 0"));
        assert!(product("raw", Some("none"), None).is_ok());
        let unnamed = Kind::Ovf.product("file", Appliance::small("vm"), Tuning::default());
        assert!(
            unnamed
                .unwrap_err()
                .to_string()
                .contains("`file` cannot be the name of a machine's description: it must end in .ovf")
        );
    }
}

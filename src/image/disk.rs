//! A disk: an image with the images that it lies on.

use std::path::Path;

use fs_err as fs;

use super::layer::Layer;
use super::unused::Unused;
use super::{Content, Error, Extent, Input, Source, Window, vdi, vhd, vhdx};

/// Images below one another. QEMU sets no limit; each open one takes memory.
const MAX_BACKING_FILES: usize = 64;

/// The formats of images that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Raw,
    Qcow2,
    Vmdk,
    Vdi,
    Vhd,
    Vhdx,
}

impl Format {
    /// Their names, QEMU's among them.
    pub const NAMES: [(&str, Self); 7] = [
        ("raw", Self::Raw),
        ("qcow2", Self::Qcow2),
        ("vmdk", Self::Vmdk),
        ("vdi", Self::Vdi),
        ("vhd", Self::Vhd),
        ("vpc", Self::Vhd),
        ("vhdx", Self::Vhdx),
    ];

    pub fn by_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    /// What a file's first bytes say. Only for files of the user: a guest can write any first bytes to a
    /// raw disk.
    pub fn detect(start: &[u8]) -> Self {
        if start.starts_with(super::qcow2::MAGIC) {
            Self::Qcow2
        } else if start.starts_with(super::vmdk::MAGIC) || start.starts_with(super::vmdk::TEXT_MAGIC) {
            Self::Vmdk
        } else if start.get(vdi::SIGNATURE_AT..).is_some_and(|rest| rest.starts_with(&vdi::SIGNATURE)) {
            Self::Vdi
        } else if start.starts_with(vhd::COOKIE) {
            Self::Vhd
        } else if start.starts_with(vhdx::SIGNATURE) {
            Self::Vhdx
        } else {
            Self::Raw
        }
    }
}

/// A disk as its guest saw it.
#[derive(Debug)]
pub struct Disk<R = Window> {
    /// The one on top is the first.
    layers: Vec<Layer<R>>,
    /// What is left out of it.
    unused: Option<Unused>,
}

impl Disk {
    /// Opens an image and what it lies on.
    pub fn open(path: &Path, format: Format) -> Result<Self, Error> {
        let (mut layers, mut seen) = (Vec::new(), Vec::new());
        let mut next = Some((path.to_owned(), format));
        while let Some((file, format)) = next {
            if seen.len() > MAX_BACKING_FILES {
                return Err(Error::BackingDepth { path: path.to_owned(), limit: MAX_BACKING_FILES });
            }
            let real = fs::canonicalize(&file).map_err(|source| Error::Read { path: file.clone(), source })?;
            if seen.contains(&real) {
                return Err(Error::BackingLoop { path: path.to_owned() });
            }
            let (layer, backing) = Layer::open(Input::open(&file)?, format)?;
            layers.push(layer);
            seen.push(real);
            next = backing;
        }
        Ok(Self { layers, unused: None })
    }
}

impl<R: Source> Disk<R> {
    /// A lone image that needs no other.
    pub fn of(input: Input<R>, format: Format) -> Result<Self, Error> {
        let path = input.path().to_owned();
        match Layer::open(input, format)? {
            (layer, None) => Ok(Self { layers: vec![layer], unused: None }),
            (_, Some(_)) => Err(Error::Unsupported { path, what: "it lies on another file".into() }),
        }
    }

    pub fn virtual_bytes(&self) -> u64 {
        self.layers.first().map_or(0, Layer::virtual_bytes)
    }

    /// What is at `offset`, which must lie within the disk. The next extent starts where this one ends,
    /// and may be of the same kind.
    pub fn extent(&mut self, offset: u64) -> Result<Extent, Error> {
        Ok(self.resolve(offset, self.virtual_bytes().saturating_sub(offset))?.1)
    }

    /// Fills `buffer` with what the guest sees from `offset` on; behind the end of the disk are zeros.
    pub fn read(&mut self, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let inside = self.virtual_bytes().saturating_sub(offset);
        let inside = usize::try_from(inside).unwrap_or(usize::MAX).min(buffer.len());
        let (mut rest, beyond) = buffer.split_at_mut(inside);
        beyond.fill(0);
        let mut at = offset;
        while !rest.is_empty() {
            let (layer, extent) = self.resolve(at, rest.len() as u64)?;
            let length = usize::try_from(extent.length).unwrap_or(usize::MAX).min(rest.len());
            let (part, next) = rest.split_at_mut(length);
            match (extent.content, self.layers.get_mut(layer)) {
                (Content::Data, Some(layer)) => layer.read(at, part)?,
                _ => part.fill(0),
            }
            at += length as u64;
            rest = next;
        }
        Ok(())
    }

    /// From now on, blocks that a file system on it surely marks free are zero. Tells how many file systems
    /// were understood.
    pub fn leave_out_unused(&mut self) -> Result<usize, Error> {
        let unused = Unused::find(self)?;
        let systems = unused.systems();
        self.unused = Some(unused);
        Ok(systems)
    }

    /// Finds images whose tables lead to the same bytes again and again. `layer` has `bytes` of data.
    pub(super) fn check_data(&self, layer: usize, bytes: u64) -> Result<(), Error> {
        self.layers.get(layer).map_or(Ok(()), |layer| layer.check_data(bytes))
    }

    pub(super) fn layers(&self) -> usize {
        self.layers.len()
    }

    /// The topmost layer that says what is at `offset`, and what is there.
    pub(super) fn resolve(&mut self, offset: u64, limit: u64) -> Result<(usize, Extent), Error> {
        let (layer, extent) = self.resolve_layers(offset, limit)?;
        // Its own reading is of all there is.
        let Some(mut unused) = self.unused.take() else { return Ok((layer, extent)) };
        let narrowed = unused.narrow(self, extent);
        self.unused = Some(unused);
        Ok((layer, narrowed?))
    }

    /// A layer may be shorter than the one above.
    fn resolve_layers(&mut self, offset: u64, limit: u64) -> Result<(usize, Extent), Error> {
        let mut hole = Extent { start: offset, length: limit.max(1), content: Content::Hole };
        for (index, layer) in self.layers.iter_mut().enumerate() {
            let inside = layer.virtual_bytes().saturating_sub(offset).min(hole.length);
            if inside == 0 {
                break;
            }
            let extent = layer.extent(offset, inside)?;
            if extent.content != Content::Hole {
                return Ok((index, extent));
            }
            hole.length = extent.length;
        }
        Ok((0, hole))
    }
}

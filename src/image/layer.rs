//! One of the images that a disk lies on.

use std::path::PathBuf;

use super::mapped::Image;
use super::qcow2::Qcow2;
use super::raw::Raw;
use super::vdi::Vdi;
use super::vhd::Vhd;
use super::vhdx::Vhdx;
use super::vmdk::Vmdk;
use super::{Error, Extent, Format, Input, Source};

/// The image below: its file and its format.
pub(super) type Backing = Option<(PathBuf, Format)>;

#[derive(Debug)]
enum Kind<R> {
    Raw(Raw<R>),
    Qcow2(Qcow2<R>),
    Vmdk(Vmdk<R>),
    Vdi(Vdi<R>),
    Vhd(Vhd<R>),
    Vhdx(Vhdx<R>),
}

#[derive(Debug)]
pub(super) struct Layer<R> {
    kind: Kind<R>,
    /// The extent that was found last. Those of a layer above or below may be much shorter, and joining entries of
    /// tables anew for each of them would take long.
    found: Option<Extent>,
}

impl<R: Source> Layer<R> {
    /// Tells also what it lies on.
    pub(super) fn open(input: Input<R>, format: Format) -> Result<(Self, Backing), Error> {
        let mut backing = None;
        let kind = match format {
            Format::Raw => Kind::Raw(Raw::open(input)?),
            Format::Vmdk => Kind::Vmdk(Vmdk::open(input)?),
            Format::Vdi => Kind::Vdi(Vdi::open(input)?),
            Format::Vhd => Kind::Vhd(Vhd::open(input)?),
            Format::Vhdx => Kind::Vhdx(Vhdx::open(input)?),
            Format::Qcow2 => {
                let image = Qcow2::open(input)?;
                backing = image.backing().map(|backing| (backing.path.clone(), backing.format));
                Kind::Qcow2(image)
            }
        };
        Ok((Self { kind, found: None }, backing))
    }

    fn image(&self) -> &dyn Image {
        match &self.kind {
            Kind::Raw(image) => image,
            Kind::Qcow2(image) => image,
            Kind::Vmdk(image) => image,
            Kind::Vdi(image) => image,
            Kind::Vhd(image) => image,
            Kind::Vhdx(image) => image,
        }
    }

    fn image_mut(&mut self) -> &mut dyn Image {
        match &mut self.kind {
            Kind::Raw(image) => image,
            Kind::Qcow2(image) => image,
            Kind::Vmdk(image) => image,
            Kind::Vdi(image) => image,
            Kind::Vhd(image) => image,
            Kind::Vhdx(image) => image,
        }
    }

    pub(super) fn virtual_bytes(&self) -> u64 {
        self.image().virtual_bytes()
    }

    /// What is at `offset`, which lies within, for at most `limit` bytes.
    pub(super) fn extent(&mut self, offset: u64, limit: u64) -> Result<Extent, Error> {
        let kept = self.found.filter(|found| (found.start..found.end()).contains(&offset));
        let found = match kept {
            Some(found) => found,
            None => self.image_mut().extent(offset, limit)?,
        };
        self.found = Some(found);
        let length = found.end().saturating_sub(offset).min(limit).max(1);
        Ok(Extent { start: offset, length, content: found.content })
    }

    pub(super) fn read(&mut self, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
        self.image_mut().read(offset, buffer)
    }

    /// `bytes` is how much data its tables led to so far.
    pub(super) fn check_data(&self, bytes: u64) -> Result<(), Error> {
        if bytes > self.image().most_data() { Err(self.image().too_much_data()) } else { Ok(()) }
    }
}

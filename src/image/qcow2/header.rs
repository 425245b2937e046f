//! The header of a qcow2 file, and what must be true of it before anything is read by it.

use std::path::{Path, PathBuf};

use super::MAGIC;
use crate::image::fields::{be_u32, be_u64};
use crate::image::{Error, Format, Input, MAX_VIRTUAL_BYTES, Source};

pub(super) const FORMAT: &str = "qcow2";

/// Bits 9 to 55 of a table's entry.
pub(super) const OFFSET_MASK: u64 = 0x00ff_ffff_ffff_fe00;

/// Version 2 ends here.
const HEADER_2_BYTES: usize = 72;

/// Version 3's fixed part.
const HEADER_3_BYTES: usize = 104;

/// The backing file's name ends within the first cluster; QEMU allows so many bytes.
const MAX_NAME_BYTES: u32 = 1023;

/// Header, extensions and name are looked for in so many bytes.
const START_BYTES: usize = 64 * 1024;

/// Extension: the format of the backing file.
const BACKING_FORMAT: u32 = 0xe279_2aca;

/// QEMU's limit for the level 1 table.
const MAX_LEVEL_1_BYTES: u64 = 32 << 20;

const CORRUPT: u64 = 1 << 1;
const EXTERNAL_DATA: u64 = 1 << 2;
const COMPRESSION_TYPE: u64 = 1 << 3;
const EXTENDED_LEVEL_2: u64 = 1 << 4;

/// Dirty (bit 0) is about reference counts, which reading does not use.
const KNOWN: u64 = 0b1_1111;

#[derive(Debug)]
pub(super) struct Header {
    pub(super) version: u32,
    pub(super) cluster_bits: u32,
    pub(super) virtual_bytes: u64,
    pub(super) level_1_offset: u64,
    pub(super) level_1_entries: u64,
    pub(super) zstd: bool,
    pub(super) backing: Option<Backing>,
}

/// The image below.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::image) struct Backing {
    pub(in crate::image) path: PathBuf,
    pub(in crate::image) format: Format,
}

impl Header {
    pub(super) fn read<R: Source>(input: &mut Input<R>) -> Result<Self, Error> {
        let start = input.start(START_BYTES)?;
        let version = if start.len() >= HEADER_2_BYTES { be_u32(&start, 4) } else { 0 };
        if !start.starts_with(MAGIC) || version < 2 {
            return Err(input.damaged(FORMAT, "it does not begin with a qcow2 header"));
        }
        if version > 3 {
            return Err(input.unsupported(format!("it is qcow2 version {version}; 2 and 3 are known")));
        }
        if version == 3 && start.len() < HEADER_3_BYTES {
            return Err(input.damaged(FORMAT, "its header is cut off"));
        }
        let header = Self {
            version,
            cluster_bits: be_u32(&start, 20),
            virtual_bytes: be_u64(&start, 24),
            level_1_offset: be_u64(&start, 40),
            level_1_entries: be_u32(&start, 36).into(),
            zstd: check_features(&start, version, input)?,
            backing: None,
        };
        header.check(input)?;
        Ok(Self { backing: backing(&start, version, input)?, ..header })
    }

    fn check<R: Source>(&self, input: &Input<R>) -> Result<(), Error> {
        if !(9..=21).contains(&self.cluster_bits) {
            return Err(input.damaged(FORMAT, format!("clusters of 2^{} bytes cannot be", self.cluster_bits)));
        }
        if self.virtual_bytes > MAX_VIRTUAL_BYTES {
            return Err(input.unsupported(format!("it claims a disk of {} bytes, more than 1 PiB", self.virtual_bytes)));
        }
        let table_bytes = self.level_1_entries * 8;
        if self.level_1_entries < self.virtual_bytes.div_ceil(self.level_2_reach()) {
            return Err(input.damaged(FORMAT, "its first table is too short for its disk"));
        }
        if table_bytes > MAX_LEVEL_1_BYTES || !input.holds(self.level_1_offset, table_bytes) {
            return Err(input.damaged(FORMAT, "its first table lies outside the file"));
        }
        let apart = self.level_1_offset.is_multiple_of(self.cluster_bytes()) && self.level_1_offset > 0;
        if self.level_1_entries > 0 && !apart {
            return Err(input.damaged(FORMAT, "its first table lies on the header, or is not aligned"));
        }
        Ok(())
    }

    /// Whether the cluster at byte `offset` of the file holds the header or level 1 entries.
    pub(super) fn covers(&self, offset: u64) -> bool {
        let level_1 = self.level_1_offset..self.level_1_offset + self.level_1_entries * 8;
        offset < self.cluster_bytes() || level_1.contains(&offset)
    }

    pub(super) fn cluster_bytes(&self) -> u64 {
        1 << self.cluster_bits
    }

    /// A table fills a cluster.
    pub(super) fn level_2_entries(&self) -> u64 {
        self.cluster_bytes() / 8
    }

    /// Bytes of the disk that one level 2 table tells of.
    pub(super) fn level_2_reach(&self) -> u64 {
        self.level_2_entries() * self.cluster_bytes()
    }
}

/// Refuses what would be read wrongly; tells whether clusters are compressed by zstd.
fn check_features<R: Source>(start: &[u8], version: u32, input: &Input<R>) -> Result<bool, Error> {
    if be_u32(start, 32) != 0 {
        return Err(input.unsupported("it is encrypted; decrypt it with `qemu-img convert` first"));
    }
    let features = if version >= 3 { be_u64(start, 72) } else { 0 };
    let refusals = [
        (CORRUPT, "it is marked as corrupt; `qemu-img check -r all` may mend it"),
        (EXTERNAL_DATA, "its data is in another file (`data_file`); `qemu-img convert` makes one file of them"),
        (EXTENDED_LEVEL_2, "it has subclusters (`extended_l2`); `qemu-img convert` makes a file without"),
        (!KNOWN, "it has features that this program does not know"),
    ];
    if let Some((_, reason)) = refusals.iter().find(|(bits, _)| features & bits != 0) {
        return Err(input.unsupported(*reason));
    }
    if features & COMPRESSION_TYPE == 0 {
        return Ok(false);
    }
    match start.get(HEADER_3_BYTES) {
        Some(0) => Ok(false),
        Some(1) => Ok(true),
        _ => Err(input.unsupported("its clusters are compressed by something else than zlib and zstd")),
    }
}

fn backing<R: Source>(start: &[u8], version: u32, input: &Input<R>) -> Result<Option<Backing>, Error> {
    let (offset, length) = (be_u64(start, 8), be_u32(start, 16));
    if offset == 0 {
        return Ok(None);
    }
    let name = usize::try_from(offset).ok().and_then(|at| start.get(at..)?.get(..length as usize));
    let name = name.filter(|_| length <= MAX_NAME_BYTES).and_then(|name| std::str::from_utf8(name).ok());
    let Some(name) = name.filter(|name| !name.is_empty() && !name.contains('\0')) else {
        return Err(input.damaged(FORMAT, "the name of its backing file is not one"));
    };
    // QEMU takes `protocol:rest` as no file name, unless a slash comes first.
    if name.split('/').next().is_some_and(|first| first.contains(':')) {
        let name = name.escape_debug();
        return Err(input.unsupported(format!("its backing file `{name}` is no plain file")));
    }
    let format =
        extension(start, version, BACKING_FORMAT).and_then(|name| Format::by_name(std::str::from_utf8(name).ok()?));
    let Some(format) = format else {
        let fix = format!("`qemu-img rebase -u -b '{}' -F FORMAT` sets it", name.escape_debug());
        return Err(input.unsupported(format!("it does not say of which known format its backing file is; {fix}")));
    };
    let folder = input.path().parent().unwrap_or(Path::new(""));
    Ok(Some(Backing { path: folder.join(name), format }))
}

/// The content of a header extension.
fn extension(start: &[u8], version: u32, wanted: u32) -> Option<&[u8]> {
    let at = if version >= 3 { be_u32(start, 100) } else { u32::try_from(HEADER_2_BYTES).ok()? };
    let mut rest = start.get(usize::try_from(at).ok()?..)?;
    loop {
        let kind = u32::from_be_bytes(*rest.first_chunk()?);
        let length = usize::try_from(u32::from_be_bytes(*rest.get(4..)?.first_chunk()?)).ok()?;
        let content = rest.get(8..)?.get(..length)?;
        match kind {
            0 => return None,
            kind if kind == wanted => return Some(content),
            _ => rest = rest.get(8..)?.get(length.checked_next_multiple_of(8)?..)?,
        }
    }
}

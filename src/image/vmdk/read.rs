//! Reading sparse and stream-optimized images.

use libdeflater::Decompressor;

use super::header::Header;
use super::{FORMAT, SECTOR_BYTES, TEXT_MAGIC, descriptor};
use crate::image::fields::{le_u32, le_u64};
use crate::image::mapped::Mapped;
use crate::image::table::Table;
use crate::image::{Content, Error, Input, Source};

/// A descriptor is a page of text; more of it is not looked at.
const MAX_DESCRIPTOR_BYTES: u64 = 64 * 1024;

/// Before a compressed grain: its first sector on the disk, and its length in bytes.
const GRAIN_HEADER_BYTES: u64 = 12;

pub(in crate::image) struct Vmdk<R> {
    input: Input<R>,
    header: Header,
    directory: Table<4>,
    /// The grain table that was last used; at first none, which has the offset 0.
    table: Table<4>,
    inflate: Decompressor,
    /// The offset of the last grain that was decompressed.
    kept: Option<u64>,
    content: Vec<u8>,
}

/// Where a grain's bytes are in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::image) enum Grain {
    Hole,
    Zero,
    Stored { offset: u64 },
}

impl Grain {
    fn content(self) -> Content {
        match self {
            Self::Hole => Content::Hole,
            Self::Zero => Content::Zero,
            Self::Stored { .. } => Content::Data,
        }
    }
}

impl<R: Source> Vmdk<R> {
    pub(in crate::image) fn open(mut input: Input<R>) -> Result<Self, Error> {
        if input.start(TEXT_MAGIC.len())? == TEXT_MAGIC {
            let what = "it is only the description of a disk in other files; `qemu-img convert` makes one file";
            return Err(input.unsupported(what));
        }
        let header = Header::read(&mut input)?;
        if let Some(reason) = descriptor::refusal(&descriptor_text(&mut input)?) {
            return Err(input.unsupported(reason));
        }
        let directory = Table::new(header.directory * SECTOR_BYTES, header.tables());
        let (table, content) = (Table::new(0, 0), Vec::new());
        Ok(Self { input, header, directory, table, inflate: Decompressor::new(), kept: None, content })
    }

    fn use_table(&mut self, offset: u64) -> Result<(), Error> {
        if self.table.offset() == offset {
            return Ok(());
        }
        let entries = u64::from(self.header.table_entries);
        if !self.input.holds(offset, entries * 4) {
            return Err(self.input.damaged(FORMAT, format!("the table at byte {offset} lies outside the file")));
        }
        self.table = Table::new(offset, entries);
        Ok(())
    }

    /// Fills `part` with what the grain has from byte `at` of the disk on.
    fn read_grain(&mut self, grain: Grain, at: u64, part: &mut [u8]) -> Result<(), Error> {
        let Grain::Stored { offset } = grain else {
            part.fill(0);
            return Ok(());
        };
        if offset >= self.input.length() {
            return Err(self.input.damaged(FORMAT, format!("the grain at byte {offset} lies outside the file")));
        }
        let skip = at % self.header.grain_bytes();
        if !self.header.is_compressed() {
            return self.input.read_padded(offset + skip, part);
        }
        if self.kept != Some(offset) {
            self.inflate(offset, at - skip)?;
        }
        let start = usize::try_from(skip).expect("less than a grain");
        part.copy_from_slice(&self.content[start..start + part.len()]);
        Ok(())
    }

    /// Reads the compressed grain that is to be at byte `at` of the disk.
    fn inflate(&mut self, offset: u64, at: u64) -> Result<(), Error> {
        self.kept = None;
        let damaged = |what: &str| format!("the grain at byte {offset} {what}");
        let mut header = [0; 12];
        self.input.read_padded(offset, &mut header)?;
        let (sector, length) = (le_u64(&header, 0), u64::from(le_u32(&header, 8)));
        if sector.checked_mul(SECTOR_BYTES) != Some(at) {
            return Err(self.input.damaged(FORMAT, damaged("belongs elsewhere")));
        }
        // What cannot be compressed grows a little.
        let grain_bytes = self.header.grain_bytes();
        if length > grain_bytes * 2 + SECTOR_BYTES || !self.input.holds(offset + GRAIN_HEADER_BYTES, length) {
            return Err(self.input.damaged(FORMAT, damaged("is longer than it can be")));
        }
        let mut coded = vec![0; usize::try_from(length).expect("little more than two grains")];
        self.input.read(offset + GRAIN_HEADER_BYTES, &mut coded)?;
        let grain_bytes = usize::try_from(grain_bytes).expect("a grain has at most 2 MiB");
        self.content.resize(grain_bytes, 0);
        match self.inflate.zlib_decompress(&coded, &mut self.content) {
            Ok(length) => self.content[length..].fill(0),
            Err(error) => {
                return Err(self.input.damaged(FORMAT, damaged(&format!("cannot be decompressed: {error}"))));
            }
        }
        self.kept = Some(offset);
        Ok(())
    }
}

impl<R: Source> Mapped for Vmdk<R> {
    type Place = Grain;

    fn disk_bytes(&self) -> u64 {
        self.header.capacity * SECTOR_BYTES
    }

    fn place_at(&mut self, offset: u64) -> Result<(Grain, u64), Error> {
        let (grain_bytes, reach) = (self.header.grain_bytes(), self.header.table_reach());
        let index = offset / reach;
        if index >= self.directory.count() {
            return Err(self.input.damaged(FORMAT, format!("no table leads to byte {offset} of the disk")));
        }
        let table = u32::from_le_bytes(self.directory.entry(&mut self.input, index)?);
        if table == 0 {
            return Ok((Grain::Hole, reach - offset % reach));
        }
        self.use_table(u64::from(table) * SECTOR_BYTES)?;
        let index = offset % reach / grain_bytes;
        let grain = match u32::from_le_bytes(self.table.entry(&mut self.input, index)?) {
            0 => Grain::Hole,
            1 if self.header.has_zero_grains() => Grain::Zero,
            sector => Grain::Stored { offset: u64::from(sector) * SECTOR_BYTES },
        };
        Ok((grain, grain_bytes - offset % grain_bytes))
    }

    fn content(grain: Grain) -> Content {
        grain.content()
    }

    fn read_place(&mut self, grain: Grain, at: u64, part: &mut [u8]) -> Result<(), Error> {
        self.read_grain(grain, at, part)
    }

    /// A compressed grain begins a sector.
    fn most_data(&self) -> u64 {
        let grain_bytes = self.header.grain_bytes();
        let expansion = if self.header.is_compressed() { self.header.grain } else { 1 };
        self.input.length().saturating_add(grain_bytes).saturating_mul(expansion)
    }

    fn damaged(&self, what: String) -> Error {
        self.input.damaged(FORMAT, what)
    }
}

/// It belongs to the first header, also where a footer has the rest.
fn descriptor_text<R: Source>(input: &mut Input<R>) -> Result<String, Error> {
    let mut sector = [0; 512];
    input.read(0, &mut sector)?;
    let Some(header) = Header::parse(&sector) else { return Ok(String::new()) };
    let offset = header.descriptor.saturating_mul(SECTOR_BYTES);
    let length = header.descriptor_sectors.saturating_mul(SECTOR_BYTES).min(MAX_DESCRIPTOR_BYTES);
    if header.descriptor == 0 || !input.holds(offset, length) {
        return Err(input.unsupported("it has no description; it may be one part of a disk in several files"));
    }
    let mut text = vec![0; usize::try_from(length).expect("it was limited")];
    input.read(offset, &mut text)?;
    text.truncate(text.iter().position(|&byte| byte == 0).unwrap_or(text.len()));
    Ok(String::from_utf8_lossy(&text).into_owned())
}

impl<R> std::fmt::Debug for Vmdk<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vmdk").field("header", &self.header).finish_non_exhaustive()
    }
}

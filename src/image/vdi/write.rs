//! Writing VDI files whose blocks come as the disk has them; VirtualBox's "dynamically allocated" kind.

use fs_err as fs;
use uuid::Uuid;

use super::HOLE;
use super::header::{self, Header};
use crate::image::entries::Entries;
use crate::image::{Disk, Error, Output, Source};
use crate::io::meter::Meter;

/// VirtualBox's size.
const BLOCK_BYTES: u32 = 1 << 20;

/// QEMU's limit comes a little before the largest number of blocks that the map can tell of.
const MAX_BYTES: u64 = (1 << 29) * BLOCK_BYTES as u64;

/// Disks consist of whole ones.
const SECTOR_BYTES: u64 = 512;

/// Where the map begins, and what data begins at a multiple of.
const ALIGNMENT: u64 = 4096;

/// Writes `disk` to `file`, which is empty. VirtualBox knows the disk by `id`.
pub fn write_vdi<R: Source>(disk: &mut Disk<R>, file: fs::File, id: Uuid, meter: &mut Meter) -> Result<(), Error> {
    let disk_bytes = disk.virtual_bytes();
    if disk_bytes > MAX_BYTES {
        return Err(Error::TooLarge { bytes: disk_bytes, format: "a VDI file", limit: MAX_BYTES });
    }
    let mut image = Image::start(file, disk_bytes).map_err(Error::Write)?;
    disk.data_blocks(BLOCK_BYTES, meter, |offset, block| image.add(offset, block))?;
    image.finish(id).map_err(Error::Write)
}

struct Image {
    output: Output,
    header: Header,
    map: Entries,
}

impl Image {
    fn start(file: fs::File, disk_bytes: u64) -> std::io::Result<Self> {
        let blocks = disk_bytes.div_ceil(BLOCK_BYTES.into());
        let data = (ALIGNMENT + blocks * 4).next_multiple_of(ALIGNMENT);
        let number = |value: u64| u32::try_from(value).map_err(std::io::Error::other);
        let header = Header {
            map_offset: number(ALIGNMENT)?,
            data_offset: number(data)?,
            disk_bytes: disk_bytes.next_multiple_of(SECTOR_BYTES),
            block_bytes: BLOCK_BYTES,
            block_extra: 0,
            blocks: number(blocks)?,
            allocated: 0,
        };
        let mut output = Output::new(file);
        output.skip_to(data)?;
        Ok(Self { output, header, map: Entries::new(ALIGNMENT, blocks, HOLE.to_le_bytes()) })
    }

    fn add(&mut self, offset: u64, block: &[u8]) -> std::io::Result<()> {
        self.map.set(&mut self.output, offset / u64::from(BLOCK_BYTES), self.header.allocated.to_le_bytes())?;
        self.output.append(block)?;
        self.header.allocated += 1;
        Ok(())
    }

    fn finish(self, id: Uuid) -> std::io::Result<()> {
        let Self { mut output, header, map } = self;
        map.finish(&mut output)?;
        let bytes: [u8; header::BYTES] = header.to_bytes(id);
        output.put(0, &bytes)?;
        output.finish()
    }
}

//! Writes the archive through its algorithm.

use std::io::Write;

use lz4_flex::frame::{BlockSize, FrameEncoder, FrameInfo};
use zip::write::SimpleFileOptions;

use super::format::{Algorithm, Archive, Format};
use crate::io::meter::Meter;
use crate::io::{bgzf, gzip};
use crate::post::archive::{Item, write_tar};

/// xz's own default. As in Packer the level is not used: each step up doubles the memory.
const XZ_PRESET: u32 = 6;

/// From this size on a zip entry needs 64-bit fields.
const ZIP64_BYTES: u64 = u32::MAX as u64;

/// Writes all items; `level` is gzip's scale, 0 and less mean the algorithm's default.
pub(super) fn write<W: Write>(
    format: Format,
    level: i32,
    items: &[Item],
    sink: W,
    meter: &mut Meter,
) -> std::io::Result<W> {
    match format.archive {
        Some(Archive::Zip) => write_zip(items, level, sink, meter),
        Some(Archive::Tar) => compress(format.algorithm, level, sink, |sink| write_tar(items, sink, meter).map(|_| ())),
        None => compress(format.algorithm, level, sink, |sink| copy_all(items, sink, meter)),
    }
}

fn compress<W: Write>(
    algorithm: Option<Algorithm>,
    level: i32,
    mut sink: W,
    fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<W> {
    match algorithm {
        None => {
            fill(&mut sink)?;
            Ok(sink)
        }
        Some(Algorithm::Gzip) => {
            let mut encoder = gzip::writer(sink, gzip::Level::new(level));
            fill(&mut encoder)?;
            encoder.finish()
        }
        Some(Algorithm::Bgzf) => {
            let mut encoder = bgzf::writer(sink, gzip::Level::new(level));
            fill(&mut encoder)?;
            bgzf::finish(encoder)
        }
        Some(Algorithm::Lz4) => {
            // Pure Rust has the fast mode only; a higher level would gain little and cost the speed.
            let frame = FrameInfo::new().block_size(BlockSize::Max4MB).content_checksum(true);
            let mut encoder = FrameEncoder::with_frame_info(frame, sink);
            fill(&mut encoder)?;
            Ok(encoder.finish()?)
        }
        Some(Algorithm::Xz) => {
            let mut encoder = liblzma::write::XzEncoder::new(sink, XZ_PRESET);
            fill(&mut encoder)?;
            encoder.finish()
        }
        Some(Algorithm::Bzip2) => {
            let mut encoder = bzip2::write::BzEncoder::new(sink, bzip2::Compression::new(digit(level).unwrap_or(9)));
            fill(&mut encoder)?;
            encoder.finish()
        }
    }
}

/// A level from 1 to 9, or none for the default.
fn digit(level: i32) -> Option<u32> {
    u32::try_from(level).ok().filter(|&level| level > 0).map(|level| level.min(9))
}

fn copy_all(items: &[Item], sink: &mut dyn Write, meter: &mut Meter) -> std::io::Result<()> {
    items.iter().try_for_each(|item| copy(item, sink, meter))
}

fn copy(item: &Item, mut sink: &mut dyn Write, meter: &mut Meter) -> std::io::Result<()> {
    std::io::copy(&mut meter.reader(item.content.open()?), &mut sink).map(|_| ())
}

/// Entries carry neither mode nor time.
fn write_zip<W: Write>(items: &[Item], level: i32, sink: W, meter: &mut Meter) -> std::io::Result<W> {
    let mut archive = zip::ZipWriter::new_stream(sink);
    for item in items {
        let options = SimpleFileOptions::default()
            .compression_level(digit(level).map(i64::from))
            .last_modified_time(zip::DateTime::default())
            .large_file(item.size()? >= ZIP64_BYTES);
        archive.start_file(item.name.as_str(), options)?;
        copy(item, &mut archive, meter)?;
    }
    Ok(archive.finish()?.into_inner())
}

//! Writing a package in one pass: each disk is read, compressed and hashed once, and sizes that are known
//! only then are filled in at the end.

use std::io::{Read, Seek, Write};

use crate::image::ovf::{self, Appliance};
use crate::image::vmdk::{self, StreamOptions};
use crate::image::{Disk, Error, Source};
use crate::io::hash::{HashWriter, Written, hex};
use crate::io::meter::Meter;
use crate::io::tar::{Entry, TarWriter};

use super::Name;

/// Writes `disks` as the disks of `appliance`, whose own list of disks is made here.
pub fn write<R: Source, W: Write + Seek>(
    appliance: &Appliance,
    name: &Name,
    disks: &mut [Disk<R>],
    threads: Option<usize>,
    sink: W,
    meter: &mut Meter,
) -> Result<W, Error> {
    let mut appliance = Appliance { disks: planned(name, disks), ..appliance.clone() };
    let mut package = Package::start(name, ovf::text(&appliance).len(), sink).map_err(Error::Write)?;
    for (index, disk) in disks.iter_mut().enumerate() {
        let options = StreamOptions { name: name.disk(index), uuid: appliance.disk_uuid(index), threads };
        let (written, streamed) = package.disk(disk, &options, meter)?;
        appliance.disks[index].file_bytes = written.bytes;
        appliance.disks[index].populated_bytes = streamed.populated_bytes;
    }
    package.finish(ovf::text(&appliance)).map_err(Error::Write)
}

/// With the longest numbers there can be.
fn planned<R: Source>(name: &Name, disks: &[Disk<R>]) -> Vec<ovf::ApplianceDisk> {
    let disk = |(index, disk): (usize, &Disk<R>)| ovf::ApplianceDisk {
        file: name.disk(index),
        file_bytes: u64::MAX,
        capacity_bytes: vmdk::capacity_bytes(disk.virtual_bytes()),
        populated_bytes: u64::MAX,
    };
    disks.iter().enumerate().map(disk).collect()
}

/// A package that is being written. The descriptor comes first, so room is left for it.
#[derive(Debug)]
pub struct Package<W> {
    tar: TarWriter<W>,
    name: Name,
    descriptor: u64,
    room: usize,
    /// The manifest's lines for all but the descriptor.
    manifest: String,
}

impl<W: Write + Seek> Package<W> {
    /// With `room` bytes for the descriptor.
    pub fn start(name: &Name, room: usize, sink: W) -> std::io::Result<Self> {
        let mut tar = TarWriter::new(sink);
        let descriptor = tar.position()? + Entry::HEADER_BYTES;
        tar.append(&Entry::plain(&name.descriptor(), room as u64), std::io::repeat(b' '))?;
        Ok(Self { tar, name: name.clone(), descriptor, room, manifest: String::new() })
    }

    /// Adds a disk under the name in `options`.
    pub fn disk<R: Source>(
        &mut self,
        disk: &mut Disk<R>,
        options: &StreamOptions,
        meter: &mut Meter,
    ) -> Result<(Written, vmdk::Streamed), Error> {
        let added = self.tar.append_written(&options.name, |sink| {
            let (sink, streamed) = vmdk::write_stream(disk, HashWriter::new(sink), options, meter)?;
            Ok((sink.finish()?, streamed))
        });
        let (written, streamed) = added.map_err(Error::of_writer)?;
        self.manifest.push_str(&manifest_line(&options.name, &written.sha256));
        Ok((written, streamed))
    }

    /// Adds a file as it is.
    pub fn file(&mut self, name: &str, mut content: impl Read) -> std::io::Result<()> {
        let written = self.tar.append_written(name, |sink| {
            let mut sink = HashWriter::new(sink);
            std::io::copy(&mut content, &mut sink)?;
            sink.finish()
        })?;
        self.manifest.push_str(&manifest_line(name, &written.sha256));
        Ok(())
    }

    /// Puts the descriptor, which must not be longer than its room, and the manifest to their places.
    pub fn finish(mut self, descriptor: String) -> std::io::Result<W> {
        let text = padded(descriptor, self.room)?;
        self.tar.overwrite(self.descriptor, text.as_bytes())?;
        let mut manifest = manifest_line(&self.name.descriptor(), &sha256(text.as_bytes()));
        manifest.push_str(&self.manifest);
        let entry = self.name.manifest();
        self.tar.append(&Entry::plain(&entry, manifest.len() as u64), manifest.as_bytes())?;
        self.tar.finish()
    }
}

/// Spaces behind the last element are nothing to XML.
fn padded(mut text: String, room: usize) -> std::io::Result<String> {
    let missing = room.checked_sub(text.len());
    let missing = missing.ok_or_else(|| std::io::Error::other("the description is longer than planned"))?;
    text.extend(std::iter::repeat_n(' ', missing));
    Ok(text)
}

/// In the form of the OVF standard, which knows no space before the `=`.
pub fn manifest_line(name: &str, sha256: &str) -> String {
    format!("SHA256({name})= {sha256}\n")
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex(&Sha256::digest(bytes))
}

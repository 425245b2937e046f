//! Writing a package in one pass: each disk is read, compressed and hashed once, and sizes that are known
//! only then are filled in at the end.

use std::fmt::Write as _;
use std::io::{Seek, Write};

use crate::image::ovf::{self, Appliance};
use crate::image::vmdk::{self, StreamOptions};
use crate::image::{Disk, Error, Source};
use crate::io::hash::{HashWriter, Written, hex};
use crate::io::meter::Meter;
use crate::io::tar::{Entry, TarWriter};

/// Leaves room for `-disk001.vmdk` in a name of 100 bytes.
const MAX_NAME_BYTES: usize = 80;

/// What the files of a package are named by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// What other systems could not have in a file's name becomes `_`.
    pub fn new(text: &str) -> Self {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        let name: String = text.chars().map(plain).take(MAX_NAME_BYTES).collect();
        let hidden = name.is_empty() || name.starts_with('.');
        Self(if hidden { format!("vm{name}") } else { name })
    }

    pub fn descriptor(&self) -> String {
        format!("{}.ovf", self.0)
    }

    pub fn manifest(&self) -> String {
        format!("{}.mf", self.0)
    }

    /// From 0 on.
    pub fn disk(&self, index: usize) -> String {
        format!("{}-disk{:03}.vmdk", self.0, index + 1)
    }
}

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
    let mut tar = TarWriter::new(sink);
    let (descriptor, start) = (name.descriptor(), tar.position().map_err(Error::Write)?);
    let room = ovf::text(&appliance).len();
    let blank = std::io::repeat(b' ');
    tar.append(&Entry::plain(&descriptor, room as u64), blank).map_err(Error::Write)?;
    let mut manifest = String::new();
    for (index, disk) in disks.iter_mut().enumerate() {
        let options = StreamOptions { name: name.disk(index), uuid: appliance.disk_uuid(index), threads };
        let (written, streamed) = append_disk(&mut tar, disk, &options, meter).map_err(Error::Write)?;
        appliance.disks[index].file_bytes = written.bytes;
        appliance.disks[index].populated_bytes = streamed.populated_bytes;
        add_line(&mut manifest, &options.name, &written.sha256);
    }
    let text = padded(ovf::text(&appliance), room);
    tar.overwrite(start + Entry::HEADER_BYTES, text.as_bytes()).map_err(Error::Write)?;
    let digest = sha256(text.as_bytes());
    let mut all = String::new();
    add_line(&mut all, &descriptor, &digest);
    all.push_str(&manifest);
    let entry = name.manifest();
    tar.append(&Entry::plain(&entry, all.len() as u64), all.as_bytes()).map_err(Error::Write)?;
    tar.finish().map_err(Error::Write)
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

fn append_disk<R: Source, W: Write + Seek>(
    tar: &mut TarWriter<W>,
    disk: &mut Disk<R>,
    options: &StreamOptions,
    meter: &mut Meter,
) -> std::io::Result<(Written, vmdk::Streamed)> {
    tar.append_written(&options.name, |sink| {
        let (sink, streamed) = vmdk::write_stream(disk, HashWriter::new(sink), options, meter)?;
        Ok((sink.finish()?, streamed))
    })
}

/// Spaces behind the last element are nothing to XML.
fn padded(mut text: String, room: usize) -> String {
    let missing = room.saturating_sub(text.len());
    text.extend(std::iter::repeat_n(' ', missing));
    text
}

/// In the form of the OVF standard, which knows no space before the `=`.
fn add_line(manifest: &mut String, name: &str, sha256: &str) {
    // Writing to a text cannot fail.
    let _ = writeln!(manifest, "SHA256({name})= {sha256}");
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex(&Sha256::digest(bytes))
}

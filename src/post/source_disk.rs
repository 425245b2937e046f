//! The disks of an artifact, whether a machine left them or somebody named some files.

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::Error;
use super::archive::first_bytes;
use crate::artifact::{Artifact, Disk};
use crate::image::{self, Format};
use crate::io::blocking;

/// Version 3's fixed part up to the compatible features (QEMU, docs/interop/qcow2.txt).
const QCOW2_HEADER_BYTES: u64 = 80;

/// Incompatible feature: the guest's data is in another file.
const EXTERNAL_DATA: u64 = 1 << 2;

/// A disk as the artifact has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SourceDisk {
    pub(super) path: PathBuf,
    /// QEMU's name of it.
    pub(super) format: String,
    pub(super) virtual_size_bytes: u64,
    /// It needs no other file.
    pub(super) self_contained: bool,
}

impl SourceDisk {
    /// Opens it for reading, with what it lies on but without what its file systems mark free; also says how many
    /// bytes it has.
    pub(super) async fn open(self) -> Result<(image::Disk, u64), Error> {
        blocking::run(move |cancelled| {
            let Some(format) = Format::by_name(&self.format) else {
                return Err(Error::UnknownFormat { path: self.path, format: self.format });
            };
            let mut disk = image::Disk::open(&self.path, format)?;
            disk.leave_out_unused()?;
            let bytes = disk.data_bytes(cancelled)?;
            Ok((disk, bytes))
        })
        .await
    }
}

/// In the guest's order.
pub(super) fn sources(input: &Artifact) -> Result<Vec<SourceDisk>, Error> {
    let disks: Vec<SourceDisk> = match &input.machine {
        Some(machine) => machine.disks.iter().map(of_machine).collect::<Result<_, _>>()?,
        None => of_files(&input.files)?,
    };
    if disks.is_empty() {
        let files: Vec<String> = input.files.iter().map(|path| path.display().to_string()).collect();
        return Err(Error::NoDisk { files: files.join(", ") });
    }
    Ok(disks)
}

/// The format is the one that was declared: what stands in a raw disk is the guest's business.
fn of_machine(disk: &Disk) -> Result<SourceDisk, Error> {
    let self_contained = disk.format != "qcow2" || read_qcow2(&disk.path)?.is_some_and(|header| header.self_contained);
    Ok(SourceDisk {
        path: disk.path.clone(),
        format: disk.format.clone(),
        virtual_size_bytes: disk.virtual_size_bytes,
        self_contained,
    })
}

/// Of an artifact that is no machine (`artifice`): the files that say that they are disks, or else its only file, taken
/// as raw.
fn of_files(files: &[PathBuf]) -> Result<Vec<SourceDisk>, Error> {
    let mut disks = Vec::new();
    for path in files {
        disks.extend(of_file(path)?);
    }
    if let ([path], true) = (files, disks.is_empty()) {
        let virtual_size_bytes = fs::metadata(path).map_err(read_error(path))?.len();
        disks.push(SourceDisk { path: path.clone(), format: "raw".into(), virtual_size_bytes, self_contained: true });
    }
    Ok(disks)
}

fn of_file(path: &Path) -> Result<Option<SourceDisk>, Error> {
    let start = first_bytes(path, QCOW2_HEADER_BYTES).map_err(read_error(path))?;
    let disk = |format: &str, virtual_size_bytes, self_contained| {
        Some(SourceDisk { path: path.to_owned(), format: format.into(), virtual_size_bytes, self_contained })
    };
    Ok(match Format::detect(&start) {
        Format::Raw => None,
        format @ (Format::Vmdk | Format::Vdi | Format::Vhd | Format::Vhdx) => {
            disk(format.name(), image::Disk::open(path, format)?.virtual_bytes(), true)
        }
        Format::Qcow2 => {
            parse_qcow2(&start).and_then(|header| disk("qcow2", header.virtual_size_bytes, header.self_contained))
        }
    })
}

/// Whether a file says that it is one.
pub(super) fn is_qcow2(path: &Path) -> Result<bool, Error> {
    Ok(Format::detect(&first_bytes(path, QCOW2_HEADER_BYTES).map_err(read_error(path))?) == Format::Qcow2)
}

#[derive(Debug, PartialEq, Eq)]
struct Qcow2Header {
    virtual_size_bytes: u64,
    /// Neither a backing file nor a data file belongs to it.
    self_contained: bool,
}

fn read_qcow2(path: &Path) -> Result<Option<Qcow2Header>, Error> {
    Ok(parse_qcow2(&first_bytes(path, QCOW2_HEADER_BYTES).map_err(read_error(path))?))
}

fn parse_qcow2(bytes: &[u8]) -> Option<Qcow2Header> {
    let number = |at: usize| Some(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
    let version = u32::from_be_bytes(bytes.get(4..8)?.try_into().ok()?);
    let (backing_file, virtual_size_bytes) = (number(8)?, number(24)?);
    let features = if version >= 3 { number(72)? } else { 0 };
    let self_contained = backing_file == 0 && features & EXTERNAL_DATA == 0;
    (Format::detect(bytes) == Format::Qcow2).then_some(Qcow2Header { virtual_size_bytes, self_contained })
}

pub(super) fn read_error(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    Error::io(format!("read `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(version: u8, backing: u8, features: u8) -> Vec<u8> {
        let mut bytes = vec![0; 104];
        bytes[..4].copy_from_slice(b"QFI\xfb");
        (bytes[7], bytes[15], bytes[79]) = (version, backing, features);
        bytes[24..32].copy_from_slice(&(5u64 << 30).to_be_bytes());
        bytes
    }

    #[test]
    fn a_qcow2_header_tells_size_and_dependence() {
        let parsed = |version, backing, features| parse_qcow2(&header(version, backing, features)).unwrap();
        assert_eq!(parsed(3, 0, 1), Qcow2Header { virtual_size_bytes: 5 << 30, self_contained: true });
        assert!(!parsed(3, 9, 0).self_contained);
        assert!(!parsed(3, 0, 4).self_contained);
        assert!(parsed(2, 0, 4).self_contained, "version 2 has no features");
        assert_eq!(parse_qcow2(b"MZ"), None);
        assert_eq!(parse_qcow2(&[0; 104]), None);
    }

    #[test]
    fn without_a_machine_the_qcow2_files_are_the_disks() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a.qcow2"), header(3, 0, 0)).unwrap();
        fs::write(path("b.log"), "booted").unwrap();
        let disks = of_files(&[path("a.qcow2"), path("b.log")]).unwrap();
        assert_eq!(disks.iter().map(|disk| disk.path.clone()).collect::<Vec<_>>(), [path("a.qcow2")]);
        let raw = of_files(&[path("b.log")]).unwrap();
        assert_eq!((raw[0].format.as_str(), raw[0].virtual_size_bytes), ("raw", 6));
        assert_eq!(of_files(&[path("b.log"), path("b.log")]).unwrap(), []);
    }
}

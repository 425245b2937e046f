//! The disks of an artifact, whether a machine left them or somebody named some files.

use std::path::{Path, PathBuf};

use super::Error;
use super::archive::first_bytes;
use crate::artifact::{Artifact, Disk};
use crate::image::archive::{self, Packing};
use crate::image::{self, DiskFile, Format};
use crate::io::blocking;

/// A disk as the artifact has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SourceDisk {
    pub(super) path: PathBuf,
    /// QEMU's name of it.
    pub(super) format: String,
    pub(super) virtual_size_bytes: u64,
}

/// A disk, ready to be read.
#[derive(Debug)]
pub(super) struct OpenDisk {
    pub(super) disk: image::Disk,
    pub(super) virtual_size_bytes: u64,
}

impl SourceDisk {
    /// With what it lies on, but without what its file systems mark free.
    pub(super) async fn open(self) -> Result<OpenDisk, Error> {
        blocking::run(move |_| {
            let Some(format) = Format::by_name(&self.format) else {
                return Err(Error::UnknownFormat { path: self.path, format: self.format });
            };
            let mut disk = image::Disk::open(&self.path, format)?;
            disk.leave_out_unused()?;
            Ok(OpenDisk { disk, virtual_size_bytes: self.virtual_size_bytes })
        })
        .await
    }
}

impl OpenDisk {
    /// Also says how many bytes it holds.
    pub(super) async fn counted(self) -> Result<(image::Disk, u64), Error> {
        blocking::run(move |cancelled| {
            let mut disk = self.disk;
            let bytes = disk.data_bytes(cancelled)?;
            Ok((disk, bytes))
        })
        .await
    }

    /// As a qcow2 file that needs no other.
    pub(super) async fn laid_out(self) -> Result<DiskFile, Error> {
        blocking::run(move |cancelled| Ok(DiskFile::qcow2(self.disk, cancelled)?)).await
    }
}

/// In the guest's order.
pub(super) fn sources(input: &Artifact) -> Result<Vec<SourceDisk>, Error> {
    let disks: Vec<SourceDisk> = match &input.machine {
        Some(machine) => machine.disks.iter().map(of_machine).collect(),
        None => of_files(&input.files)?,
    };
    if disks.is_empty() {
        let files: Vec<String> = input.files.iter().map(|path| path.display().to_string()).collect();
        return Err(Error::NoDisk { files: files.join(", ") });
    }
    Ok(disks)
}

/// The format is the one that was declared: what stands in a raw disk is the guest's business.
fn of_machine(disk: &Disk) -> SourceDisk {
    SourceDisk { path: disk.path.clone(), format: disk.format.clone(), virtual_size_bytes: disk.virtual_size_bytes }
}

/// Of an artifact that is no machine (`artifice`): the files that say that they are disks, or else its only file, taken
/// as raw. An archive is none: as a raw disk it would start nothing.
fn of_files(files: &[PathBuf]) -> Result<Vec<SourceDisk>, Error> {
    let mut disks = Vec::new();
    for path in files {
        let start = start_of(path)?;
        let is_alone = files.len() == 1;
        if is_alone && Packing::of(&start).is_some() {
            return Err(Error::Packed { path: path.clone() });
        }
        let format = archive::format_of(path, &start);
        if format != Format::Raw || is_alone {
            let virtual_size_bytes = image::Disk::open(path, format)?.virtual_bytes();
            disks.push(SourceDisk { path: path.clone(), format: format.name().into(), virtual_size_bytes });
        }
    }
    Ok(disks)
}

/// Enough to know a format or a packing by.
fn start_of(path: &Path) -> Result<Vec<u8>, Error> {
    first_bytes(path, archive::START_BYTES as u64).map_err(read_error(path))
}

/// Whether a file says that it is one.
pub(super) fn is_qcow2(path: &Path) -> Result<bool, Error> {
    Ok(Format::detect(&start_of(path)?) == Format::Qcow2)
}

pub(super) fn read_error(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    Error::io(format!("read `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use fs_err as fs;

    use super::*;

    #[test]
    fn without_a_machine_the_files_that_say_so_are_the_disks() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("b.log"), "booted").unwrap();
        image::testing::make_qcow2(&path("b.log"), &path("a.qcow2"));
        let disks = of_files(&[path("a.qcow2"), path("b.log")]).unwrap();
        let disk = |name: &str, format: &str, virtual_size_bytes| SourceDisk {
            path: path(name),
            format: format.into(),
            virtual_size_bytes,
        };
        assert_eq!(disks, [disk("a.qcow2", "qcow2", 512)]);
        assert_eq!(of_files(&[path("b.log")]).unwrap(), [disk("b.log", "raw", 6)]);
        assert_eq!(of_files(&[path("b.log"), path("b.log")]).unwrap(), []);
    }

    #[test]
    fn an_archive_is_no_disk() {
        let folder = tempfile::tempdir().unwrap();
        let ova = folder.path().join("vm.ova");
        let mut tar = crate::io::tar::TarWriter::new(Vec::new());
        tar.append(&crate::io::tar::Entry::plain("vm.ovf", 3), &b"abc"[..]).unwrap();
        let (gzip, zstd) = (vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0], vec![0x28, 0xb5, 0x2f, 0xfd, 0, 0]);
        for bytes in [tar.finish().unwrap(), gzip, zstd] {
            fs::write(&ova, bytes).unwrap();
            let error = of_files(std::slice::from_ref(&ova)).unwrap_err().to_string();
            assert!(error.contains("vm.ova` is packed") && error.contains("`convert`"), "{error}");
        }
    }

    #[test]
    fn the_footer_of_a_fixed_vhd_is_not_of_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let (raw, vhd) = (folder.path().join("disk.raw"), folder.path().join("disk.vhd"));
        fs::write(&raw, vec![7u8; 1 << 20]).unwrap();
        let mut disk = image::Disk::open(&raw, Format::Raw).unwrap();
        let file = fs::File::create(&vhd).unwrap();
        let (id, alignment) = (uuid::Uuid::nil(), image::Alignment::Sector);
        image::write_fixed_vhd(&mut disk, file, id, alignment, &mut image::testing::meter()).unwrap();
        let disks = of_files(std::slice::from_ref(&vhd)).unwrap();
        let expected = SourceDisk { path: vhd, format: "vhd".into(), virtual_size_bytes: disk.virtual_bytes() };
        assert_eq!(disks, [expected]);
    }
}

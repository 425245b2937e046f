//! Disks as a box can hold them: qcow2 files that need no other file.

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::Error;
use crate::artifact::Artifact;
use crate::io::Context;
use crate::io::partial::PartialFile;
use crate::post::archive::first_bytes;
use crate::process::Cmd;

/// The first bytes of every qcow2 file (QEMU, docs/interop/qcow2.txt).
const QCOW2_MAGIC: &[u8] = b"QFI\xfb";

/// Version 3's fixed part up to the compatible features.
const QCOW2_HEADER_BYTES: u64 = 80;

/// Incompatible feature: the guest's data is in another file.
const EXTERNAL_DATA: u64 = 1 << 2;

/// A disk, ready to go into a box.
#[derive(Debug)]
pub(super) struct BoxDisk {
    pub(super) path: PathBuf,
    pub(super) virtual_size_bytes: u64,
    /// The file was made for the box and goes with this.
    pub(super) converted: Option<PartialFile>,
}

/// A disk as the artifact has it.
#[derive(Debug, PartialEq, Eq)]
struct SourceDisk {
    path: PathBuf,
    format: String,
    virtual_size_bytes: u64,
    self_contained: bool,
}

/// The artifact's disks in the guest's order. What is not a lone qcow2 file is converted, into the folder
/// of the box.
pub(super) async fn prepare(input: &Artifact, target: &Path, context: &Context) -> Result<Vec<BoxDisk>, Error> {
    let mut disks = Vec::new();
    for source in sources(input)? {
        disks.push(prepare_one(source, target, context).await?);
    }
    Ok(disks)
}

async fn prepare_one(source: SourceDisk, target: &Path, context: &Context) -> Result<BoxDisk, Error> {
    let SourceDisk { path, format, virtual_size_bytes, self_contained } = source;
    if format == "qcow2" && self_contained {
        return Ok(BoxDisk { path, virtual_size_bytes, converted: None });
    }
    context.events.debug(format!("converting `{}` to a qcow2 file of its own", path.display()));
    let converted = convert(&path, &format, "qcow2", target, context).await?;
    Ok(BoxDisk { path: converted.path().to_owned(), virtual_size_bytes, converted: Some(converted) })
}

/// Has qemu-img write `source` anew, into the folder of `target`.
async fn convert(source: &Path, from: &str, to: &str, target: &Path, context: &Context) -> Result<PartialFile, Error> {
    let partial = PartialFile::reserve(target, &context.cleanup).map_err(Error::write(target))?;
    let command = Cmd::new("qemu-img").args(["convert", "-f", from, "-O", to]).arg(source).arg(partial.path());
    command.run().await?;
    Ok(partial)
}

/// A firmware image as a plain file: Vagrant cannot tell libvirt of any other format.
pub(super) async fn plain_firmware(
    path: &Path,
    target: &Path,
    context: &Context,
) -> Result<(PathBuf, Option<PartialFile>), Error> {
    if !first_bytes(path, 4).map_err(read_error(path))?.starts_with(QCOW2_MAGIC) {
        return Ok((path.to_owned(), None));
    }
    let converted = convert(path, "qcow2", "raw", target, context).await?;
    Ok((converted.path().to_owned(), Some(converted)))
}

fn sources(input: &Artifact) -> Result<Vec<SourceDisk>, Error> {
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
fn of_machine(disk: &crate::artifact::Disk) -> Result<SourceDisk, Error> {
    let self_contained = disk.format != "qcow2" || read_qcow2(&disk.path)?.is_some_and(|header| header.self_contained);
    Ok(SourceDisk {
        path: disk.path.clone(),
        format: disk.format.clone(),
        virtual_size_bytes: disk.virtual_size_bytes,
        self_contained,
    })
}

/// Of an artifact that is no machine (`artifice`): its qcow2 files, or else its only file, taken as raw.
fn of_files(files: &[PathBuf]) -> Result<Vec<SourceDisk>, Error> {
    let mut disks = Vec::new();
    for path in files {
        if let Some(Qcow2Header { virtual_size_bytes, self_contained }) = read_qcow2(path)? {
            disks.push(SourceDisk { path: path.clone(), format: "qcow2".into(), virtual_size_bytes, self_contained });
        }
    }
    if let ([path], true) = (files, disks.is_empty()) {
        let virtual_size_bytes = fs::metadata(path).map_err(read_error(path))?.len();
        disks.push(SourceDisk { path: path.clone(), format: "raw".into(), virtual_size_bytes, self_contained: true });
    }
    Ok(disks)
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
    bytes.starts_with(QCOW2_MAGIC).then_some(Qcow2Header { virtual_size_bytes, self_contained })
}

fn read_error(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    Error::io(format!("read `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(version: u8, backing: u8, features: u8) -> Vec<u8> {
        let mut bytes = vec![0; 104];
        bytes[..4].copy_from_slice(QCOW2_MAGIC);
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

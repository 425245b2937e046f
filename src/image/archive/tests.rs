//! Archives of others, and of nobody's friends.

use std::io::Write;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::*;
use crate::image::testing::{content, meter};
use crate::image::{Disk, Error, Format};
use crate::io::tar::{Entry, TarWriter};

/// The largest block of zeros in it would be a hole.
fn disk() -> Vec<u8> {
    let mut disk = vec![0; 300_000];
    disk[5] = 1;
    disk[200_000..].fill(7);
    disk
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = TarWriter::new(Vec::new());
    for (name, content) in members {
        tar.append(&Entry::plain(name, content.len() as u64), *content).unwrap();
    }
    tar.finish().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = crate::io::gzip::writer(Vec::new(), crate::io::gzip::Level::new(1));
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ::zstd::stream::encode_all(bytes, 1).unwrap()
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn archive(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join("archive");
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Of the disk in an archive, whatever it is.
    fn read(&self, bytes: &[u8], wanted: Option<&str>) -> Result<Vec<u8>, Error> {
        let path = self.archive(bytes);
        let packing = Packing::of(&bytes[..bytes.len().min(START_BYTES)]).unwrap();
        if packing == Packing::Tar
            && let Found::Disk(mut disk) = find(&path, wanted, None)?
        {
            return content(&mut disk);
        }
        self.unpack(&path, packing, wanted)
    }

    fn unpack(&self, path: &Path, packing: Packing, wanted: Option<&str>) -> Result<Vec<u8>, Error> {
        let unpacked = self.0.path().join("unpacked");
        let file = fs::File::create(&unpacked).unwrap();
        let format = super::unpack(path, packing, wanted, file, &mut meter())?;
        content(&mut Disk::open(&unpacked, format)?)
    }

    /// What is said of a plain tar, and of a compressed one.
    fn refused(&self, bytes: &[u8]) -> String {
        let plain = crate::error::chain(&self.read(bytes, None).unwrap_err());
        let packed = crate::error::chain(&self.read(&gzip(bytes), None).unwrap_err());
        assert_eq!(plain, packed);
        plain
    }
}

#[test]
fn the_disk_is_found_in_every_packing() {
    let folder = Folder::new();
    let members: [(&str, &[u8]); 3] =
        [("./Vagrantfile", b"# nothing"), ("./box.img", &disk()), ("metadata.json", b"{}")];
    let plain = tar(&members);
    for bytes in [plain.clone(), gzip(&plain), zstd(&plain)] {
        assert!(folder.read(&bytes, None).unwrap() == disk());
        assert!(folder.read(&bytes, Some("box.img")).unwrap() == disk());
        let error = folder.read(&bytes, Some("other.img")).unwrap_err().to_string();
        assert!(error.contains("the disk `other.img` is not in it, but `box.img`"), "{error}");
    }
    for bytes in [gzip(&disk()), zstd(&disk())] {
        assert!(folder.read(&bytes, None).unwrap() == disk(), "a disk need not be in a tar");
    }
}

#[test]
fn sparse_members_have_their_holes() {
    let folder = Folder::new();
    let mut writer = TarWriter::new(Vec::new());
    let stored = [0..1024, 196_608..300_000];
    let write = |sink: &mut crate::io::tar::Counted<'_, Vec<u8>>| {
        sink.write_all(&disk()[..1024])?;
        sink.write_all(&disk()[196_608..])
    };
    writer.append_sparse("disk.raw", 300_000, &stored, write).unwrap();
    let bytes = writer.finish().unwrap();
    for bytes in [gzip(&bytes), bytes] {
        assert!(folder.read(&bytes, None).unwrap() == disk());
    }
}

#[test]
fn of_several_disks_one_must_be_named() {
    let folder = Folder::new();
    let bytes = tar(&[("a.raw", &disk()), ("b.img", b"other")]);
    let error = folder.refused(&bytes);
    assert!(error.contains("it holds several disks, `a.raw`, `b.img`; name one of them with -disk"), "{error}");
    for bytes in [bytes.clone(), gzip(&bytes)] {
        assert!(folder.read(&bytes, Some("b.img")).unwrap() == b"other");
    }
    assert!(folder.refused(&tar(&[("notes", b"x")])).contains("there is no disk in it, but `notes`"));
    let many: Vec<(String, &[u8])> = (0..30).map(|number| (format!("\u{9b}{number}"), &b"x"[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    let error = folder.refused(&tar(&many));
    assert!(error.contains("but `\\u{9b}0`, ") && error.ends_with("`\\u{9b}9` and 20 more"), "{error}");
}

#[test]
fn a_named_file_is_a_disk_whatever_it_looks_like() {
    let folder = Folder::new();
    let bytes = tar(&[("disk.bin", &disk()), ("notes", b"x")]);
    for bytes in [bytes.clone(), gzip(&bytes)] {
        assert!(folder.read(&bytes, Some("disk.bin")).unwrap() == disk());
    }
    let found = find(&folder.archive(&bytes), Some("disk.bin"), Some(Format::Qcow2));
    assert!(found.is_err(), "the format that was said counts");
    let twice = tar(&[("disk.raw", &disk()), ("disk.raw", b"other")]);
    for bytes in [twice.clone(), gzip(&twice)] {
        let error = folder.read(&bytes, Some("disk.raw")).unwrap_err().to_string();
        assert!(error.contains("two files in it have one name"), "{error}");
    }
}

/// The checksums stand behind the last member.
#[test]
fn damage_that_no_length_shows_is_found() {
    let folder = Folder::new();
    let plain = tar(&[("disk.raw", &disk())]);
    let mut gzip = gzip(&plain);
    let crc = gzip.len() - 8;
    gzip[crc] ^= 1;
    let mut encoder = ::zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(&plain).unwrap();
    let mut zstd = encoder.finish().unwrap();
    let last = zstd.len() - 1;
    zstd[last] ^= 1;
    for bytes in [gzip, zstd] {
        let error = folder.read(&bytes, None).unwrap_err();
        assert!(matches!(error, Error::Read { .. }), "{error}");
    }
}

#[test]
fn a_lone_disk_has_the_name_before_its_compression() {
    let raw = b"no disk's first bytes";
    for (name, format) in [("disk.vhd.gz", Format::Vhd), ("disk.VHD.zst", Format::Vhd), ("disk.gz", Format::Raw)] {
        let name = named::without_compression(Path::new(name));
        assert_eq!(format_of(&name, raw), format, "{}", name.display());
    }
    let folder = Folder::new();
    let (path, unpacked) = (folder.0.path().join("disk.vhd.gz"), folder.0.path().join("unpacked"));
    fs::write(&path, gzip(raw)).unwrap();
    let file = fs::File::create(unpacked).unwrap();
    assert_eq!(super::unpack(&path, Packing::Gzip, None, file, &mut meter()).unwrap(), Format::Vhd);
}

#[test]
fn a_description_is_refused_by_its_own_size() {
    let folder = Folder::new();
    let large = vec![b' '; usize::try_from(MAX_DESCRIPTOR_BYTES).unwrap() + 7];
    let error = folder.refused(&tar(&[("x.ovf", &large)]));
    assert!(error.contains("it has 4194311 bytes; at most 4194304 are read"), "{error}");
}

#[test]
fn hostile_archives_are_refused() {
    let folder = Folder::new();
    for name in ["../x.raw", "/etc/x.raw", "a/../../x.raw", "a\\x.raw"] {
        let error = folder.refused(&tar(&[(name, &disk())]));
        assert!(error.contains("leads out of the archive"), "{name}: {error}");
    }
    let mut header = ::tar::Header::new_gnu();
    header.set_entry_type(::tar::EntryType::Symlink);
    header.set_path("disk.raw").unwrap();
    header.set_link_name("/etc/shadow").unwrap();
    header.set_size(0);
    header.set_cksum();
    let link = [header.as_bytes().as_slice(), &[0; 1024]].concat();
    assert!(folder.refused(&link).contains("`disk.raw` in it is a link or a device"));
    let laughs = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><Envelope>&b;</Envelope>";
    let error = folder.refused(&tar(&[("x.ovf", laughs.as_bytes()), ("x.raw", &disk())]));
    assert!(error.contains("cannot read the machine's description") && error.contains("no XML"), "{error}");
    let cut = &tar(&[("x.raw", &disk())])[..100_000];
    assert!(folder.refused(cut).contains("cut off"));
    assert!(folder.read(&gzip(&disk())[..50], None).is_err());
}

/// A disk that lies on another file would make that file's content part of what is written.
#[test]
fn a_disk_in_an_archive_lies_on_nothing() {
    let folder = Folder::new();
    let mut qcow2 = vec![0; 65_536 * 2];
    // Version 3, clusters of 64 KiB, a disk of one byte, its table in the second cluster.
    let fields: [(usize, &[u8]); 9] = [
        (0, b"QFI\xfb\0\0\0\x03"),
        (15, &[128]),
        (19, &[11]),
        (23, &[16]),
        (31, &[1]),
        (39, &[1]),
        (45, &[1]),
        (103, &[104]),
        (104, b"\xe2\x79\x2a\xca\0\0\0\x03raw"),
    ];
    for (at, bytes) in fields {
        qcow2[at..at + bytes.len()].copy_from_slice(bytes);
    }
    qcow2[128..139].copy_from_slice(b"/etc/passwd");
    let bytes = tar(&[("disk.qcow2", &qcow2)]);
    let error = folder.read(&bytes, None).unwrap_err().to_string();
    assert!(error.contains("it lies on another file"), "{error}");
    assert_eq!(Format::detect(&qcow2), Format::Qcow2);
}

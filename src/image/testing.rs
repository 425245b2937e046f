//! What the tests of images start from: images made and read by QEMU's programs.

use std::path::Path;

use fs_err as fs;

use super::{Content, Disk, Error, Format, Qcow2Options, Source, write_qcow2};
use crate::event::{Events, Work};
use crate::io::blocking::Cancelled;
use crate::io::meter::Meter;
use crate::process::{Cmd, tool_or_skip};

pub(crate) fn tools() -> bool {
    ["qemu-img", "qemu-io"].iter().all(|name| tool_or_skip(name).is_some())
}

pub(crate) fn meter() -> Meter {
    Meter::new(Work::Write { path: "image".into() }, 0, Events::channel().0, Cancelled::default())
}

/// `qemu-img WORDS`, in `folder`.
pub(crate) async fn qemu_img(folder: &Path, words: &str) {
    Cmd::new("qemu-img").args(words.split(' ')).current_dir(folder).run().await.unwrap();
}

/// `qemu-io -c COMMAND -c COMMAND ... NAME`, in `folder`.
pub(crate) async fn qemu_io(folder: &Path, name: &str, format: &str, commands: &[&str]) {
    let commands = commands.iter().flat_map(|command| ["-c", *command]);
    Cmd::new("qemu-io").args(["-f", format]).args(commands).arg(name).current_dir(folder).run().await.unwrap();
}

/// Writes the raw disk `source` as qcow2.
pub(crate) fn make_qcow2(source: &Path, target: &Path) {
    let mut disk = Disk::open(source, Format::Raw).unwrap();
    let options = Qcow2Options { codec: None, threads: None };
    write_qcow2(&mut disk, fs::File::create(target).unwrap(), &options, &mut meter()).unwrap();
}

/// A disk of which no part is like another.
pub(crate) fn varied(folder: &Path, name: &str) {
    let bytes: Vec<u8> =
        (0..3_000_001u32).flat_map(|number| (number.wrapping_mul(2_654_435_761) >> 7).to_le_bytes()).collect();
    fs::write(folder.join(name), bytes).unwrap();
}

/// The whole disk, read in portions that fit to nothing.
pub(crate) fn content<R: Source>(disk: &mut Disk<R>) -> Result<Vec<u8>, Error> {
    let length = disk.virtual_bytes();
    let mut bytes = vec![0xee; usize::try_from(length).unwrap()];
    let mut at = 0;
    for portion in bytes.chunks_mut(77_777) {
        disk.read(at, portion)?;
        at += portion.len() as u64;
    }
    Ok(bytes)
}

/// The extents, checked to follow one another up to the end, with those of one kind joined.
pub(crate) fn extents<R: Source>(disk: &mut Disk<R>) -> Result<Vec<(Content, u64)>, Error> {
    let (mut at, mut joined) = (0, Vec::<(Content, u64)>::new());
    while at < disk.virtual_bytes() {
        let extent = disk.extent(at)?;
        assert!(extent.start == at && extent.length > 0 && extent.end() <= disk.virtual_bytes(), "{extent:?}");
        match joined.last_mut() {
            Some((content, length)) if *content == extent.content => *length += extent.length,
            _ => joined.push((extent.content, extent.length)),
        }
        at = extent.end();
    }
    Ok(joined)
}

/// Opens `name` and compares it with what QEMU reads.
pub(crate) async fn assert_as_qemu_reads(folder: &Path, name: &str, format: Format) -> Disk {
    let qemu_format = format!("{format:?}").to_lowercase();
    qemu_img(folder, &format!("convert -f {qemu_format} -O raw {name} expected.raw")).await;
    let mut disk = Disk::open(&folder.join(name), format).unwrap();
    let expected = fs::read(folder.join("expected.raw")).unwrap();
    assert!(content(&mut disk).unwrap() == expected, "{name} differs");
    let mut at = 0;
    for (kind, length) in extents(&mut disk).unwrap() {
        let end = at + usize::try_from(length).unwrap();
        assert!(kind == Content::Data || expected[at..end].iter().all(|&byte| byte == 0), "{name}: {kind:?} at {at}");
        at = end;
    }
    disk
}

/// The text of the error that opening or reading all of `bytes` as an image gives; `None` where it is none.
pub(crate) fn error_of(bytes: &[u8], format: Format) -> Option<String> {
    let read = |bytes: &[u8]| {
        let input = super::Input::new(std::io::Cursor::new(bytes), Path::new("image"))?;
        let mut disk = Disk::of(input, format)?;
        let (mut at, mut buffer) = (0, vec![0; 4096]);
        for _ in 0..1000 {
            if at >= disk.virtual_bytes() {
                break;
            }
            disk.read(at, &mut buffer)?;
            at = disk.extent(at)?.end();
        }
        Ok(())
    };
    read(bytes).err().map(|error: Error| error.to_string())
}

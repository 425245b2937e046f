//! The seed floppy: a 1.44 MB disk with a FAT12 file system.

use std::io::{Cursor, Write};
use std::path::Path;

use fatfs::{Date, DateTime, FatType, FileSystem, FormatVolumeOptions, FsOptions, Time, TimeProvider};
use fs_err as fs;

use super::tree::{Content, Node, Source, Tree};
use super::walk::{name, walk};
use super::{Error, patterns};
use crate::plan::FloppyPlan;

/// 80 cylinders, 2 heads, 18 sectors of 512 bytes.
pub const IMAGE_BYTES: u64 = 1_474_560;
const SECTOR_BYTES: u16 = 512;
const SECTORS: u32 = 2880;
const SECTORS_PER_TRACK: u16 = 18;
const HEADS: u16 = 2;
const ROOT_ENTRIES: u16 = 224;
/// Tells a 1.44 MB floppy.
const MEDIA: u8 = 0xF0;
/// Constant, as all else that does not come from the files.
const VOLUME_ID: u32 = 0x1980_0101;
const LABEL_BYTES: usize = 11;
/// Where the boot sector names the program that made it.
const OEM_NAME: std::ops::Range<usize> = 3..11;

type Image<'a> = FileSystem<&'a mut Cursor<Vec<u8>>>;

/// Writes the image. The same inputs give the same bytes.
pub fn write(plan: &FloppyPlan, target: &Path) -> Result<(), Error> {
    let image = image(&collect(plan)?, &plan.label)?;
    fs::write(target, image).map_err(Error::write(target))
}

/// Files flat, folders as trees, and over them the texts.
fn collect(plan: &FloppyPlan) -> Result<Tree, Error> {
    let mut tree = Tree::default();
    for path in expand_all(&plan.files)? {
        for found in walk(&path)?.into_iter().filter(|found| found.metadata.is_file()) {
            tree.insert_found(vec![name(&found.path)?], found)?;
        }
    }
    for path in expand_all(&plan.directories)? {
        let base = if path.file_name().is_some() { Some(name(&path)?) } else { None };
        for found in walk(&path)? {
            let names = base.iter().chain(&found.names).cloned().collect();
            tree.insert_found(names, found)?;
        }
    }
    for (path, text) in &plan.content {
        tree.insert_text(path, text)?;
    }
    Ok(tree)
}

fn expand_all(entries: &[String]) -> Result<Vec<std::path::PathBuf>, Error> {
    let expanded = entries.iter().map(|entry| patterns::expand(entry)).collect::<Result<Vec<_>, _>>()?;
    Ok(expanded.into_iter().flatten().collect())
}

fn image(tree: &Tree, label: &str) -> Result<Vec<u8>, Error> {
    let mut disk = Cursor::new(vec![0; usize::try_from(IMAGE_BYTES).expect("small")]);
    let name = padded(label);
    format(&mut disk, name).map_err(Error::floppy("its file system"))?;
    let options = FsOptions::new().time_provider(&FixedTime).update_accessed_date(false);
    let volume = Image::new(&mut disk, options).map_err(Error::floppy("its file system"))?;
    for (path, node) in tree.iter() {
        let path = path.join("/");
        add(&volume, &path, node)?;
    }
    volume.unmount().map_err(Error::floppy("its file system"))?;
    let mut image = disk.into_inner();
    image[OEM_NAME].copy_from_slice(&name[..OEM_NAME.len()]);
    Ok(image)
}

fn format(disk: &mut Cursor<Vec<u8>>, label: [u8; LABEL_BYTES]) -> std::io::Result<()> {
    let options = FormatVolumeOptions::new()
        .fat_type(FatType::Fat12)
        .bytes_per_sector(SECTOR_BYTES)
        .bytes_per_cluster(u32::from(SECTOR_BYTES))
        .total_sectors(SECTORS)
        .max_root_dir_entries(ROOT_ENTRIES)
        .media(MEDIA)
        .sectors_per_track(SECTORS_PER_TRACK)
        .heads(HEADS)
        .drive_num(0)
        .volume_id(VOLUME_ID)
        .volume_label(label);
    fatfs::format_volume(disk, options)
}

/// A label in its field: cut, or filled up with spaces, and ASCII as the field's code page is not known.
fn padded(label: &str) -> [u8; LABEL_BYTES] {
    let mut field = [b' '; LABEL_BYTES];
    for (place, character) in field.iter_mut().zip(label.chars()) {
        *place = u8::try_from(character).ok().filter(|byte| (b' '..=b'~').contains(byte)).unwrap_or(b'_');
    }
    field
}

fn add(volume: &Image<'_>, path: &str, node: &Node) -> Result<(), Error> {
    match node {
        Node::Folder => volume.root_dir().create_dir(path).map(drop).map_err(Error::floppy(path)),
        Node::File(content) => {
            let bytes = read(path, content)?;
            write_file(volume, path, &bytes).map_err(Error::floppy(path))
        }
    }
}

fn read(path: &str, content: &Content) -> Result<Vec<u8>, Error> {
    if content.size > IMAGE_BYTES {
        return Err(Error::floppy(path)(std::io::ErrorKind::StorageFull.into()));
    }
    match &content.source {
        Source::Text(text) => Ok(text.as_bytes().to_owned()),
        Source::Host(file) => fs::read(file).map_err(Error::read(file)),
    }
}

/// Names that differ only by case are one file; the last one stays.
fn write_file(volume: &Image<'_>, path: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = volume.root_dir().create_file(path)?;
    file.truncate()?;
    file.write_all(bytes)?;
    file.flush()
}

/// The first moment that FAT knows.
#[derive(Debug)]
struct FixedTime;

impl TimeProvider for FixedTime {
    fn get_current_date(&self) -> Date {
        Date { year: 1980, month: 1, day: 1 }
    }

    fn get_current_date_time(&self) -> DateTime {
        DateTime { date: self.get_current_date(), time: Time { hour: 0, min: 0, sec: 0, millis: 0 } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Cmd, tool_or_skip};

    fn plan(files: &[String], directories: &[String], content: &[(&str, &str)]) -> FloppyPlan {
        let content = content.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        FloppyPlan { files: files.to_owned(), directories: directories.to_owned(), content, label: "OEMDRV".to_owned() }
    }

    fn paths(plan: &FloppyPlan) -> Vec<String> {
        collect(plan).unwrap().iter().map(|(path, _)| path.join("/")).collect()
    }

    #[test]
    fn files_are_flattened_and_folders_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| format!("{}/{name}", folder.path().display());
        fs::create_dir_all(at("seed/sub")).unwrap();
        fs::write(at("seed/ks.cfg"), "").unwrap();
        fs::write(at("seed/sub/deep"), "").unwrap();
        assert_eq!(paths(&plan(&[at("seed")], &[], &[])), ["deep", "ks.cfg"]);
        assert_eq!(paths(&plan(&[at("seed/*.cfg")], &[], &[("a/b", "")])), ["a", "a/b", "ks.cfg"]);
        let tree = ["seed", "seed/ks.cfg", "seed/sub", "seed/sub/deep"];
        assert_eq!(paths(&plan(&[], &[at("seed")], &[])), tree);
        assert_eq!(paths(&plan(&[], &[at("seed/")], &[])), tree);
    }

    #[test]
    fn the_same_files_give_the_same_image() {
        let plan = plan(&[], &[], &[("ks.cfg", "text"), ("sub/file", "more")]);
        let first = image(&collect(&plan).unwrap(), "OEMDRV").unwrap();
        let second = image(&collect(&plan).unwrap(), "OEMDRV").unwrap();
        assert_eq!(first.len() as u64, IMAGE_BYTES);
        assert!(first == second);
        assert_eq!(&first[3..11], b"OEMDRV  ");
        assert_eq!(first[21], MEDIA);
    }

    #[test]
    fn what_has_no_room_is_named() {
        let text = "x".repeat(800_000);
        let plan = plan(&[], &[], &[("first", &text), ("second", &text)]);
        let error = write(&plan, Path::new("unused")).unwrap_err();
        assert_eq!(error.to_string(), "cannot put `second` on the floppy (1.44 MB)");
        let sparse = tempfile::NamedTempFile::new().unwrap();
        sparse.as_file().set_len(1 << 40).unwrap();
        let plan = self::plan(&[sparse.path().display().to_string()], &[], &[]);
        assert!(matches!(write(&plan, Path::new("unused")), Err(Error::Floppy { .. })));
    }

    #[test]
    fn labels_fit_their_field() {
        assert_eq!(&padded("a label that is long"), b"a label tha");
        assert_eq!(&padded("größe"), b"gr__e      ");
    }

    #[tokio::test]
    async fn mtools_reads_the_image() {
        let Some(mtype) = tool_or_skip("mtype") else { return };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seed.img");
        write(&plan(&[], &[], &[("autounattend.xml", "<xml>"), ("Sub Folder/long name.txt", "more")]), &path).unwrap();
        let run = |tool: &str, name: &str| Cmd::new(mtype.with_file_name(tool)).arg("-i").arg(&path).arg(name);
        assert_eq!(run("mtype", "::autounattend.xml").run().await.unwrap().stdout, "<xml>");
        assert_eq!(run("mtype", "::Sub Folder/long name.txt").run().await.unwrap().stdout, "more");
        let listed = run("mdir", "::").run().await.unwrap().stdout;
        assert!(listed.contains("Volume in drive : is OEMDRV"), "{listed}");
        assert!(listed.contains("autounattend.xml") && listed.contains("1980-01-01"), "{listed}");
        let checked = run("minfo", "::").run().await.unwrap().stdout;
        assert!(checked.contains("-h 2 -s 18") && checked.contains("disk type=\"FAT12   \""), "{checked}");
    }
}

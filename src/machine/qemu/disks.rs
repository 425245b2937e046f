//! The machine's disk files, by `qemu-img`.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::Deserialize;

use crate::artifact::Disk;
use crate::event::{Event, Events};
use crate::machine::Error;
use crate::plan::qemu::DiskPlan;
use crate::process::Cmd;

/// Every file may end up bigger than its guest data by this part: tables, and space reserved for them.
const TABLES_SHARE: u64 = 64;
/// And by this much in any case: header, reference counts, the first tables of an empty disk.
const TABLES_BYTES: u64 = 2 * 1024 * 1024;

/// What `qemu-img info` says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Info {
    format: String,
    virtual_size: u64,
    cluster_size: Option<u64>,
    backing_filename: Option<String>,
    #[serde(default)]
    encrypted: bool,
    format_specific: Option<Specific>,
}

#[derive(Debug, Deserialize)]
struct Specific {
    data: Features,
}

/// Of a qcow2 file: what few programs read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Features {
    #[serde(default)]
    extended_l2: bool,
    data_file: Option<String>,
}

/// What `qemu-img check` says about a qcow2 file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Check {
    allocated_clusters: Option<u64>,
}

fn qemu_img(verb: &str) -> Cmd {
    Cmd::new("qemu-img").arg(verb)
}

async fn info(path: &Path) -> Result<Info, Error> {
    // `-U`: somebody may have the source open; only its header is read.
    let output = qemu_img("info").args(["-U", "--output=json"]).arg(path).run().await?;
    serde_json::from_str(&output.stdout)
        .map_err(|source| Error::io(format!("read what qemu-img says about {}", path.display()))(source.into()))
}

/// Makes all disks of a machine, in Packer's order. `source` is the image to start from, with `disk_image`;
/// it comes last then, since it takes the longest. Says which image the first disk stands on for the time being.
pub(super) async fn create(
    plan: &DiskPlan,
    paths: &[PathBuf],
    source: Option<&Path>,
    events: &Events,
) -> Result<Option<Beneath>, Error> {
    let Some((first, more)) = paths.split_first() else { return Ok(None) };
    if source.is_none() {
        let beneath = create_first(plan, first, None, events).await?;
        create_more(plan, more, events).await?;
        return Ok(beneath);
    }
    create_more(plan, more, events).await?;
    create_first(plan, first, source, events).await
}

async fn create_more(plan: &DiskPlan, paths: &[PathBuf], events: &Events) -> Result<(), Error> {
    for (path, size) in paths.iter().zip(&plan.additional_sizes) {
        create_empty(plan, path, size).await?;
        told(events, path, size);
    }
    Ok(())
}

async fn create_first(
    plan: &DiskPlan,
    path: &Path,
    source: Option<&Path>,
    events: &Events,
) -> Result<Option<Beneath>, Error> {
    let mut beneath = None;
    match source {
        None => create_empty(plan, path, &plan.size).await?,
        Some(source) if plan.use_backing_file => create_overlay(plan, source, path).await?,
        Some(source) => match standing_format(plan, source).await? {
            Some(format) => beneath = Some(stand_on(source, &format, path).await?),
            None => copy(plan, source, path).await?,
        },
    }
    if source.is_some() && !plan.skip_resize {
        resize(plan, path).await?;
    }
    told(events, path, &plan.size);
    Ok(beneath)
}

fn told(events: &Events, path: &Path, size: &str) {
    events.send(Event::DiskCreated { path: path.to_owned(), size: size.to_owned() });
}

async fn create_empty(plan: &DiskPlan, path: &Path, size: &str) -> Result<(), Error> {
    qemu_img("create").args(["-f", &plan.format]).args(&plan.qemu_img_create).arg(path).arg(size).run().await?;
    Ok(())
}

/// QEMU wants to be told the backing file's format and does not guess it.
async fn create_overlay(plan: &DiskPlan, source: &Path, path: &Path) -> Result<(), Error> {
    let source = fs::canonicalize(source).map_err(Error::io("find the disk image to start from"))?;
    let Info { format, .. } = info(&source).await?;
    let command = qemu_img("create").args(["-f", &plan.format, "-b"]).arg(&source).args(["-F", &format]);
    command.args(&plan.qemu_img_create).arg(path).arg(&plan.size).run().await?;
    Ok(())
}

/// The image's format, if the disk is to stand on it, post-processors can read that, and QEMU can use it: nobody may have
/// it open for writing, which `qemu-img` finds out.
async fn standing_format(plan: &DiskPlan, source: &Path) -> Result<Option<String>, Error> {
    if !plan.stands_on_image || source.to_str().is_none() {
        return Ok(None);
    }
    let output = qemu_img("info").arg("--output=json").arg(source).output().await?;
    let info = serde_json::from_str(&output.stdout).ok();
    Ok(info.filter(Info::is_plain).map(|info| info.format))
}

impl Info {
    fn is_plain(&self) -> bool {
        let features = self.format_specific.as_ref().map(|specific| &specific.data);
        let is_odd = features.is_some_and(|features| features.extended_l2 || features.data_file.is_some());
        let stands_alone = self.backing_filename.is_none() && !self.encrypted;
        matches!(self.format.as_str(), "qcow2" | "raw") && stands_alone && !is_odd
    }
}

async fn stand_on(source: &Path, format: &str, path: &Path) -> Result<Beneath, Error> {
    let source = fs::canonicalize(source).map_err(Error::io("find the disk image to start from"))?;
    qemu_img("create").args(["-f", "qcow2", "-F", format, "-b"]).arg(&source).arg(path).run().await?;
    Ok(Beneath { was: state(&source)?, path: source })
}

/// An image below a disk, as it was when the disk was made. The disk knows only its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Beneath {
    path: PathBuf,
    was: State,
}

/// Device, inode, bytes, and the time of the last change.
type State = (u64, u64, u64, i64, i64);

fn state(path: &Path) -> Result<State, Error> {
    let found = fs::metadata(path).map_err(Error::io("look at the disk image that the machine started from"))?;
    Ok((found.dev(), found.ino(), found.len(), found.mtime(), found.mtime_nsec()))
}

impl Beneath {
    fn check(&self) -> Result<(), Error> {
        if state(&self.path)? == self.was {
            return Ok(());
        }
        let path = self.path.display();
        Err(Error::Host { message: format!("the disk image {path} was changed while the machine ran; build again") })
    }
}

/// A file of the right format is taken as it is, sharing its blocks where the file system can.
async fn copy(plan: &DiskPlan, source: &Path, path: &Path) -> Result<(), Error> {
    let same = source.extension().is_some_and(|extension| extension == plan.format.as_str());
    if !same || !plan.qemu_img_convert.is_empty() {
        return convert(plan, false, source, path).await;
    }
    if is_reflinked(source, path) {
        return Ok(());
    }
    if plan.format == "raw" {
        // A plain copy would write out the holes.
        let command = qemu_img("convert").args(["-f", "raw", "-O", "raw"]).arg(source).arg(path);
        return command.run().await.map(|_| ()).map_err(Error::from);
    }
    let copied = fs_err::tokio::copy(source, path).await;
    copied.map_err(Error::io(format!("copy {} to {}", source.display(), path.display())))?;
    Ok(())
}

/// Tries to share the blocks of a file; file systems that cannot say so at once.
#[cfg(target_os = "linux")]
fn is_reflinked(source: &Path, path: &Path) -> bool {
    let (Ok(from), Ok(to)) = (fs::File::open(source), fs::File::create(path)) else { return false };
    rustix::fs::ioctl_ficlone(to.file(), from.file()).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn is_reflinked(_source: &Path, _path: &Path) -> bool {
    false
}

async fn convert(plan: &DiskPlan, compress: bool, source: &Path, path: &Path) -> Result<(), Error> {
    let command = qemu_img("convert").args(compress.then_some("-c")).args(&plan.qemu_img_convert);
    command.args(["-O", &plan.format]).arg(source).arg(path).run().await?;
    Ok(())
}

async fn resize(plan: &DiskPlan, path: &Path) -> Result<(), Error> {
    let command = qemu_img("resize").args(["-f", &plan.format]).args(&plan.qemu_img_resize);
    let result = command.arg(path).arg(&plan.size).run().await;
    result.map(|_| ()).map_err(|error| match error {
        crate::process::Error::Failed { stderr, .. } if stderr.contains("--shrink") => Error::Plan {
            message: format!(
                "the disk image is larger than `disk_size` {}; make it larger, or set `skip_resize_disk`",
                plan.size
            ),
        },
        other => other.into(),
    })
}

/// What is done with a disk at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Compaction {
    Convert { compress: bool },
    Leave(&'static str),
}

/// Packer rewrites the first disk whether that helps or not. Here every disk is looked at, and one that is
/// as small as a rewritten one stays: with `discard` and `detect-zeroes` on `unmap`, QEMU has already given
/// back what the guest does not use, and rewriting would only cost time.
async fn decide(plan: &DiskPlan, path: &Path) -> Result<Compaction, Error> {
    if plan.compression {
        return Ok(Compaction::Convert { compress: true });
    }
    if plan.skip_compaction {
        return Ok(Compaction::Leave("the template has `skip_compaction`, or its format has nothing to compact"));
    }
    let info = info(path).await?;
    if plan.stands_on_image && info.backing_filename.is_some() {
        return Ok(Compaction::Leave("only what is packed from it lasts"));
    }
    let asked = !plan.qemu_img_convert.is_empty() || info.backing_filename.is_some();
    match info.cluster_size {
        Some(cluster) if !asked && is_compact(path, cluster).await? => {
            Ok(Compaction::Leave("it holds nothing that rewriting would remove"))
        }
        _ => Ok(Compaction::Convert { compress: false }),
    }
}

/// Whether a qcow2 file is hardly longer than the guest data in it.
async fn is_compact(path: &Path, cluster: u64) -> Result<bool, Error> {
    let output = qemu_img("check").arg("--output=json").arg(path).output().await?;
    let check: Check = serde_json::from_str(&output.stdout).unwrap_or(Check { allocated_clusters: None });
    let length = fs::metadata(path).map_err(Error::io("look at a disk"))?.len();
    let Some(clusters) = check.allocated_clusters else { return Ok(false) };
    let data = clusters * cluster;
    Ok(length <= data + data / TABLES_SHARE + TABLES_BYTES)
}

/// Brings every disk into its final form and says what they are.
pub(super) async fn finish(
    plan: &DiskPlan,
    paths: &[PathBuf],
    beneath: Option<&Beneath>,
    events: &Events,
) -> Result<Vec<Disk>, Error> {
    beneath.map_or(Ok(()), Beneath::check)?;
    let mut disks = Vec::new();
    for path in paths {
        match decide(plan, path).await? {
            Compaction::Leave(why) => events.debug(format!("{} stays as it is: {why}", path.display())),
            Compaction::Convert { compress } => rewrite(plan, compress, path).await?,
        }
        let Info { format, virtual_size, .. } = info(path).await?;
        disks.push(Disk { path: path.clone(), format, virtual_size_bytes: virtual_size });
    }
    Ok(disks)
}

/// The new file takes the place of the old one only when it is complete.
async fn rewrite(plan: &DiskPlan, compress: bool, path: &Path) -> Result<(), Error> {
    let mut name = path.as_os_str().to_owned();
    name.push(".convert");
    let new = PathBuf::from(name);
    convert(plan, compress, path, &new).await?;
    fs::rename(&new, path).map_err(Error::io("put the converted disk in place"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::qemu::fixture;
    use crate::process::tool_or_skip;

    struct Folder(tempfile::TempDir);

    impl Folder {
        /// `None` without the tools.
        fn new() -> Option<Self> {
            tool_or_skip("qemu-img")?;
            tool_or_skip("qemu-io")?;
            Some(Self(tempfile::tempdir().unwrap()))
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        /// Guest commands, as `qemu-io` has them.
        async fn guest(&self, name: &str, commands: &[&str]) {
            let commands = commands.iter().flat_map(|command| ["-c", command]);
            Cmd::new("qemu-io").args(["-d", "unmap"]).args(commands).arg(self.path(name)).run().await.unwrap();
        }
    }

    fn events() -> Events {
        fixture::context().0.events
    }

    fn plan() -> DiskPlan {
        fixture::qemu().disk
    }

    #[tokio::test]
    async fn empty_disks_have_the_templates_sizes() {
        let Some(folder) = Folder::new() else { return };
        let plan = DiskPlan { additional_sizes: vec!["1M".into(), "2097152".into()], ..plan() };
        let paths = ["a", "a-1", "a-2"].map(|name| folder.path(name));
        create(&plan, &paths, None, &events()).await.unwrap();
        let disks = finish(&plan, &paths, None, &events()).await.unwrap();
        assert_eq!(disks.iter().map(|disk| disk.virtual_size_bytes >> 20).collect::<Vec<_>>(), [64, 1, 2]);
        assert!(disks.iter().all(|disk| disk.format == "qcow2"));
    }

    #[tokio::test]
    async fn an_overlay_knows_the_format_of_what_it_stands_on() {
        let Some(folder) = Folder::new() else { return };
        qemu_img("create").args(["-f", "raw"]).arg(folder.path("base.img")).arg("8M").run().await.unwrap();
        let plan =
            DiskPlan { from_image: true, use_backing_file: true, skip_resize: true, skip_compaction: true, ..plan() };
        let path = folder.path("box");
        create(&plan, std::slice::from_ref(&path), Some(&folder.path("base.img")), &events()).await.unwrap();
        assert!(info(&path).await.unwrap().backing_filename.is_some());
    }

    #[tokio::test]
    async fn an_image_is_not_copied_for_a_disk_that_is_packed_and_removed() {
        let Some(folder) = Folder::new() else { return };
        let plan = DiskPlan { from_image: true, stands_on_image: true, ..plan() };
        let formats = ["qcow2", "raw", "vmdk", "qcow2 -o extended_l2=on", "qcow2 -b base0 -F qcow2"];
        for (index, format) in formats.into_iter().enumerate() {
            let source = folder.path(&format!("base{index}"));
            let create_base = qemu_img("create").arg("-f").args(format.split(' ')).current_dir(folder.0.path());
            create_base.arg(&source).arg("8M").run().await.unwrap();
            let paths = [folder.path("box")];
            let beneath = create(&plan, &paths, Some(&source), &events()).await.unwrap();
            assert_eq!(beneath.is_some(), index < 2, "{format}");
            let disks = finish(&plan, &paths, beneath.as_ref(), &events()).await.unwrap();
            assert_eq!(disks[0].virtual_size_bytes, 64 << 20, "{format}");
            assert_eq!(info(&paths[0]).await.unwrap().backing_filename.is_some(), index < 2, "{format}");
            let small = DiskPlan { size: "1M".to_owned(), ..plan.clone() };
            let error = create(&small, &paths, Some(&source), &events()).await.unwrap_err();
            assert!(error.to_string().contains("skip_resize_disk"), "{error}");
        }
    }

    #[tokio::test]
    async fn an_image_that_is_replaced_below_a_disk_is_an_error() {
        let Some(folder) = Folder::new() else { return };
        let plan = DiskPlan { from_image: true, stands_on_image: true, ..plan() };
        let (source, paths) = (folder.path("base.qcow2"), [folder.path("box")]);
        for path in [&source, &folder.path("new.qcow2")] {
            qemu_img("create").args(["-f", "qcow2"]).arg(path).arg("8M").run().await.unwrap();
        }
        let beneath = create(&plan, &paths, Some(&source), &events()).await.unwrap();
        fs::rename(folder.path("new.qcow2"), &source).unwrap();
        let error = finish(&plan, &paths, beneath.as_ref(), &events()).await.unwrap_err().to_string();
        assert!(error.contains("base.qcow2 was changed while the machine ran"), "{error}");
    }

    #[tokio::test]
    async fn an_image_is_copied_and_grown_but_never_shrunk() {
        let Some(folder) = Folder::new() else { return };
        for (source, format) in [("base.qcow2", "qcow2"), ("base.img", "raw"), ("other.raw", "raw")] {
            qemu_img("create").args(["-f", format]).arg(folder.path(source)).arg("8M").run().await.unwrap();
            folder.guest(source, &["write -P 7 1M 64k"]).await;
            let format = if source == "other.raw" { "raw" } else { "qcow2" };
            let plan = DiskPlan { from_image: true, format: format.to_owned(), ..plan() };
            let path = folder.path("box");
            create(&plan, std::slice::from_ref(&path), Some(&folder.path(source)), &events()).await.unwrap();
            assert_eq!(info(&path).await.unwrap().virtual_size, 64 << 20, "{source}");
            let read = Cmd::new("qemu-io").args(["-r", "-f", format, "-c", "read -P 7 1M 64k"]).arg(&path);
            assert!(!read.run().await.unwrap().stdout.contains("fail"), "{source}");
            let small = DiskPlan { size: "1M".to_owned(), ..plan };
            let error = create(&small, &[path], Some(&folder.path(source)), &events()).await.unwrap_err();
            assert!(error.to_string().contains("skip_resize_disk"), "{error}");
        }
    }

    #[tokio::test]
    async fn only_a_file_with_something_to_remove_is_rewritten() {
        let Some(folder) = Folder::new() else { return };
        let plan = plan();
        let path = folder.path("box");
        create(&plan, std::slice::from_ref(&path), None, &events()).await.unwrap();
        folder.guest("box", &["write -P 7 0 32M"]).await;
        assert!(matches!(decide(&plan, &path).await.unwrap(), Compaction::Leave(_)));
        folder.guest("box", &["discard 0 24M"]).await;
        assert_eq!(decide(&plan, &path).await.unwrap(), Compaction::Convert { compress: false });
        finish(&plan, std::slice::from_ref(&path), None, &events()).await.unwrap();
        assert!(fs::metadata(&path).unwrap().len() < 10 << 20);
        let compressed = DiskPlan { compression: true, ..plan };
        finish(&compressed, std::slice::from_ref(&path), None, &events()).await.unwrap();
        assert!(fs::metadata(&path).unwrap().len() < 1 << 20);
    }
}

//! Disks by a real `qemu-img`.

use super::finish::{Compaction, decide};
use super::*;
use crate::machine::qemu::fixture;
use crate::process::{Cmd, tool_or_skip};

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

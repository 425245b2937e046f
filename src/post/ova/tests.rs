//! Packages of disks and of exports, read back.

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::*;
use crate::image::ovf::Envelope;
use crate::image::testing::{qemu_img, qemu_io, tools};
use crate::plan::post_processor::MachineChanges;
use crate::post::testing::{context, files_artifact, machine_artifact, post_context};
use crate::process::{Cmd, tool_or_skip};
use crate::template::interpolate::Late;

fn plan(target: &Path, machine: MachineChanges) -> OvaPlan {
    OvaPlan { output: Late::literal(target.display().to_string()), machine }
}

/// Makes `folder/made/vm.ova`, unpacks it to `folder/back` and checks its manifest; gives the names of its members.
async fn unpacked(folder: &Path, input: &Artifact, machine: MachineChanges) -> Result<Vec<String>, Error> {
    let target = folder.join("made/vm.ova");
    let (context, _events) = context();
    let outcome = run(&plan(&target, machine), input, &post_context(), &context).await?;
    assert_eq!((outcome.artifact.files.as_slice(), outcome.keep_default), (&[target.clone()][..], false));
    assert_eq!(
        (fs::read_dir(folder.join("made")).unwrap().count(), format!("{:?}", context.cleanup)),
        (1, "[]".into())
    );
    fs::create_dir_all(folder.join("back")).unwrap();
    let listing =
        Cmd::new("bsdtar").args(["-xvf"]).arg(&target).arg("-C").arg(folder.join("back")).run().await.unwrap();
    let names: Vec<String> = listing.stderr.lines().map(|line| line.trim_start_matches("x ").to_owned()).collect();
    let manifest_name = names.last().unwrap();
    for name in &names {
        let summed = Cmd::new("sha256sum").arg(name).current_dir(folder.join("back")).run().await.unwrap().stdout;
        let line = format!("SHA256({name})= {}", summed.split(' ').next().unwrap());
        let manifest = fs::read_to_string(folder.join("back").join(manifest_name)).unwrap();
        assert!(manifest.lines().any(|found| found == line) || name == manifest_name, "{line} in {manifest}");
    }
    Ok(names)
}

fn tools_here() -> bool {
    tools() && ["bsdtar", "sha256sum"].iter().all(|name| tool_or_skip(name).is_some())
}

async fn make_disk(folder: &Path) -> PathBuf {
    qemu_img(folder, "create -q -f qcow2 vm 100M").await;
    qemu_io(folder, "vm", "qcow2", &["write -q -P 3 10M 1M"]).await;
    folder.join("vm")
}

#[tokio::test]
async fn the_template_has_the_last_word_on_the_machine() {
    if !tools_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    make_disk(folder.path()).await;
    let input = machine_artifact(folder.path(), &[("vm", "qcow2")]);
    let text = |name: &str| fs::read_to_string(folder.path().join("back").join(name)).unwrap();
    let names = unpacked(folder.path(), &input, MachineChanges::default()).await.unwrap();
    assert_eq!(names, ["vm.ovf", "vm-disk001.vmdk", "vm.mf"]);
    for part in ["<Memory RAMSize=\"512\"/>", "<CPU count=\"2\">", "type=\"BIOS\"", ">Linux_64<"] {
        assert!(text("vm.ovf").contains(part), "{part}");
    }
    let changes = MachineChanges {
        vm_name: Some("other".into()),
        guest_os_type: Some("FreeBSD_64".into()),
        processors: Some(4),
        memory_mib: Some(2048),
        efi: Some(true),
    };
    let names = unpacked(folder.path(), &input, changes).await.unwrap();
    assert_eq!(names, ["other.ovf", "other-disk001.vmdk", "other.mf"]);
    for part in ["<Memory RAMSize=\"2048\"/>", "<CPU count=\"4\">", "type=\"EFI\"", ">FreeBSD_64<"] {
        assert!(text("other.ovf").contains(part), "{part}");
    }
    qemu_img(folder.path(), "compare -q -f qcow2 -F vmdk vm back/other-disk001.vmdk").await;
}

#[tokio::test]
async fn an_export_keeps_its_description_and_its_disks_are_written_anew() {
    if !tools_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    make_disk(folder.path()).await;
    let path = |name: &str| folder.path().join(name);
    qemu_img(folder.path(), "convert -O vmdk -o subformat=streamOptimized vm box-disk001.vmdk").await;
    let disk = "<File href=\"box-disk001.vmdk\"/><File href=\"seed.iso\"/>";
    let text = format!("<Envelope><References>{disk}</References></Envelope>\n");
    for (name, content) in
        [("box.ovf", text.as_str()), ("box.mf", "old"), ("box.nvram", "variables"), ("seed.iso", "seed")]
    {
        fs::write(path(name), content).unwrap();
    }
    let files = ["box-disk001.vmdk", "box.mf", "box.nvram", "box.ovf", "seed.iso"].map(path);
    let loose = files_artifact(&files.each_ref().map(PathBuf::as_path));
    let expected = ["box.ovf", "box-disk001.vmdk", "seed.iso", "box.nvram", "box.mf"];
    assert_eq!(unpacked(folder.path(), &loose, MachineChanges::default()).await.unwrap(), expected);
    assert_eq!(fs::read_to_string(path("back/box.ovf")).unwrap(), text);
    assert_eq!(fs::read_to_string(path("back/seed.iso")).unwrap(), "seed");
    qemu_img(folder.path(), "compare -q -f qcow2 -F vmdk vm back/box-disk001.vmdk").await;
    fs::rename(path("made/vm.ova"), path("first.ova")).unwrap();
    let packed = files_artifact(&[&path("first.ova")]);
    assert_eq!(unpacked(folder.path(), &packed, MachineChanges::default()).await.unwrap(), expected);
    assert!(fs::read(path("first.ova")).unwrap() == fs::read(path("made/vm.ova")).unwrap(), "the same once more");
}

#[tokio::test]
async fn sizes_in_a_description_stay_true() {
    if !tools_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    make_disk(folder.path()).await;
    let input = machine_artifact(folder.path(), &[("vm", "qcow2")]);
    unpacked(folder.path(), &input, MachineChanges::default()).await.unwrap();
    fs::rename(folder.path().join("made/vm.ova"), folder.path().join("first.ova")).unwrap();
    let again = files_artifact(&[&folder.path().join("first.ova")]);
    unpacked(folder.path(), &again, MachineChanges::default()).await.unwrap();
    let text = fs::read_to_string(folder.path().join("back/vm.ovf")).unwrap();
    let size = fs::metadata(folder.path().join("back/vm-disk001.vmdk")).unwrap().len();
    assert!(Envelope::parse(&text).unwrap().has_sizes && text.contains(&format!("ovf:size=\"{size}\"")));
}

#[tokio::test]
async fn a_damaged_disk_leaves_nothing() {
    if !tools_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let disk = make_disk(folder.path()).await;
    let image = fs::read(&disk).unwrap();
    fs::write(&disk, &image[..image.len() - 1_200_000]).unwrap();
    let error = unpacked(folder.path(), &files_artifact(&[&disk]), MachineChanges::default()).await.unwrap_err();
    assert!(error.to_string().contains("is a damaged qcow2 image"), "{error}");
    assert!(!folder.path().join("made/vm.ova").exists());
}

//! Boxes made and read back by the programs that will read them.

use std::collections::BTreeMap;
use std::path::Path;

use fs_err as fs;

use super::*;
use crate::event::{Event, Work};
use crate::image::testing::make_qcow2;
use crate::plan::post_processor::VagrantOptions;
use crate::post::testing::{context, machine_artifact, post_context};
use crate::process::{Cmd, tool_or_skip};
use crate::template::interpolate::Late;

fn options(output: &Path) -> VagrantOptions {
    VagrantOptions {
        output: Late::literal(output.display().to_string()),
        compression_level: -1,
        include: Vec::new(),
        vagrantfile_template: None,
        vagrantfile_template_generated: false,
        vagrantfile: None,
    }
}

fn plan(options: VagrantOptions) -> VagrantPlan {
    VagrantPlan { options, overrides: BTreeMap::new(), provider_override: None, architecture: "amd64".into() }
}

async fn make_disk(path: &Path, format: &str) {
    let create = Cmd::new("qemu-img").args(["create", "-q", "-f", format]).arg(path).arg("1G");
    create.run().await.unwrap();
    let write = Cmd::new("qemu-io").args(["-f", format, "-c", "write -q -P 7 1M 2M"]).arg(path);
    write.run().await.unwrap();
}

async fn output(program: &str, arguments: &[&Path]) -> String {
    Cmd::new(program).args(arguments).run().await.unwrap().stdout
}

/// Unpacks as Vagrant does.
async fn unpack(target: &Path, folder: &Path) {
    fs::create_dir(folder).unwrap();
    Cmd::new("bsdtar").args(["-xmC"]).arg(folder).arg("-f").arg(target).run().await.unwrap();
}

fn tools(names: &[&str]) -> bool {
    names.iter().all(|name| tool_or_skip(name).is_some())
}

#[tokio::test]
async fn vagrant_takes_the_box() {
    if !tools(&["qemu-img", "qemu-io", "bsdtar", "vagrant"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (target, home) = (folder.path().join("out/vm.box"), folder.path().join("home"));
    make_disk(&folder.path().join("vm"), "qcow2").await;
    let input = machine_artifact(folder.path(), &[("vm", "qcow2")]);
    let (context, _events) = context();
    let outcome = run(&plan(options(&target)), &input, &post_context(), &context).await.unwrap();
    assert_eq!(outcome.artifact.description, format!("'libvirt' provider box: {}", target.display()));
    assert!(!outcome.keep_default);
    let add = Cmd::new("vagrant").args(["box", "add", "--name", "test/vm"]).arg(&target).env("VAGRANT_HOME", &home);
    add.run().await.unwrap();
    let installed = home.join("boxes/test-VAGRANTSLASH-vm/0/libvirt");
    let disk = installed.join("box.img");
    Cmd::new("qemu-img").args(["check", "-q", "-f", "qcow2"]).arg(&disk).run().await.unwrap();
    Cmd::new("qemu-img").args(["compare", "-q"]).arg(&disk).arg(folder.path().join("vm")).run().await.unwrap();
    let metadata = fs::read_to_string(installed.join("metadata.json")).unwrap();
    assert_eq!(
        metadata,
        "{\"architecture\":\"amd64\",\"format\":\"qcow2\",\"provider\":\"libvirt\",\"virtual_size\":1}\n"
    );
    assert!(installed.join("Vagrantfile").is_file());
}

#[tokio::test]
async fn a_box_of_several_disks_has_them_all_as_qcow2() {
    if !tools(&["qemu-img", "qemu-io", "bsdtar"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    make_disk(&path("vm"), "qcow2").await;
    make_disk(&path("vm-1"), "raw").await;
    let backed = Cmd::new("qemu-img").args(["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b"]);
    backed.arg(path("vm")).arg(path("vm-2")).run().await.unwrap();
    let input = machine_artifact(folder.path(), &[("vm", "qcow2"), ("vm-1", "raw"), ("vm-2", "qcow2")]);
    let (context, _events) = context();
    run(&plan(options(&path("box/vm.box"))), &input, &post_context(), &context).await.unwrap();
    unpack(&path("box/vm.box"), &path("unpacked")).await;
    for name in ["box.img", "box_1.img", "box_2.img"] {
        let image = path("unpacked").join(name);
        let information = output("qemu-img", &[Path::new("info"), Path::new("--output=json"), &image]).await;
        assert!(information.contains("\"format\": \"qcow2\"") && !information.contains("backing-filename"), "{name}");
        let same = Cmd::new("qemu-img").args(["compare", "-q"]).arg(&image).arg(path("vm"));
        same.run().await.unwrap();
    }
    let left: Vec<_> = fs::read_dir(path("box")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["vm.box"], "no temporary file stays");
    assert_eq!(format!("{:?}", context.cleanup), "[]");
}

/// A disk whose file system has free blocks with something in them.
#[tokio::test]
async fn free_blocks_stay_out_and_files_stay_in() {
    if !tools(&["qemu-img", "bsdtar", "mke2fs", "debugfs", "e2fsck"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let noise: Vec<u8> = (0..750_000u64).flat_map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()).collect();
    fs::create_dir(path("tree")).unwrap();
    fs::write(path("tree/kept"), &noise[..2_000_000]).unwrap();
    fs::write(path("tree/deleted"), &noise).unwrap();
    let make = Cmd::new("mke2fs").args(["-q", "-t", "ext4", "-d"]).args([path("tree"), path("vm")]).arg("64M");
    make.run().await.unwrap();
    let remove = Cmd::new("debugfs").args(["-w", "-R", "rm deleted"]).arg(path("vm"));
    remove.run().await.unwrap();
    let input = machine_artifact(folder.path(), &[("vm", "raw")]);
    let (context, _events) = context();
    run(&plan(options(&path("box/vm.box"))), &input, &post_context(), &context).await.unwrap();
    assert!(fs::metadata(path("box/vm.box")).unwrap().len() < 2_500_000, "the deleted file stayed out");
    unpack(&path("box/vm.box"), &path("unpacked")).await;
    let disk = path("unpacked/box.img");
    Cmd::new("qemu-img").args(["check", "-q", "-f", "qcow2"]).arg(&disk).run().await.unwrap();
    let back = Cmd::new("qemu-img").args(["convert", "-O", "raw"]).arg(&disk).arg(path("back"));
    back.run().await.unwrap();
    Cmd::new("e2fsck").arg("-fn").arg(path("back")).run().await.unwrap();
    let dump = Cmd::new("debugfs").arg("-R").arg(format!("dump kept {}", path("dumped").display())).arg(path("back"));
    dump.run().await.unwrap();
    assert!(fs::read(path("dumped")).unwrap() == noise[..2_000_000]);
}

#[tokio::test]
async fn firmware_included_files_and_the_template_go_into_a_plain_tar() {
    if !tools(&["bsdtar"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, text) in
        [("vm", ""), ("code.fd", &*"code".repeat(128)), ("vars.fd", "vars"), ("notes.txt", "note"), ("Own", "# own")]
    {
        fs::write(path(name), text).unwrap();
    }
    make_qcow2(&path("Own"), &path("vm"));
    make_qcow2(&path("code.fd"), &path("code.qcow2"));
    let mut input = machine_artifact(folder.path(), &[("vm", "qcow2")]);
    let machine = input.machine.as_mut().unwrap();
    (machine.efi_code, machine.efi_variables) = (Some(path("code.qcow2")), Some(path("vars.fd")));
    let options = VagrantOptions {
        compression_level: 0,
        include: vec![path("notes.txt")],
        vagrantfile_template: Some(path("Own")),
        ..options(&path("vm.box"))
    };
    let (context, mut events) = context();
    let mut first = None;
    for _ in 0..2 {
        run(&plan(options.clone()), &input, &post_context(), &context).await.unwrap();
        let bytes = fs::read(path("vm.box")).unwrap();
        assert_eq!(first.get_or_insert_with(|| bytes.clone()), &bytes, "two runs give the same bytes");
    }
    let listing = output("bsdtar", &[Path::new("-tf"), &path("vm.box")]).await;
    let expected = ["Vagrantfile", "box.img", "efi_code.fd", "efi_vars.fd", "metadata.json", "notes.txt"];
    assert_eq!(listing.lines().collect::<Vec<_>>(), expected);
    unpack(&path("vm.box"), &path("unpacked")).await;
    let firmware = ["efi_code.fd", "efi_vars.fd"].map(|name| fs::read(path("unpacked").join(name)).unwrap());
    assert_eq!(firmware, [b"code".repeat(128), b"vars".to_vec()]);
    let vagrantfile = fs::read_to_string(path("unpacked/Vagrantfile")).unwrap();
    assert!(vagrantfile.contains("libvirt.nvram = ") && vagrantfile.ends_with("# own\n"), "{vagrantfile}");
    let mut last = None;
    while let Ok((_, event)) = events.try_recv() {
        if let Event::Progress { work: Work::Write { .. }, done, total } = event {
            last = Some(total == Some(done));
        }
    }
    assert_eq!(last, Some(true), "progress ends complete");
}

#[tokio::test]
async fn a_failing_box_leaves_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("vm.box");
    fs::write(&target, "old").unwrap();
    let input = machine_artifact(folder.path(), &[("missing", "qcow2")]);
    let (context, _events) = context();
    let error = run(&plan(options(&target)), &input, &post_context(), &context).await.unwrap_err();
    assert!(crate::error::chain(&error).contains("missing"), "{error}");
    assert_eq!(fs::read_to_string(&target).unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

//! Boxes from exports and from disks, as Vagrant finds them.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

use fs_err as fs;

use crate::artifact::Artifact;
use crate::event::Event;
use crate::image::ova::{self, Name};
use crate::image::testing::{meter, qemu_img, qemu_io, tools};
use crate::image::{Disk, Format};
use crate::plan::post_processor::{VagrantOptions, VagrantPlan};
use crate::post::testing::{context, files_artifact, machine_artifact, post_context};
use crate::post::vagrant::run;
use crate::post::{Error, machine};
use crate::process::{Cmd, tool_or_skip};
use crate::template::interpolate::Late;

fn plan(target: &Path) -> VagrantPlan {
    let options = VagrantOptions {
        output: Late::literal(target.display().to_string()),
        compression_level: -1,
        include: Vec::new(),
        vagrantfile_template: None,
        vagrantfile_template_generated: false,
        vagrantfile: None,
    };
    VagrantPlan {
        options,
        overrides: BTreeMap::new(),
        provider_override: Some("virtualbox".into()),
        architecture: "amd64".into(),
    }
}

/// Makes the box and unpacks it into `folder/box`.
async fn unpacked(folder: &Path, input: &Artifact) -> Result<Vec<String>, Error> {
    let target = folder.join("made/vm.box");
    let (context, _events) = context();
    let outcome = run(&plan(&target), input, &post_context(), &context).await?;
    assert_eq!(outcome.artifact.description, format!("'virtualbox' provider box: {}", target.display()));
    assert_eq!(
        (fs::read_dir(folder.join("made")).unwrap().count(), format!("{:?}", context.cleanup)),
        (1, "[]".into())
    );
    fs::create_dir_all(folder.join("box")).unwrap();
    Cmd::new("bsdtar").args(["-xmf"]).arg(&target).arg("-C").arg(folder.join("box")).run().await.unwrap();
    let listing = Cmd::new("bsdtar").arg("-tf").arg(&target).run().await.unwrap().stdout;
    Ok(listing.lines().map(str::to_owned).collect())
}

fn export(mac: &str) -> String {
    let adapter = format!("<Adapter slot=\"0\" enabled=\"true\" MACAddress=\"{mac}\"/>");
    format!("<Envelope><References><File href=\"vm-disk001.vmdk\"/></References>{adapter}</Envelope>")
}

#[tokio::test]
async fn an_export_is_taken_as_it_is() {
    if tool_or_skip("bsdtar").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, text) in [("vm.ovf", export("0800275F289E").as_str()), ("vm-disk001.vmdk", "disk"), ("vm.mf", "sums")] {
        fs::write(path(name), text).unwrap();
    }
    let mut input = files_artifact(&[&path("vm-disk001.vmdk"), &path("vm.mf"), &path("vm.ovf")]);
    input.builder_id = "mitchellh.virtualbox".into();
    let names = unpacked(folder.path(), &input).await.unwrap();
    assert_eq!(names, ["Vagrantfile", "box.ovf", "metadata.json", "vm-disk001.vmdk", "vm.mf"]);
    let read = |name: &str| fs::read_to_string(path("box").join(name)).unwrap();
    assert_eq!((read("box.ovf"), read("vm-disk001.vmdk").as_str()), (export("0800275F289E"), "disk"));
    assert!(read("Vagrantfile").contains("config.vm.base_mac = \"0800275F289E\""));
    assert_eq!(read("metadata.json"), "{\"architecture\":\"amd64\",\"provider\":\"virtualbox\"}\n");
}

#[tokio::test]
async fn an_ova_is_unpacked_on_the_way() {
    if !tools() || tool_or_skip("bsdtar").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("disk"), vec![5; 300_000]).unwrap();
    let mut disks = [Disk::open(&folder.path().join("disk"), Format::Raw).unwrap()];
    let appliance = machine::appliance(&files_artifact(&[]), "vm");
    let package = ova::write(&appliance, &Name::new("vm"), &mut disks, None, Cursor::new(Vec::new()), &mut meter());
    fs::write(folder.path().join("vm.ova"), package.unwrap().into_inner()).unwrap();
    let names = unpacked(folder.path(), &files_artifact(&[&folder.path().join("vm.ova")])).await.unwrap();
    assert_eq!(names, ["Vagrantfile", "box.ovf", "metadata.json", "vm-disk001.vmdk", "vm.mf"]);
    qemu_img(folder.path(), "compare -q -f raw -F vmdk disk box/vm-disk001.vmdk").await;
    let vagrantfile = fs::read_to_string(folder.path().join("box/Vagrantfile")).unwrap();
    assert!(vagrantfile.contains(&format!("base_mac = \"{}\"", appliance.mac())), "{vagrantfile}");
}

#[tokio::test]
async fn a_machine_of_qemus_becomes_a_box_for_virtualbox() {
    if !tools() || tool_or_skip("bsdtar").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    qemu_img(folder.path(), "create -q -f qcow2 vm 1G").await;
    qemu_io(folder.path(), "vm", "qcow2", &["write -q -P 3 10M 1M"]).await;
    qemu_img(folder.path(), "convert -f qcow2 -O raw vm vm-1").await;
    let input = machine_artifact(folder.path(), &[("vm", "qcow2"), ("vm-1", "raw")]);
    let names = unpacked(folder.path(), &input).await.unwrap();
    let expected = ["Vagrantfile", "box-disk001.vmdk", "box-disk002.vmdk", "box.ovf", "metadata.json"];
    assert_eq!(names, expected);
    for disk in ["box-disk001.vmdk", "box-disk002.vmdk"] {
        qemu_img(folder.path(), &format!("compare -q -f qcow2 -F vmdk vm box/{disk}")).await;
    }
    let text = fs::read_to_string(folder.path().join("box/box.ovf")).unwrap();
    let size = fs::metadata(folder.path().join("box/box-disk001.vmdk")).unwrap().len();
    for part in ["<Memory RAMSize=\"512\"/>", "<CPU count=\"2\">", "type=\"BIOS\"", &format!("ovf:size=\"{size}\"")] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn what_is_no_single_machine_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a.ovf"), "<Envelope/>").unwrap();
    fs::write(path("b.ovf"), "<Envelope/>").unwrap();
    fs::write(path("x.ovf"), "<!DOCTYPE a [<!ENTITY b 'c'>]><Envelope/>").unwrap();
    fs::write(path("bad.ova"), "no tar").unwrap();
    fs::write(path("disk.vdi"), "no disk that is known").unwrap();
    let error = async |files: &[&str]| {
        let paths: Vec<_> = files.iter().map(|name| path(name)).collect();
        let paths: Vec<&Path> = paths.iter().map(AsRef::as_ref).collect();
        let error = unpacked(folder.path(), &files_artifact(&paths)).await.unwrap_err();
        crate::error::chain(&error)
    };
    assert!(error(&["a.ovf", "b.ovf"]).await.contains("one .ovf file, but there are 2 in: a.ovf, b.ovf"));
    assert!(error(&["a.ovf"]).await.contains("names no MAC address"));
    assert!(error(&["x.ovf"]).await.contains("cannot read the machine's description `x.ovf`"));
    assert!(error(&["bad.ova"]).await.contains("bad.ova"));
    assert!(error(&[]).await.contains("holds no disk"));
    let mut arm = plan(&path("arm.box"));
    arm.architecture = "arm64".into();
    let (context, _events) = context();
    let refused = run(&arm, &files_artifact(&[&path("disk.vdi")]), &post_context(), &context).await.unwrap_err();
    assert!(refused.to_string().contains("the architecture `arm64`"), "{refused}");
}

#[tokio::test]
async fn a_box_for_uefi_says_what_it_lacks() {
    if !tools() || tool_or_skip("bsdtar").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    qemu_img(folder.path(), "create -q -f qcow2 vm 1M").await;
    let mut input = machine_artifact(folder.path(), &[("vm", "qcow2")]);
    input.machine.as_mut().unwrap().efi_code = Some("code.fd".into());
    let (context, mut events) = context();
    run(&plan(&folder.path().join("vm.box")), &input, &post_context(), &context).await.unwrap();
    let warned = std::iter::from_fn(|| events.try_recv().ok());
    let warned = warned
        .filter(|(_, event)| format!("{event:?}").contains("BOOTX64.EFI") && !matches!(event, Event::Progress { .. }));
    assert_eq!(warned.count(), 1);
}

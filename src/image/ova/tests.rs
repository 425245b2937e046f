//! Packages read back by tar, by QEMU, and by a real VirtualBox where there is one.

use std::io::Cursor;
use std::path::Path;

use fs_err as fs;

use super::*;
use crate::image::ovf::{Appliance, Envelope};
use crate::image::testing::{meter, qemu_img, qemu_io, tools};
use crate::image::{Disk, Format};
use crate::process::{Cmd, find_program, tool_or_skip};

fn appliance(efi: bool) -> Appliance {
    Appliance {
        name: "Box of tests".into(),
        guest_os_type: "Debian_64".into(),
        processors: 2,
        memory_mib: 768,
        efi,
        disks: Vec::new(),
    }
}

fn package(folder: &Path, disks: &[&str], threads: usize, efi: bool) -> Vec<u8> {
    let open = |name: &&str| Disk::open(&folder.join(name), Format::Qcow2).unwrap();
    let mut disks: Vec<Disk> = disks.iter().map(open).collect();
    let (name, sink) = (Name::new("Box of tests"), Cursor::new(Vec::new()));
    write(&appliance(efi), &name, &mut disks, Some(threads), sink, &mut meter()).unwrap().into_inner()
}

async fn make_disks(folder: &Path) {
    for (name, size, pattern) in [("one", "100M", 1), ("two", "9G", 2)] {
        qemu_img(folder, &format!("create -q -f qcow2 {name} {size}")).await;
        let writes = [format!("write -q -P {pattern} 1M 3M"), format!("write -q -P 9 {}M 777", 70)];
        qemu_io(folder, name, "qcow2", &writes.each_ref().map(String::as_str)).await;
    }
}

#[tokio::test]
async fn a_package_is_what_its_manifest_says() {
    if !tools() || ["bsdtar", "sha256sum"].iter().any(|name| tool_or_skip(name).is_none()) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    make_disks(folder.path()).await;
    let bytes = package(folder.path(), &["one", "two"], 2, true);
    assert!(bytes == package(folder.path(), &["one", "two"], 5, true), "threads do not change the bytes");
    fs::write(folder.path().join("box.ova"), &bytes).unwrap();
    Cmd::new("bsdtar").args(["-xf", "box.ova"]).current_dir(folder.path()).run().await.unwrap();
    let names: Vec<String> = members(Cursor::new(&bytes)).unwrap().into_iter().map(|member| member.name).collect();
    let expected = ["Box_of_tests.ovf", "Box_of_tests-disk001.vmdk", "Box_of_tests-disk002.vmdk", "Box_of_tests.mf"];
    assert_eq!(names, expected);
    let manifest = fs::read_to_string(folder.path().join("Box_of_tests.mf")).unwrap();
    for line in manifest.lines() {
        let (name, digest) = line.strip_prefix("SHA256(").and_then(|line| line.split_once(")= ")).unwrap();
        let summed = Cmd::new("sha256sum").arg(name).current_dir(folder.path()).run().await.unwrap();
        assert!(summed.stdout.starts_with(digest), "{name}");
    }
    assert_eq!(manifest.lines().count(), 3);
    for (source, disk) in [("one", "Box_of_tests-disk001.vmdk"), ("two", "Box_of_tests-disk002.vmdk")] {
        qemu_img(folder.path(), &format!("compare -q -f qcow2 -F vmdk {source} {disk}")).await;
    }
    let text = fs::read_to_string(folder.path().join("Box_of_tests.ovf")).unwrap();
    assert_eq!(Envelope::parse(&text).unwrap().files, expected[1..3]);
    let size = fs::metadata(folder.path().join("Box_of_tests-disk002.vmdk")).unwrap().len();
    assert!(text.contains(&format!("ovf:size=\"{size}\"")) && text.contains("ovf:populatedSize=\"3211264\""), "{text}");
}

#[test]
fn members_lie_where_it_is_said() {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in [("a.ovf", "descriptor"), ("./b.vmdk", "disk")] {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder.append(&header, content.as_bytes()).unwrap();
    }
    let bytes = builder.into_inner().unwrap();
    let member = |name: &str, offset, size| Member { name: name.into(), offset, size };
    assert_eq!(members(Cursor::new(&bytes)).unwrap(), [member("a.ovf", 512, 10), member("b.vmdk", 1536, 4)]);
    assert!(members(Cursor::new(&bytes[..1538])).unwrap_err().to_string().contains("cut off"));
    assert!(members(Cursor::new(vec![7; 2048])).is_err());
}

#[test]
fn members_that_would_leave_the_folder_are_refused() {
    let of = |name: &str, kind: tar::EntryType| {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_size(0);
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        let mut builder = tar::Builder::new(Vec::new());
        builder.append(&header, &b""[..]).unwrap();
        members(Cursor::new(builder.into_inner().unwrap())).unwrap_err().to_string()
    };
    for name in ["../x", "/etc/x", "a/b", "..", "a\\b", "a\"b.vmdk", "a\nparentCID=1", "a\u{1b}[m"] {
        assert!(of(name, tar::EntryType::Regular).contains("not the name of a file"), "{name}");
    }
    assert!(of("link", tar::EntryType::Symlink).contains("is not a file"));
    assert!(of("folder", tar::EntryType::Directory).contains("is not a file"));
    assert!(of("pax", tar::EntryType::XHeader).contains("is not a file"));
    assert!(of("././@LongLink", tar::EntryType::GNULongName).contains("is not a file"));
}

#[test]
fn names_are_fit_for_every_system() {
    assert_eq!(Name::new("Übung 1/2").disk(0), "_bung_1_2-disk001.vmdk");
    assert_eq!(Name::new("").descriptor(), "vm.ovf");
    assert_eq!(Name::new(".x").manifest(), "vm.x.mf");
    assert_eq!(Name::of_file("Übung 1").unwrap().disk(0), "Übung 1-disk001.vmdk");
    for stem in ["", "a/b", "a\"b", "a\nb", &String::from_utf8_lossy(b"a\xffb")] {
        assert_eq!(Name::of_file(stem), None, "{stem}");
    }
    assert!(Name::new(&"n".repeat(300)).disk(999).len() <= 100);
}

/// A VirtualBox with a home of its own, in which one machine comes and goes.
struct VirtualBox<'a> {
    home: &'a Path,
}

impl VirtualBox<'_> {
    async fn run(&self, words: &[&str]) -> String {
        let command = Cmd::new("VBoxManage").args(words).current_dir(self.home).env("VBOX_USER_HOME", self.home);
        command.env("VBOX_IPC_SOCKETID", self.home.file_name().unwrap()).run().await.unwrap().stdout
    }

    /// Imports the package as `vm`, and says what became of it.
    async fn import(&self, package: &[u8]) -> String {
        fs::write(self.home.join("box.ova"), package).unwrap();
        let base = self.home.display().to_string();
        let words = ["--vsys", "0", "--vmname", "vm", "--basefolder", &base, "--options", "keepallmacs"];
        self.run(&[&["import", "box.ova"][..], &words].concat()).await;
        self.run(&["showvminfo", "vm", "--machinereadable"]).await
    }

    /// The disk in that place of the showing, as a raw image.
    async fn raw_disk(&self, machine: &str, port: usize) {
        let start = format!("\"SATA Controller-{port}-0\"=\"");
        let disk = machine.lines().find_map(|line| line.strip_prefix(&start)).unwrap().trim_end_matches('"');
        self.run(&["clonemedium", "disk", disk, "back.raw", "--format", "RAW"]).await;
        self.run(&["closemedium", "disk", "back.raw"]).await;
    }
}

#[tokio::test]
async fn virtualbox_has_the_machine_and_its_disks() {
    if !tools() || find_program("VBoxManage").is_none() {
        println!("skipped: there is no VirtualBox");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    make_disks(folder.path()).await;
    let virtualbox = VirtualBox { home: folder.path() };
    for (efi, firmware) in [(true, "\"EFI\""), (false, "\"BIOS\"")] {
        let machine = virtualbox.import(&package(folder.path(), &["one", "two"], 2, efi)).await;
        let mac = appliance(efi).mac().to_string();
        let expected = [
            ("ostype", "\"Debian (64-bit)\""),
            ("memory", "768"),
            ("cpus", "2"),
            ("firmware", firmware),
            ("longmode", "\"on\""),
            ("ioapic", "\"on\""),
            ("rtcuseutc", "\"on\""),
            ("paravirtprovider", "\"default\""),
            ("graphicscontroller", "\"vmsvga\""),
            ("storagecontrollername0", "\"SATA Controller\""),
            ("storagecontrollertype0", "\"IntelAhci\""),
            ("nic1", "\"nat\""),
            ("nictype1", "\"82540EM\""),
            ("cableconnected1", "\"on\""),
            ("macaddress1", &format!("\"{mac}\"")),
            ("audio", "\"none\""),
        ];
        for (key, value) in expected {
            let found = machine.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
            assert_eq!(found, Some(value), "{key}");
        }
        virtualbox.raw_disk(&machine, 0).await;
        qemu_img(folder.path(), "compare -q -f qcow2 -F raw one back.raw").await;
        fs::remove_file(folder.path().join("back.raw")).unwrap();
        assert!(machine.contains("\"SATA Controller-1-0\"=\"") && machine.contains("disk002.vmdk"), "{machine}");
        virtualbox.run(&["unregistervm", "vm", "--delete"]).await;
    }
}

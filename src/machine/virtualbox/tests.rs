//! The driver with a VirtualBox of make-believe: what it is told, and what is left of it.

use std::time::Duration;

use super::testing::{Bench, iso, machine, virtualbox};
use super::version::Version;
use super::*;
use crate::io::journal;
use crate::machine::{Driver, FileContent, Machine, Media};
use crate::plan::MachinePlan;
use crate::plan::virtualbox::{GuestAdditionsMode, VirtualBoxOrigin, VirtualBoxPlan};
use crate::plan::{Checksum, IsoPlan};
use crate::template::interpolate::Late;

async fn create(bench: &Bench, plan: &MachinePlan) -> Result<VirtualBoxMachine, crate::machine::Error> {
    bench.driver().create(plan, &bench.media(), &bench.context).await
}

/// Calls without what changes from run to run.
fn steady(calls: &[String]) -> String {
    let changing = regex::Regex::new(r"(--uuid|--vrdeport|127\.0\.0\.1,)( ?)[-0-9a-f]+").unwrap();
    changing.replace_all(&calls.join("\n"), "$1$2*").into_owned()
}

#[tokio::test]
async fn a_plain_build_is_the_calls_of_packer() {
    let bench = Bench::new();
    let mut plan = machine(iso(|_| ()));
    plan.guest_port = Some(22);
    let mut machine = create(&bench, &plan).await.unwrap();
    machine.start().await.unwrap();
    machine.power_off().await.unwrap();
    assert_eq!(machine.export().await.unwrap(), None);
    insta::assert_snapshot!(steady(&bench.calls()), @"
    createvm --name box --ostype Other --register --uuid *
    modifyvm box --boot1 disk --boot2 dvd --boot3 none --boot4 none --cpus 1 --memory 512 --usb off --audio none
    createmedium disk --filename ~/out/box.vdi --size 40000 --format VDI --variant Standard
    storagectl box --name IDE Controller --add ide
    storageattach box --storagectl IDE Controller --port 0 --device 0 --type hdd --medium ~/out/box.vdi --nonrotational off --discard off
    storageattach box --storagectl IDE Controller --port 0 --device 1 --type dvddrive --medium ~/x.iso
    modifyvm box --vrdeaddress 127.0.0.1 --vrdeauthtype null --vrde on --vrdeport * --nic1 nat
    modifyvm box --natpf1 packercomm,tcp,127.0.0.1,*,,22
    startvm box --type headless
    controlvm box poweroff
    storageattach box --storagectl IDE Controller --port 0 --device 1 --type dvddrive --medium none
    modifyvm box --natpf1 delete packercomm
    export box --output ~/out/box.ovf
    unregistervm box --delete
    closemedium dvd ~/x.iso
    ");
    assert!(bench.machines().is_empty());
    assert!(bench.context.cleanup.unwind(&bench.context.events).await.is_empty());
}

#[tokio::test]
async fn drives_of_all_kinds_have_ports_to_hang_on() {
    let bench = Bench::new();
    let mut plan = iso(|hardware| {
        hardware.hard_drive_interface = "sata".to_owned();
        hardware.iso_interface = "sata".to_owned();
        hardware.disk_sizes = vec![100, 200];
    });
    plan.guest_additions.mode = GuestAdditionsMode::Attach;
    let media = Media {
        cd: Some(bench.path("cd.iso")),
        additions: Some(bench.path("additions.iso")),
        floppy: Some(bench.path("floppy.img")),
        ..bench.media()
    };
    let mut plan = machine(plan);
    plan.cd = Some(crate::plan::CdPlan {
        files: Vec::new(),
        content: std::collections::BTreeMap::new(),
        label: "x".to_owned(),
    });
    bench.driver_of(Version::new(7, 0, 14)).create(&plan, &media, &bench.context).await.unwrap();
    let calls: Vec<_> = bench.calls().into_iter().filter(|call| !call.starts_with("modifyvm")).skip(1).collect();
    insta::assert_snapshot!(calls.join("\n"), @"
    createmedium disk --filename ~/out/box-0.vdi --size 100 --format VDI --variant Standard
    createmedium disk --filename ~/out/box-1.vdi --size 200 --format VDI --variant Standard
    storagectl box --name IDE Controller --add ide
    storagectl box --name SATA Controller --add sata --portcount 16
    storageattach box --storagectl SATA Controller --port 0 --device 0 --type hdd --medium ~/out/box-0.vdi --nonrotational off --discard off
    storageattach box --storagectl SATA Controller --port 1 --device 0 --type hdd --medium ~/out/box-1.vdi --nonrotational off --discard off
    storageattach box --storagectl SATA Controller --port 13 --device 0 --type dvddrive --medium ~/x.iso
    storageattach box --storagectl SATA Controller --port 15 --device 0 --type dvddrive --medium ~/cd.iso
    storageattach box --storagectl IDE Controller --port 1 --device 0 --type dvddrive --medium ~/additions.iso
    storagectl box --name Floppy Controller --add floppy
    storageattach box --storagectl Floppy Controller --port 0 --device 0 --type fdd --medium ~/floppy.img
    ");
}

#[tokio::test]
async fn a_failed_build_leaves_no_machine_and_no_medium() {
    let bench = Bench::new();
    bench.fail("storageattach", "VBoxManage: error: Could not create (VERR_DISK_FULL)\n");
    let error = create(&bench, &machine(iso(|_| ()))).await.unwrap_err();
    assert!(error.to_string().contains("the disk is full"), "{error}");
    assert_eq!(bench.machines(), ["box"]);
    assert!(bench.context.cleanup.unwind(&bench.context.events).await.is_empty());
    assert!(bench.machines().is_empty());
    let calls = bench.calls();
    let end: Vec<_> = calls.iter().rev().take(3).map(|call| call.split(' ').next().unwrap()).collect();
    assert_eq!(end, ["closemedium", "closemedium", "unregistervm"]);
}

#[tokio::test]
async fn the_run_after_a_killed_one_removes_its_machine() {
    let bench = Bench::new();
    let mut machine = create(&bench, &machine(iso(|_| ()))).await.unwrap();
    machine.start().await.unwrap();
    let folder = bench.path("journal");
    let Bench { folder: keep, context, journal, .. } = bench;
    // A killed process runs nothing; only its lock on the journal goes.
    std::mem::forget(machine);
    drop(journal);
    std::mem::forget(context.cleanup.clone());
    let copy = keep.path().join("left");
    fs_err::create_dir(&copy).unwrap();
    for entry in fs_err::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        fs_err::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
    }
    let recovery = tokio::task::spawn_blocking(move || {
        journal::recover(&copy, |registered| {
            tokio::runtime::Runtime::new().unwrap().block_on(removal::remove_left(registered))
        })
    });
    let recovery = recovery.await.unwrap();
    assert!(recovery.failed.is_empty(), "{:?}", recovery.failed);
    assert_eq!(recovery.removed.len(), 1, "{:?}", recovery.removed);
    assert!(!keep.path().join("machines/box").exists());
}

#[tokio::test]
async fn a_machine_of_another_service_is_looked_for_there() {
    let bench = Bench::new();
    let mut registered = manage::registered(&bench.manage(Version::new(7, 0, 14)), "box");
    bench.write("machines/box", "poweroff");
    registered.environment.insert("VBOX_USER_HOME".to_owned(), Some(bench.path("gone").display().to_string()));
    assert!(!removal::remove_left(&registered).await.unwrap());
    assert_eq!(bench.calls(), [""; 0]);
    registered.environment.insert("VBOX_USER_HOME".to_owned(), Some(bench.path("machines").display().to_string()));
    assert!(removal::remove_left(&registered).await.unwrap());
    assert!(bench.machines().is_empty());
}

#[tokio::test]
async fn an_interrupted_export_is_stopped_before_the_machine_goes() {
    // Whoever started the tests in the background may have told them to ignore interrupts, and a script with them.
    let _heard = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt()).unwrap();
    let bench = Bench::new();
    bench.write("slow/export", "");
    let mut machine = create(&bench, &machine(iso(|_| ()))).await.unwrap();
    let export = tokio::time::timeout(Duration::from_secs(20), async {
        tokio::select! {
            result = machine.export() => panic!("it ended: {result:?}"),
            () = called(&bench, "export") => {}
        }
    });
    export.await.unwrap();
    assert!(bench.context.cleanup.unwind(&bench.context.events).await.is_empty());
    assert!(bench.path("stopped").exists());
    assert!(bench.machines().is_empty());
}

#[tokio::test]
async fn an_export_that_left_nothing_is_no_success() {
    let bench = Bench::new();
    bench.write("full", "");
    let mut machine = create(&bench, &machine(iso(|_| ()))).await.unwrap();
    let error = machine.export().await.unwrap_err().to_string();
    assert!(error.contains("box.ovf is not there") && error.contains("is full; free some space"), "{error}");
    assert_eq!(bench.machines(), ["box"], "it goes with the build's cleanup");
}

/// Returns when VirtualBox works on the command.
async fn called(bench: &Bench, verb: &str) {
    while !bench.calls().iter().any(|call| call.starts_with(verb)) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_machine_that_went_off_needs_no_button() {
    let bench = Bench::new();
    let mut machine = create(&bench, &machine(iso(|_| ()))).await.unwrap();
    machine.start().await.unwrap();
    bench.write("machines/box", "poweroff");
    bench.fail("controlvm", "VBoxManage: error: Machine 'box' is not currently running.\n");
    machine.request_shutdown().await.unwrap();
    bench.write("machines/box", "running");
    bench.fail("controlvm", "VBoxManage: error: something odd\n");
    assert!(machine.request_shutdown().await.unwrap_err().to_string().contains("something odd"));
}

#[tokio::test]
async fn a_host_without_a_usable_virtualbox_is_told_what_to_do() {
    let bench = Bench::new();
    for (printed, expected) in [
        ("WARNING: The vboxdrv kernel module is not loaded.\n7.0.14r161095\n", "modprobe vboxdrv"),
        ("3.2.28r100309\n", "VirtualBox 3.2.28 is too old"),
        ("hello\n", "tells no version: hello"),
    ] {
        bench.write("version", printed);
        let error = manage::version_of(&bench.path("VBoxManage")).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn copies_of_settings_go_with_the_machine_and_nothing_else_does() {
    let bench = Bench::new();
    create(&bench, &machine(iso(|_| ()))).await.unwrap();
    let folder = bench.path("home/box");
    fs_err::create_dir_all(&folder).unwrap();
    bench.write("home/box/box-1.19-linux.vbox", "");
    bench.write("home/box/notes-1.txt", "");
    bench.context.cleanup.unwind(&bench.context.events).await;
    assert!(!folder.join("box-1.19-linux.vbox").exists());
    assert!(folder.join("notes-1.txt").exists());
}

#[tokio::test]
async fn a_service_that_is_occupied_is_asked_again() {
    let bench = Bench::new();
    create(&bench, &machine(iso(|_| ()))).await.unwrap();
    let text =
        "VBoxManage: error: The object is not ready\nVBoxManage: error: Details: code E_ACCESSDENIED (0x80070005)\n";
    bench.fail("showvminfo", text);
    assert!(bench.context.cleanup.unwind(&bench.context.events).await.is_empty());
    assert!(bench.machines().is_empty());
}

#[tokio::test]
async fn a_machine_of_the_same_name_is_told_with_the_fix_and_stays() {
    let bench = Bench::new();
    bench.add_machine("box", "poweroff");
    let text = "VBoxManage: error: Machine settings file '/home/x/box/box.vbox' already exists\n\
        VBoxManage: error: Details: code VBOX_E_FILE_ERROR (0x80bb0004)\n";
    bench.fail("createvm", text);
    let error = create(&bench, &machine(iso(|_| ()))).await.unwrap_err();
    assert!(error.to_string().contains("VBoxManage unregistervm NAME --delete"), "{error}");
    bench.context.cleanup.unwind(&bench.context.events).await;
    assert_eq!(bench.machines(), ["box"]);
}

#[tokio::test]
async fn an_error_with_exit_code_0_is_an_error() {
    let bench = Bench::new();
    bench.write("fail/modifyvm.zero", "");
    bench.fail("modifyvm", "VBoxManage: error: something odd\n");
    let error = create(&bench, &machine(iso(|_| ()))).await.unwrap_err();
    assert!(error.to_string().contains("something odd"), "{error}");
}

#[tokio::test]
async fn a_lock_that_goes_away_is_waited_for() {
    let bench = Bench::new();
    let text = "VBoxManage: error: The machine 'box' is already locked for a session (or being unlocked)\n\
        VBoxManage: error: Details: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)\n";
    bench.fail("modifyvm", text);
    create(&bench, &machine(iso(|_| ()))).await.unwrap();
    let boots = bench.calls().iter().filter(|call| call.contains("--boot1")).count();
    assert_eq!(boots, 2);
}

fn ovf(keep: bool) -> VirtualBoxPlan {
    let source = IsoPlan {
        urls: vec!["src.ovf".to_owned()],
        checksum: Checksum::None,
        target_path: None,
        target_extension: "ovf".to_owned(),
    };
    let import_flags = vec!["--eula".to_owned(), "accept".to_owned()];
    let import_opts = Some("keepallmacs".to_owned());
    let mut plan = virtualbox(VirtualBoxOrigin::Ovf { source, import_flags, import_opts });
    plan.export.keep_registered = keep;
    plan
}

#[tokio::test]
async fn an_exported_machine_is_imported_and_its_controllers_are_used() {
    let bench = Bench::new();
    bench.write("info", "storagecontrollername0=\"IDE\"\nstoragecontrollertype0=\"PIIX4\"\n");
    let mut plan = ovf(false);
    plan.guest_additions.mode = GuestAdditionsMode::Attach;
    plan.commands = vec![["storageattach", "box", "--storagectl", "IDE Controller"].map(Late::literal).to_vec()];
    let media = Media {
        iso: None,
        source: Some("src.ovf".into()),
        additions: Some(bench.path("additions.iso")),
        ..bench.media()
    };
    let mut machine = bench.driver().create(&machine(plan), &media, &bench.context).await.unwrap();
    machine.export().await.unwrap();
    insta::assert_snapshot!(steady(&bench.calls()), @"
    import src.ovf --vsys 0 --vmname box --basefolder ~/out --eula accept --options keepallmacs
    storageattach box --storagectl IDE --port 1 --device 0 --type dvddrive --medium ~/additions.iso
    modifyvm box --vrdeaddress 127.0.0.1 --vrdeauthtype null --vrde on --vrdeport *
    storageattach box --storagectl IDE
    storageattach box --storagectl IDE --port 1 --device 0 --type dvddrive --medium none
    export box --output ~/out/box.ovf
    unregistervm box --delete
    closemedium dvd ~/additions.iso
    ");
    assert!(bench.machines().is_empty());
}

#[tokio::test]
async fn a_half_imported_machine_is_only_removed_from_our_folder() {
    let bench = Bench::new();
    bench.add_machine("box", "poweroff");
    bench.fail("import", "VBoxManage: error: Appliance import failed\n");
    let media = Media { iso: None, source: Some("src.ovf".into()), ..bench.media() };
    bench.driver().create(&machine(ovf(false)), &media, &bench.context).await.unwrap_err();
    bench.context.cleanup.unwind(&bench.context.events).await;
    assert_eq!(bench.machines(), ["box"]);
}

fn existing(attach: Option<&str>, target: Option<&str>) -> VirtualBoxPlan {
    virtualbox(VirtualBoxOrigin::Machine {
        attach_snapshot: attach.map(str::to_owned),
        target_snapshot: target.map(str::to_owned),
        force_delete_snapshot: false,
    })
}

#[tokio::test]
async fn a_machine_of_the_users_goes_back_to_where_it_was() {
    let bench = Bench::new();
    bench.add_machine("box", "poweroff");
    bench.write("snapshots", "SnapshotName=\"Base\"\nSnapshotUUID=\"111\"\nCurrentSnapshotUUID=\"111\"\n");
    let mut plan = machine(existing(Some("base"), Some("done")));
    plan.guest_port = Some(22);
    let media = Media { iso: None, ..bench.media() };
    let mut machine = bench.driver().create(&plan, &media, &bench.context).await.unwrap();
    machine.start().await.unwrap();
    machine.power_off().await.unwrap();
    machine.export().await.unwrap();
    insta::assert_snapshot!(steady(&bench.calls()), @"
    snapshot box list --machinereadable
    snapshot box restore 111
    modifyvm box --vrdeaddress 127.0.0.1 --vrdeauthtype null --vrde on --vrdeport * --nic1 nat
    modifyvm box --natpf1 packercomm,tcp,127.0.0.1,*,,22
    startvm box --type headless
    controlvm box poweroff
    modifyvm box --natpf1 delete packercomm
    snapshot box take done
    export box --output ~/out/box.ovf
    snapshot box restore 111
    ");
    assert_eq!(bench.machines(), ["box"]);
}

#[tokio::test]
async fn a_failed_build_leaves_the_users_machine_off_and_registered() {
    let bench = Bench::new();
    bench.add_machine("box", "poweroff");
    let media = Media { iso: None, ..bench.media() };
    let mut plan = machine(existing(None, None));
    plan.guest_port = Some(22);
    let mut machine = bench.driver().create(&plan, &media, &bench.context).await.unwrap();
    machine.start().await.unwrap();
    bench.context.cleanup.unwind(&bench.context.events).await;
    assert_eq!(fs_err::read_to_string(bench.path("machines/box")).unwrap().trim(), "poweroff");
    assert!(bench.calls().contains(&"modifyvm box --natpf1 delete packercomm".to_owned()));
}

#[tokio::test]
async fn a_running_machine_of_the_users_is_not_touched() {
    let bench = Bench::new();
    bench.add_machine("box", "running");
    let media = Media { iso: None, ..bench.media() };
    let error = bench.driver().create(&machine(existing(None, None)), &media, &bench.context).await.unwrap_err();
    assert!(error.to_string().contains("power it off first"), "{error}");
    bench.context.cleanup.unwind(&bench.context.events).await;
    assert_eq!(fs_err::read_to_string(bench.path("machines/box")).unwrap(), "running");
}

/// What was in the memory of a machine is in its saved state, and nowhere else.
#[tokio::test]
async fn a_saved_state_of_the_users_is_not_lost() {
    let bench = Bench::new();
    bench.add_machine("box", "saved");
    let media = Media { iso: None, ..bench.media() };
    let create = async |attach| bench.driver().create(&machine(existing(attach, None)), &media, &bench.context).await;
    let error = create(None).await.unwrap_err().to_string();
    assert!(error.contains("has a saved state"), "{error}");
    // A template that names a snapshot asks for it to go, and VirtualBox sees to that; a failed build does not.
    bench.write("snapshots", "SnapshotName=\"base\"\nSnapshotUUID=\"b\"\nCurrentSnapshotUUID=\"b\"\n");
    bench.fail("modifyvm", "VBoxManage: error: no");
    create(Some("base")).await.unwrap_err();
    assert!(bench.context.cleanup.unwind(&bench.context.events).await.is_empty());
    assert!(!bench.calls().iter().any(|call| call.starts_with("discardstate")), "{:?}", bench.calls());
}

#[tokio::test]
async fn the_guest_gets_the_version_and_the_additions() {
    let bench = Bench::new();
    let mut plan = iso(|_| ());
    plan.version_file = Some(".vbox_version".to_owned());
    plan.guest_additions.mode = GuestAdditionsMode::Upload;
    let media = Media { additions: Some(bench.path("x.iso")), ..bench.media() };
    let machine = bench.driver().create(&machine(plan), &media, &bench.context).await.unwrap();
    let files = machine.guest_files().unwrap();
    assert_eq!(files[0].content, FileContent::Bytes(b"6.1.50".to_vec()));
    assert_eq!((files[0].path.as_str(), files[1].path.as_str()), (".vbox_version", "additions.iso"));
}

#[tokio::test]
async fn a_machine_that_crashes_is_an_error_and_one_that_stops_is_not() {
    let bench = Bench::new();
    let mut machine = create(&bench, &machine(iso(|_| ()))).await.unwrap();
    machine.start().await.unwrap();
    let waiting = tokio::time::timeout(Duration::from_millis(400), machine.wait_stopped()).await;
    assert!(waiting.is_err(), "it runs");
    bench.fail("showvminfo", "VBoxManage: error: Failed to create the VirtualBox object!\n");
    bench.write("obeys", "");
    machine.request_shutdown().await.unwrap();
    machine.wait_stopped().await.unwrap();
    bench.write("machines/box", "aborted");
    let error = machine.wait_stopped().await.unwrap_err();
    assert!(error.to_string().contains("crashed"), "{error}");
}

#[tokio::test]
async fn without_a_window_nothing_of_the_users_settings_changes() {
    let mut bench = Bench::new();
    create(&bench, &machine(iso(|_| ()))).await.unwrap();
    assert!(!bench.calls().iter().any(|call| call.starts_with("setextradata")));
    assert!(bench.warnings().is_empty());
}

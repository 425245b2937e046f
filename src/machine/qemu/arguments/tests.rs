use std::path::PathBuf;

use super::*;
use crate::machine::qemu::fixture;
use crate::plan::qemu::{FirmwarePlan, Topology, TpmPlan};
use crate::template::interpolate::Late;

fn runtime() -> Runtime {
    Runtime {
        accelerator: Accelerator { name: "tcg".to_owned(), forced: false },
        installer: Some("x.iso".to_owned()),
        cd: None,
        floppy: None,
        output_directory: PathBuf::from("out"),
        work_directory: PathBuf::from("/w"),
        host_port: "2222".to_owned(),
        vnc_display: "57".to_owned(),
        display: None,
        firmware: None,
        fields: [("HTTPPort".to_owned(), "8123".to_owned())].into(),
    }
}

/// A plan after a change, and its command line at run time `change_runtime`.
fn line_of(change: impl FnOnce(&mut QemuPlan), change_runtime: impl FnOnce(&mut Runtime)) -> CommandLine {
    let (mut qemu, mut runtime) = (fixture::qemu(), runtime());
    change(&mut qemu);
    change_runtime(&mut runtime);
    command_line(&fixture::build(qemu), &runtime).unwrap()
}

fn line(change: impl FnOnce(&mut QemuPlan)) -> CommandLine {
    line_of(change, |_| ())
}

/// With rows of `qemuargs`.
fn with_rows(rows: &[&[&str]]) -> CommandLine {
    line(|qemu| qemu.arguments = late(rows))
}

fn late(rows: &[&[&str]]) -> Vec<Vec<Late>> {
    rows.iter().map(|row| row.iter().map(|word| Late::literal(*word)).collect()).collect()
}

/// All arguments but our own additions, as text.
fn shown(line: &CommandLine) -> Vec<String> {
    line.arguments.iter().filter(|argument| argument.origin != Origin::Own).map(ToString::to_string).collect()
}

/// The values of a switch, our own left out.
fn values(line: &CommandLine, switch: &str) -> Vec<String> {
    let of_switch = |argument: &&Argument| argument.switch == switch && argument.origin != Origin::Own;
    line.arguments.iter().filter(of_switch).map(|argument| argument.text().to_owned()).collect()
}

const DISK: &str = "file=out/box,if=virtio,cache=writeback,discard=unmap,format=qcow2,detect-zeroes=unmap";

#[test]
fn a_template_without_options_gives_packers_switches() {
    assert_eq!(
        shown(&line(|_| ())),
        [
            "-name box",
            "-machine type=pc,accel=tcg",
            "-m 512M",
            "-smp 1",
            "-boot once=d",
            "-netdev user,id=user.0",
            "-device virtio-net,netdev=user.0",
            &format!("-drive {DISK}"),
            "-drive file=x.iso,media=cdrom",
            "-vnc 127.0.0.1:57",
        ]
    );
}

#[test]
fn what_we_add_is_marked_and_explained() {
    let line = line(|_| ());
    let own: Vec<_> = line.arguments.iter().filter(|argument| argument.origin == Origin::Own).collect();
    let texts: Vec<_> = own.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["-qmp unix:/w/qmp.sock,server=off", "-vnc unix:/w/vnc.sock", "-serial file:/w/serial.log"]);
    assert_eq!(line.explain().len(), 3);
}

#[test]
fn a_template_that_speaks_of_serial_ports_is_left_alone() {
    for row in [&["-serial", "stdio"][..], &["-nographic"], &["-device", "isa-serial,chardev=c"], &["-nodefaults", ""]]
    {
        let line = with_rows(&[row]);
        assert!(!line.arguments.iter().any(|argument| argument.text().contains("serial.log")), "{row:?}");
    }
}

#[test]
fn options_become_switches() {
    let line = line_of(
        |qemu| {
            qemu.machine_type = "q35".to_owned();
            qemu.cpu_model = Some("Nehalem".to_owned());
            qemu.memory_mib = 2048;
            qemu.vga = Some("qxl".to_owned());
            qemu.qmp_enable = true;
            qemu.vnc_use_password = true;
            qemu.vnc_bind_address = "0.0.0.0".to_owned();
            qemu.firmware = FirmwarePlan::Bios { path: PathBuf::from("bios.bin") };
            qemu.tpm = Some(TpmPlan { device_type: "tpm-crb".to_owned(), version_1: false });
            qemu.disk.from_image = true;
        },
        |runtime| {
            runtime.floppy = Some(PathBuf::from("seed.vfd"));
            runtime.cd = Some(PathBuf::from("seed.iso"));
            runtime.display = Some("gtk".to_owned());
            runtime.installer = None;
        },
    );
    for expected in [
        "-machine type=q35,accel=tcg",
        "-cpu Nehalem",
        "-m 2048M",
        "-boot c",
        "-bios bios.bin",
        "-fda seed.vfd",
        "-vnc 0.0.0.0:57,password=on",
        "-display gtk",
        "-vga qxl",
        "-qmp unix:/w/box.monitor,server=on,wait=off",
        "-chardev socket,id=vtpm,path=/w/tpm.sock",
        "-tpmdev emulator,id=tpm0,chardev=vtpm",
        "-device tpm-crb,tpmdev=tpm0",
        "-drive file=seed.iso,media=cdrom",
    ] {
        assert!(shown(&line).contains(&expected.to_owned()), "{expected}: {:#?}", shown(&line));
    }
}

#[test]
fn processors_follow_the_topology() {
    let cases = [
        ((0, 0, 0, 0), "1"),
        ((4, 0, 0, 0), "4"),
        ((0, 2, 2, 0), "4,sockets=2,cores=2"),
        ((8, 1, 2, 2), "4,sockets=1,cores=2,threads=2"),
        ((2, 1, 2, 2), "2,sockets=1,cores=2,threads=2"),
    ];
    for ((cpus, sockets, cores, threads), expected) in cases {
        let line = line(|qemu| qemu.topology = Topology { cpus, sockets, cores, threads });
        assert_eq!(values(&line, "-smp"), [expected]);
    }
}

#[test]
fn the_forward_to_the_guest_listens_on_the_loopback_address() {
    let network = |change: fn(&mut QemuPlan)| {
        let mut qemu = fixture::qemu();
        change(&mut qemu);
        let mut plan = fixture::build(qemu);
        plan.guest_port = Some(22);
        values(&command_line(&plan, &runtime()).unwrap(), "-netdev").join(" ")
    };
    assert_eq!(network(|_| ()), "user,id=user.0,hostfwd=tcp:127.0.0.1:2222-:22");
    let unmapped = network(|qemu| qemu.skip_nat_mapping = true);
    assert_eq!(unmapped, "user,id=user.0,hostfwd=tcp:127.0.0.1:22-:22");
    assert_eq!(network(|qemu| qemu.net_bridge = Some("br0".to_owned())), "bridge,id=user.0,br=br0");
}

#[test]
fn disks_on_every_interface() {
    let drives_and_devices = |interface: &str, cdrom: Option<&str>| {
        let line = line(|qemu| {
            qemu.disk.interface = interface.to_owned();
            qemu.disk.additional_sizes = vec!["1G".to_owned()];
            qemu.disk.discard = Some("ignore".to_owned());
            qemu.cdrom_interface = cdrom.map(str::to_owned);
        });
        (values(&line, "-device"), values(&line, "-drive"))
    };
    let options = "cache=writeback,discard=ignore,format=qcow2";
    let ours = |number: u8, path: &str| format!("if=none,file={path},id=drive{number},{options}");
    let (devices, drives) = drives_and_devices("sata", None);
    let ahci = ["ahci,id=ahci0", "ide-hd,bus=ahci0.0,drive=drive0", "ide-hd,bus=ahci0.1,drive=drive1"];
    assert_eq!(devices[..3], ahci);
    assert_eq!(drives[..2], [ours(0, "out/box"), ours(1, "out/box-1")]);
    for interface in ["scsi", "virtio-scsi"] {
        let (devices, _) = drives_and_devices(interface, Some("virtio-scsi"));
        let scsi = ["virtio-scsi-pci,id=scsi0", "scsi-hd,bus=scsi0.0,drive=drive0", "scsi-hd,bus=scsi0.0,drive=drive1"];
        assert_eq!(devices[..3], scsi);
        assert_eq!(devices[4..], ["scsi-cd,bus=scsi0.0,drive=cdrom0"]);
    }
    let (devices, drives) = drives_and_devices("virtio", Some("virtio-scsi"));
    assert_eq!(devices[1..], ["virtio-scsi-pci,id=scsi0", "scsi-cd,bus=scsi0.0,drive=cdrom0"]);
    assert_eq!(drives[2], "file=x.iso,if=none,index=0,id=cdrom0,media=cdrom");
    let (devices, drives) = drives_and_devices("virtio", Some("sata"));
    assert_eq!(devices[1..], ["ahci,id=ahci0", "ide-cd,bus=ahci0.0,drive=cdrom0"]);
    assert_eq!(drives[2], "file=x.iso,if=none,index=0,id=cdrom0,media=cdrom");
    let (devices, drives) = drives_and_devices("sd", None);
    assert_eq!(devices, ["virtio-net,netdev=user.0"]);
    assert_eq!(drives[0], format!("file=out/box,if=sd,{options}"));
    let (_, drives) = drives_and_devices("ide", Some("ide"));
    assert_eq!(drives[2], "file=x.iso,if=ide,index=2,id=cdrom0,media=cdrom");
    let (_, drives) = drives_and_devices("virtio", Some("ide"));
    assert_eq!(drives[2], "file=x.iso,if=ide,index=0,id=cdrom0,media=cdrom");
}

#[test]
fn a_path_with_a_comma_stays_one_value() {
    let line = line_of(|_| (), |runtime| runtime.output_directory = PathBuf::from("a,b"));
    assert!(values(&line, "-drive")[0].starts_with("file=a,,b/box,if=virtio"));
}

#[test]
fn uefi_machines_have_two_flash_drives_and_no_boot_switch() {
    let line = line_of(
        |qemu| qemu.firmware = FirmwarePlan::Efi { code: None, variables: None, drop_variables: false },
        |runtime| runtime.firmware = Some(Firmware::raw(PathBuf::from("code.fd"), PathBuf::from("out/efivars.fd"))),
    );
    let flash =
        ["file=code.fd,if=pflash,unit=0,format=raw,readonly=on", "file=out/efivars.fd,if=pflash,unit=1,format=raw"];
    assert_eq!(values(&line, "-drive")[2..], flash);
    assert!(values(&line, "-boot").is_empty());
    let pflash = self::line(|qemu| qemu.firmware = FirmwarePlan::Pflash { path: PathBuf::from("fw.fd") });
    assert_eq!(values(&pflash, "-drive")[2], "file=fw.fd,if=pflash,format=raw,readonly=on");
}

#[test]
fn rows_are_joined_repeated_and_may_have_no_value() {
    let line =
        with_rows(&[&["-cpu", "ho", "st"], &["-no-reboot", ""], &["-nographic"], &["-global", "a"], &["-global", "b"]]);
    let rows: Vec<_> = line.arguments.iter().filter(|argument| argument.origin == Origin::Template).collect();
    let texts: Vec<_> = rows.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["-cpu max", "-no-reboot", "-nographic", "-global a", "-global b"]);
}

#[test]
fn seven_sata_disks_need_a_second_controller() {
    let line = line(|qemu| {
        qemu.disk.interface = "sata".to_owned();
        qemu.disk.additional_sizes = vec!["1G".to_owned(); 6];
    });
    let devices = values(&line, "-device");
    assert_eq!(devices.iter().filter(|device| device.starts_with("ahci,")).count(), 2);
    assert_eq!(devices[7..9], ["ahci,id=ahci1", "ide-hd,bus=ahci1.0,drive=drive6"]);
}

#[test]
fn a_switch_replaces_all_defaults_of_its_spelling_and_only_those() {
    let line = with_rows(&[&["-drive", "file=a,if=ide"], &["-drive", "file=b"], &["--device", "rtl8139"]]);
    assert_eq!(values(&line, "-drive"), ["file=a,if=ide", "file=b"]);
    assert_eq!(values(&line, "-device"), ["virtio-net,netdev=user.0"]);
    assert_eq!(values(&line, "--device"), ["rtl8139"]);
    let removed: Vec<_> = line.changes.iter().filter(|change| change.contains("removes")).collect();
    assert_eq!(removed.len(), 2);
    assert_eq!(*removed[0], format!("`-drive` in qemuargs removes the default `-drive {DISK}`"));
}

#[test]
fn the_network_card_comes_back_when_the_template_has_other_devices() {
    let line = with_rows(&[&["-device", "usb-tablet"]]);
    assert_eq!(values(&line, "-device"), ["usb-tablet", "virtio-net,netdev=user.0"]);
    let own_card = with_rows(&[&["-device", "virtio-net-pci,netdev=n"], &["-netdev", "user,id=n"]]);
    assert_eq!(values(&own_card, "-device"), ["virtio-net-pci,netdev=n"]);
    let other = with_rows(&[&["-device", "e1000,netdev=n"], &["-netdev", "user,id=n"]]);
    assert_eq!(values(&other, "-device"), ["e1000,netdev=n"], "a card on a network that is gone would stop QEMU");
    assert_eq!(other.warnings.len(), 1);
}

#[test]
fn rows_that_are_appended_remove_nothing() {
    let line = line(|qemu| qemu.arguments_append = late(&[&["-device", "usb-tablet"], &["-drive", "file=more"]]));
    assert_eq!(values(&line, "-device"), ["virtio-net,netdev=user.0", "usb-tablet"]);
    assert_eq!(values(&line, "-drive").len(), 3);
}

#[test]
fn switches_that_qemu_lost_are_rewritten_or_told() {
    let line = with_rows(&[&["--no-acpi", ""], &["-daemonize", ""], &["-soundhw", "ac97"]]);
    assert_eq!(values(&line, "-machine"), ["type=pc,accel=tcg", "acpi=off"]);
    assert!(!line.has("daemonize") && line.has("soundhw"));
    assert_eq!(line.warnings.len(), 3);
}

#[test]
fn an_accelerator_in_the_template_replaces_the_default_one() {
    let machine = with_rows(&[&["-machine", "type=q35,accel=kvm:tcg"]]);
    assert_eq!((machine.accelerators(), machine.machine_type()), (vec!["kvm".into(), "tcg".into()], Some("q35")));
    let accel = with_rows(&[&["-accel", "tcg,thread=single"]]);
    assert_eq!(values(&accel, "-machine"), ["type=pc"], "QEMU refuses both spellings at once");
    assert_eq!(accel.accelerators(), ["tcg"]);
    assert_eq!(with_rows(&[&["-enable-kvm", ""]]).accelerators(), ["kvm"]);
    assert_eq!(with_rows(&[&["-M", "q35"]]).machine_type(), Some("q35"));
}

#[test]
fn a_forced_accelerator_replaces_all_others() {
    let force = |rows: &[&[&str]]| {
        let accelerator = Accelerator { name: "tcg".to_owned(), forced: true };
        line_of(|qemu| qemu.arguments = late(rows), |runtime| runtime.accelerator = accelerator)
    };
    let machine = force(&[&["-machine", "type=q35,accel=kvm"], &["-cpu", "host,+vmx"]]);
    assert_eq!(values(&machine, "-machine"), ["type=q35,accel=tcg"]);
    assert_eq!(values(&machine, "-cpu"), ["max,+vmx"]);
    for row in [&["-enable-kvm", ""][..], &["-accel", "kvm"], &["-machine", "accel=kvm"], &["-no-hpet"]] {
        let line = force(&[row]);
        assert_eq!(line.accelerators(), ["tcg"], "{row:?}");
        let text = shown(&line).join(" ");
        assert!(!text.contains("kvm") && text.matches("tcg").count() == 1, "{text}");
    }
}

#[test]
fn a_preview_needs_no_host() {
    let mut qemu = fixture::qemu();
    qemu.accelerator = None;
    qemu.headless = false;
    qemu.firmware = FirmwarePlan::Efi { code: None, variables: None, drop_variables: false };
    let mut plan = fixture::build(qemu);
    plan.guest_port = Some(22);
    let line = preview(&plan, None).unwrap();
    for expected in [
        "-machine type=pc,accel=<auto>",
        "-netdev user,id=user.0,hostfwd=tcp:127.0.0.1:<host port>-:22",
        "-drive file=<iso>,media=cdrom",
        "-display gtk",
        "-drive file=<uefi code>,if=pflash,unit=0,format=raw,readonly=on",
    ] {
        assert!(shown(&line).contains(&expected.to_owned()), "{expected}: {:#?}", shown(&line));
    }
}

//! `qemu`

use crate::plan::catalog::groups::{BOOT, CD, COMMUNICATOR, FLOPPY, HOST_PORT, HTTP, ISO, SHUTDOWN, SSH, WINRM};
use crate::plan::catalog::option::{Opt, choice, duration, file, flag, integer, nested, rows, text, texts};

pub(super) const OPTIONS: &[&[Opt]] = &[
    MACHINE,
    DISK,
    FIRMWARE,
    CONSOLE,
    HOST,
    ISO,
    HTTP,
    CD,
    FLOPPY,
    BOOT,
    SHUTDOWN,
    COMMUNICATOR,
    SSH,
    WINRM,
    HOST_PORT,
];

const MACHINE: &[Opt] = &[
    text("vm_name", "name of the machine and of its disk; packer-BUILD by default"),
    choice(
        "accelerator",
        &["none", "kvm", "tcg", "xen", "hax", "hvf", "whpx"],
        "how the guest's code is run; the best of this host by default",
    ),
    text("machine_type", "machine that QEMU emulates; pc by default"),
    integer("cpus", "number of processors; 1 by default"),
    integer("sockets", "number of processor sockets"),
    integer("cores", "cores of each socket"),
    integer("threads", "threads of each core"),
    text("cpu_model", "processor that QEMU emulates"),
    integer("memory", "memory in MiB; 512 by default"),
    text("net_device", "network card that QEMU emulates; virtio-net by default"),
    text("net_bridge", "bridge of this host to connect the network card to"),
    text("cdrom_interface", "how the CDs are attached; the machine's own way by default"),
    rows("qemuargs", "switches of QEMU that replace the default ones of the same name").late(),
    rows("qemuargs_append", "switches of QEMU that are added to the default ones").late(),
];

const DISK: &[Opt] = &[
    text("disk_size", "size of the disk, in MiB where no unit is given; 40960M by default"),
    texts("disk_additional_size", "sizes of further disks"),
    choice(
        "disk_interface",
        &["ide", "sata", "scsi", "virtio", "virtio-scsi", "sd"],
        "how the disks are attached; virtio by default",
    ),
    choice(
        "disk_cache",
        &["writethrough", "writeback", "none", "unsafe", "directsync"],
        "cache of the disks; writeback by default",
    ),
    choice("disk_discard", &["unmap", "ignore"], "whether blocks that the guest discards are freed; unmap by default"),
    choice(
        "disk_detect_zeroes",
        &["unmap", "on", "off"],
        "whether blocks of zeros are stored as holes; unmap by default",
    ),
    choice("format", &["qcow2", "raw"], "format of the disks; qcow2 by default"),
    flag("disk_compression", "compress the finished qcow2 disk"),
    flag("skip_compaction", "leave the finished disk as it is"),
    flag("disk_image", "take the image for a disk to start from, not for an installer"),
    flag("use_backing_file", "make the disk an overlay of the image"),
    flag("skip_resize_disk", "keep the image's size"),
    nested("qemu_img_args", &[QEMU_IMG], "further arguments of qemu-img"),
];

const QEMU_IMG: &[Opt] = &[
    texts("convert", "arguments of qemu-img convert"),
    texts("create", "arguments of qemu-img create"),
    texts("resize", "arguments of qemu-img resize"),
];

const FIRMWARE: &[Opt] = &[
    // A bare name is one of QEMU's own files, so the decoder decides what must exist.
    text("firmware", "firmware to start the machine with; QEMU's BIOS by default"),
    flag("use_pflash", "attach the firmware as flash memory"),
    flag("efi_boot", "start the machine with UEFI"),
    file("efi_firmware_code", "code of the UEFI firmware; found on this host by default"),
    file("efi_firmware_vars", "variables of the UEFI firmware; found on this host by default"),
    flag("efi_drop_efivars", "leave the UEFI variables out of the artifact"),
    flag("vtpm", "give the machine a TPM"),
    flag("use_tpm1", "make it a TPM 1.2"),
    text("tpm_device_type", "device of the TPM; tpm-tis by default"),
];

const CONSOLE: &[Opt] = &[
    flag("headless", "show no window"),
    text("display", "window that QEMU opens; gtk by default"),
    flag("use_default_display", "let QEMU choose the window"),
    text("vga", "graphics card that QEMU emulates"),
    flag("disable_vnc", "type nothing and do not wait for the boot"),
    text("vnc_bind_address", "address that VNC listens on; 127.0.0.1 by default"),
    integer("vnc_port_min", "lowest port of VNC; 5900 by default"),
    integer("vnc_port_max", "highest port of VNC; 6000 by default"),
    flag("vnc_use_password", "protect VNC with a password"),
    text("vnc_password", "password of VNC, at most 8 characters; made for the build by default"),
    rows("boot_steps", "what is typed, as lists of a command and an optional description").late(),
    duration("boot_key_interval", "pause after each key event; chosen by the driver by default"),
];

const HOST: &[Opt] = &[
    text("qemu_binary", "QEMU program; qemu-system-x86_64 by default"),
    flag("qmp_enable", "open a QMP socket"),
    text("qmp_socket_path", "path of the QMP socket; in the output folder by default"),
    text("output_directory", "folder that the disk is written to; output-BUILD by default"),
    flag("iso_skip_cache", "let QEMU read the image from its URL"),
    flag("run_once", "nothing; kept for old templates").inert(),
];

//! `virtualbox-iso`, `virtualbox-ovf` and `virtualbox-vm`

use crate::plan::catalog::groups::{BOOT, CD, COMMUNICATOR, FLOPPY, HOST_PORT, HTTP, ISO, SHUTDOWN, SSH, WINRM};
use crate::plan::catalog::option::{Opt, choice, duration, flag, integer, integers, rows, text, texts, trilean};

pub(super) const ISO_OPTIONS: &[&[Opt]] = &[
    NAME,
    HARDWARE,
    DISKS,
    ISO,
    BUNDLE,
    HTTP,
    CD,
    FLOPPY,
    BOOT,
    SHUTDOWN,
    POWER,
    COMMANDS,
    GUEST_ADDITIONS,
    CONSOLE,
    EXPORT,
    COMMUNICATOR,
    SSH,
    WINRM,
    HOST_PORT,
];

pub(super) const OVF_OPTIONS: &[&[Opt]] = &[
    NAME,
    IMPORT,
    HTTP,
    CD,
    FLOPPY,
    BOOT,
    SHUTDOWN,
    POWER,
    COMMANDS,
    GUEST_ADDITIONS,
    CONSOLE,
    EXPORT,
    COMMUNICATOR,
    SSH,
    WINRM,
    HOST_PORT,
];

pub(super) const VM_OPTIONS: &[&[Opt]] = &[
    MACHINE,
    HTTP,
    CD,
    FLOPPY,
    BOOT,
    SHUTDOWN,
    POWER,
    COMMANDS,
    GUEST_ADDITIONS,
    CONSOLE,
    EXPORT,
    COMMUNICATOR,
    SSH,
    WINRM,
    HOST_PORT,
];

const NAME: &[Opt] = &[text("vm_name", "name of the machine; packer-BUILD with the time by default")];

const HARDWARE: &[Opt] = &[
    text("guest_os_type", "system that VirtualBox prepares the machine for, such as Ubuntu_64; Other by default"),
    integer("cpus", "number of processors; 1 by default"),
    integer("memory", "memory in MiB; 512 by default"),
    text("sound", "sound driver of this host; none by default"),
    choice("audio_controller", &["ac97", "hda", "sb16", "none"], "sound card; ac97 by default"),
    flag("usb", "give the machine a USB controller"),
    choice("usb_controller", &["ohci", "ehci", "xhci", "none"], "USB controller; ehci by default"),
    choice("mouse", &["ps2", "usb", "usbtablet", "usbmultitouch"], "mouse; ps2 by default"),
    choice("keyboard", &["ps2", "usb"], "keyboard; ps2 by default"),
    choice("chipset", &["piix3", "ich9", "armv8", "armv8virtual"], "chipset; piix3 by default"),
    choice("firmware", &["bios", "efi"], "firmware; bios by default"),
    trilean("nested_virt", "whether the guest can run machines itself; VirtualBox decides by default"),
    choice("rtc_time_base", &["UTC", "local"], "time of the machine's clock; local by default"),
    choice(
        "nic_type",
        &["82540EM", "82543GC", "82545EM", "Am79C970A", "Am79C973", "Am79C960", "virtio", "usbnet"],
        "network card; 82540EM by default",
    ),
    choice(
        "gfx_controller",
        &["vboxvga", "vboxsvga", "vmsvga", "qemuramfb", "none"],
        "graphics card; what suits the guest's system by default",
    ),
    integer("gfx_vram_size", "memory of the graphics card in MiB, 1 to 128; 4 by default"),
    flag("gfx_accelerate_3d", "let the graphics card draw in 3D"),
    text("gfx_efi_resolution", "resolution of UEFI, as WIDTHxHEIGHT"),
];

const DISKS: &[Opt] = &[
    integer("disk_size", "size of the disk in MB; 40000 by default"),
    integers("disk_additional_size", "sizes of further disks in MB"),
    choice(
        "hard_drive_interface",
        &["ide", "sata", "scsi", "pcie", "virtio"],
        "how the disks are attached; ide by default",
    ),
    flag("hard_drive_discard", "free blocks that the guest discards"),
    flag("hard_drive_nonrotational", "show the disks to the guest as solid-state ones"),
    choice("iso_interface", &["ide", "sata", "virtio"], "how the installer is attached; ide by default"),
    integer("sata_port_count", "ports of the SATA controller, at most 30; 1 by default"),
    integer("nvme_port_count", "ports of the NVMe controller, at most 255; 1 by default"),
];

const BUNDLE: &[Opt] =
    &[flag("bundle_iso", "leave the installer attached when the machine is exported"), KEEP_REGISTERED, SKIP_EXPORT];

const KEEP_REGISTERED: Opt = flag("keep_registered", "leave the machine in VirtualBox after the build");
const SKIP_EXPORT: Opt = flag("skip_export", "make no image of the machine");

const IMPORT: &[Opt] = &[
    text("source_path", "path or URL of the OVF or OVA to start from").required(),
    text("checksum", "checksum of the OVF or OVA, in the forms of iso_checksum"),
    text("target_path", "file that the OVA is downloaded to; the cache by default"),
    texts("import_flags", "further arguments of VBoxManage import"),
    text("import_opts", "options of VBoxManage import, such as keepallmacs"),
    KEEP_REGISTERED,
    SKIP_EXPORT,
];

const MACHINE: &[Opt] = &[
    text("vm_name", "machine of VirtualBox to start from").required(),
    text("attach_snapshot", "snapshot of the machine to start from; its current state by default"),
    text("target_snapshot", "snapshot to make at the end"),
    flag("force_delete_snapshot", "replace a snapshot of the name target_snapshot"),
    flag("keep_registered", "leave the machine as the build left it; otherwise it goes back to where it was"),
    SKIP_EXPORT,
];

const POWER: &[Opt] = &[
    duration("post_shutdown_delay", "wait after the shutdown; none by default"),
    flag("disable_shutdown", "wait until the guest shuts down by itself"),
    flag("acpi_shutdown", "press the power button to shut down"),
];

const COMMANDS: &[Opt] = &[
    rows("vboxmanage", "commands of VBoxManage before the machine starts, with .Name").late(),
    rows("vboxmanage_post", "commands of VBoxManage before the machine is exported, with .Name").late(),
    text("virtualbox_version_file", "file of the guest for VirtualBox's version; .vbox_version by default"),
];

const GUEST_ADDITIONS: &[Opt] = &[
    choice(
        "guest_additions_mode",
        &["upload", "attach", "disable"],
        "how the guest gets the additions' CD; upload by default",
    ),
    text("guest_additions_path", "where the additions are uploaded to; VBoxGuestAdditions.iso by default").late(),
    text("guest_additions_url", "path or URL of the additions' CD; the one of this host by default").late(),
    text("guest_additions_sha256", "SHA-256 of the additions' CD"),
    text("guest_additions_interface", "how the additions' CD is attached: ide, sata or virtio"),
];

const CONSOLE: &[Opt] = &[
    flag("headless", "show no window"),
    text("vrdp_bind_address", "address that the remote desktop listens on; 127.0.0.1 by default"),
    integer("vrdp_port_min", "lowest port of the remote desktop; 5900 by default"),
    integer("vrdp_port_max", "highest port of the remote desktop; 6000 by default"),
];

const EXPORT: &[Opt] = &[
    choice("format", &["ovf", "ova"], "format of the exported machine; ovf by default"),
    texts("export_opts", "further arguments of VBoxManage export"),
    text("output_directory", "folder that the machine is exported to; output-BUILD by default"),
    text("output_filename", "name of the exported files; that of the machine by default"),
];

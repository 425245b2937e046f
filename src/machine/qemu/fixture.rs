//! A plan for tests: what a template without options gives.

use std::path::PathBuf;
use std::time::Duration;

use crate::io::Context;
use crate::io::cleanup::CleanupStack;
use crate::io::journal::Journal;
use crate::io::secrets::Secrets;
use crate::plan::qemu::{DiskPlan, FirmwarePlan, QemuPlan, Topology};
use crate::plan::{BootPlan, Checksum, HttpPlan, HypervisorPlan, IsoPlan, MachinePlan, ShutdownPlan};

pub(super) fn qemu() -> QemuPlan {
    QemuPlan {
        accelerator: Some("tcg".to_owned()),
        accelerator_override: None,
        machine_type: "pc".to_owned(),
        topology: Topology::default(),
        cpu_model: None,
        memory_mib: 512,
        disk: disk(),
        cdrom_interface: None,
        net_device: "virtio-net".to_owned(),
        net_bridge: None,
        headless: true,
        display: None,
        use_default_display: false,
        vga: None,
        firmware: FirmwarePlan::Default,
        tpm: None,
        qmp_enable: false,
        qmp_socket_path: None,
        vnc_bind_address: "127.0.0.1".to_owned(),
        vnc_port_min: 5900,
        vnc_port_max: 6000,
        vnc_use_password: false,
        vnc_password: None,
        qemu_binary: "qemu-system-x86_64".to_owned(),
        arguments: Vec::new(),
        arguments_append: Vec::new(),
        host_port_min: 2222,
        host_port_max: 4444,
        skip_nat_mapping: false,
        iso_skip_cache: false,
    }
}

fn disk() -> DiskPlan {
    DiskPlan {
        size: "64M".to_owned(),
        additional_sizes: Vec::new(),
        interface: "virtio".to_owned(),
        cache: "writeback".to_owned(),
        discard: None,
        detect_zeroes: None,
        compression: false,
        skip_compaction: false,
        from_image: false,
        use_backing_file: false,
        stands_on_image: false,
        skip_resize: false,
        format: "qcow2".to_owned(),
        qemu_img_convert: Vec::new(),
        qemu_img_create: Vec::new(),
        qemu_img_resize: Vec::new(),
    }
}

pub(super) fn build(qemu: QemuPlan) -> MachinePlan {
    MachinePlan {
        iso: Some(IsoPlan {
            urls: vec!["x.iso".to_owned()],
            checksum: Checksum::None,
            target_path: None,
            target_extension: "iso".to_owned(),
        }),
        output_directory: PathBuf::from("out"),
        vm_name: "box".to_owned(),
        http: HttpPlan {
            directory: None,
            content: std::collections::BTreeMap::new(),
            port_min: 8000,
            port_max: 9000,
            bind_address: None,
        },
        cd: None,
        floppy: None,
        boot: BootPlan { wait: None, steps: Vec::new(), key_interval: None, keygroup_interval: None, disabled: false },
        hypervisor: HypervisorPlan::Qemu(Box::new(qemu)),
        guest_port: None,
        shutdown: ShutdownPlan { command: None, timeout: Duration::from_secs(300), manner: None, delay: None },
    }
}

pub(super) fn context() -> (Context, crate::event::EventReceiver) {
    let (events, receiver) = crate::event::Events::channel();
    let context = Context { events, cleanup: CleanupStack::new(Journal::none()), secrets: Secrets::default() };
    (context, receiver)
}

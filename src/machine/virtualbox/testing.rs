//! For tests: a script in place of `VBoxManage`, and plans for it.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use fs_err as fs;

use super::driver::VirtualBoxDriver;
use super::manage::Manage;
use super::version::Version;
use crate::cache::Cache;
use crate::event::{Event, EventReceiver, Events};
use crate::io::Context;
use crate::io::cleanup::CleanupStack;
use crate::io::journal::Journal;
use crate::io::secrets::Secrets;
use crate::machine::Media;
use crate::plan::virtualbox::{
    GuestAdditionsMode, GuestAdditionsNeed, GuestAdditionsPlan, HardwarePlan, VirtualBoxExport, VirtualBoxOrigin,
    VirtualBoxPlan,
};
use crate::plan::{BootPlan, HttpPlan, HypervisorPlan, MachinePlan, ShutdownPlan};
use crate::template::interpolate::{Fields, Late};

const SCRIPT: &str = include_str!("fake_manage.sh");

/// A host with a VirtualBox of make-believe.
pub(super) struct Bench {
    pub(super) folder: tempfile::TempDir,
    pub(super) context: Context,
    pub(super) journal: Journal,
    receiver: EventReceiver,
}

impl Bench {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["machines", "fail", "slow", "out", "work"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let journal = Journal::open(&folder.path().join("journal")).unwrap();
        let (events, receiver) = Events::channel();
        let cleanup = CleanupStack::new(journal.clone());
        let context = Context { events, cleanup, secrets: Secrets::default() };
        let bench = Self { folder, context, journal, receiver };
        bench.write("version", "6.1.50r161033\n");
        bench.write("VBoxManage", SCRIPT);
        fs::set_permissions(bench.path("VBoxManage"), std::fs::Permissions::from_mode(0o755)).unwrap();
        bench
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// The next call of the command fails with that text.
    pub(super) fn fail(&self, verb: &str, stderr: &str) {
        self.write(&format!("fail/{verb}"), stderr);
    }

    /// A machine that VirtualBox has already.
    pub(super) fn add_machine(&self, name: &str, state: &str) {
        self.write(&format!("machines/{name}"), state);
        self.write(&format!("machines/{name}.uuid"), &format!("uuid-of-{name}"));
        self.write(&format!("machines/{name}.folder"), "home");
    }

    pub(super) fn manage(&self, version: Version) -> Manage {
        Manage::at(self.path("VBoxManage"), version)
    }

    pub(super) fn driver(&self) -> VirtualBoxDriver {
        self.driver_of(Version::new(6, 1, 50))
    }

    pub(super) fn driver_of(&self, version: Version) -> VirtualBoxDriver {
        VirtualBoxDriver::with(Cache::at(self.path("cache")), self.manage(version))
    }

    pub(super) fn media(&self) -> Media {
        self.write("x.iso", "installer");
        Media {
            iso: Some(self.path("x.iso")),
            output_directory: self.path("out"),
            work_directory: self.path("work"),
            fields: Fields::from([("Name".to_owned(), "box".to_owned())]),
            ..Media::default()
        }
    }

    /// All calls but questions, the bench's folder shown as `~`.
    pub(super) fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("calls")).unwrap_or_default();
        let folder = self.folder.path().canonicalize().unwrap();
        let calls = text.replace(&*folder.to_string_lossy(), "~");
        let is_question = |call: &&str| call.starts_with("showvminfo") || call.starts_with("list");
        calls.lines().filter(|call| !is_question(call)).map(str::to_owned).collect()
    }

    pub(super) fn machines(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("machines")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        names.filter(|name| !name.contains('.')).collect()
    }

    pub(super) fn warnings(&mut self) -> Vec<String> {
        let events = std::iter::from_fn(|| self.receiver.try_recv().ok());
        let warnings = events.filter_map(|(_, event)| match event {
            Event::Warning { text } => Some(text),
            _ => None,
        });
        warnings.collect()
    }
}

/// What a template without options gives.
pub(super) fn hardware() -> HardwarePlan {
    HardwarePlan {
        guest_os_type: "Other".to_owned(),
        cpus: 1,
        memory_mib: 512,
        disk_sizes: vec![40_000],
        hard_drive_interface: "ide".to_owned(),
        iso_interface: "ide".to_owned(),
        sata_port_count: 1,
        nvme_port_count: 1,
        hard_drive_discard: false,
        hard_drive_nonrotational: false,
        chipset: None,
        firmware: None,
        nested_virt: None,
        rtc_time_base: None,
        nic_type: None,
        sound: "none".to_owned(),
        audio_controller: None,
        usb: false,
        usb_controller: None,
        mouse: None,
        keyboard: None,
        gfx_controller: None,
        gfx_vram_mib: None,
        gfx_accelerate_3d: false,
        gfx_efi_resolution: None,
    }
}

pub(super) fn iso(change: impl FnOnce(&mut HardwarePlan)) -> VirtualBoxPlan {
    let mut hardware = hardware();
    change(&mut hardware);
    virtualbox(VirtualBoxOrigin::Iso(Box::new(hardware)))
}

pub(super) fn virtualbox(origin: VirtualBoxOrigin) -> VirtualBoxPlan {
    VirtualBoxPlan {
        origin,
        headless: true,
        vrdp_bind_address: "127.0.0.1".to_owned(),
        vrdp_port_min: 40_000,
        vrdp_port_max: 60_000,
        host_port_min: 40_000,
        host_port_max: 60_000,
        skip_nat_mapping: false,
        commands: Vec::new(),
        commands_post: Vec::new(),
        version_file: None,
        guest_additions: GuestAdditionsPlan {
            mode: GuestAdditionsMode::Disable,
            need: GuestAdditionsNeed::None,
            path: Late::literal("additions.iso"),
            url: None,
            sha256: None,
            interface: "ide".to_owned(),
        },
        export: VirtualBoxExport {
            format: "ovf".to_owned(),
            file_name: None,
            arguments: Vec::new(),
            bundle_iso: false,
            keep_registered: false,
            skip: false,
        },
    }
}

pub(super) fn machine(plan: VirtualBoxPlan) -> MachinePlan {
    MachinePlan {
        vm_name: "box".to_owned(),
        output_directory: PathBuf::from("out"),
        iso: None,
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
        guest_port: None,
        shutdown: ShutdownPlan { command: None, timeout: Duration::from_secs(5), manner: None, delay: None },
        hypervisor: HypervisorPlan::VirtualBox(Box::new(plan)),
    }
}

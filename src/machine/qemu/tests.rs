//! The driver with a real QEMU.

use std::path::PathBuf;

use super::*;
use crate::cache::Cache;
use crate::event::{Event, EventReceiver};
use crate::io::Context;
use crate::machine::{Driver, Error, Machine, Media};
use crate::plan::MachinePlan;
use crate::plan::qemu::{FirmwarePlan, TpmPlan};
use crate::process::tool_or_skip;

struct Bench {
    folder: tempfile::TempDir,
    context: Context,
    receiver: EventReceiver,
}

impl Bench {
    /// `None` without QEMU.
    fn new() -> Option<Self> {
        tool_or_skip("qemu-system-x86_64")?;
        let (context, receiver) = fixture::context();
        Some(Self { folder: tempfile::tempdir().unwrap(), context, receiver })
    }

    async fn create(&self, plan: &MachinePlan) -> QemuMachine {
        self.create_from(plan, None).await
    }

    /// With an installer that holds nothing.
    async fn create_with_disc(&self, plan: &MachinePlan) -> QemuMachine {
        let disc = self.folder.path().join("empty.iso");
        fs_err::write(&disc, vec![0; 65536]).unwrap();
        self.create_from(plan, Some(disc)).await
    }

    async fn create_from(&self, plan: &MachinePlan, iso: Option<PathBuf>) -> QemuMachine {
        let folder = |name: &str| {
            let path = self.folder.path().join(name);
            fs_err::create_dir_all(&path).unwrap();
            path
        };
        let (output_directory, work_directory) = (folder("out"), folder("work"));
        let media = Media { iso, output_directory, work_directory, ..Media::default() };
        let cache = Cache::at(self.folder.path().join("cache"));
        QemuDriver { cache }.create(plan, &media, &self.context).await.unwrap()
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.receiver.try_recv().ok().map(|(_, event)| event)).collect()
    }
}

#[tokio::test]
async fn an_empty_machine_starts_shows_its_screen_takes_keys_and_ends() {
    let Some(mut bench) = Bench::new() else { return };
    let mut machine = bench.create(&fixture::build(fixture::qemu())).await;
    machine.start().await.unwrap();
    let picture = bench.folder.path().join("screen.png");
    machine.screenshot(&picture).await.unwrap();
    assert_eq!(fs_err::read(&picture).unwrap()[..4], *b"\x89PNG");
    let actions = crate::keys::parse("ab<enter>").unwrap();
    let mut done = 0;
    machine.send_keys(&actions, |count| done = count).await.unwrap();
    assert_eq!(done, 3);
    machine.request_shutdown().await.unwrap();
    machine.power_off().await.unwrap();
    machine.wait_stopped().await.unwrap();
    let image = machine.export().await.unwrap().unwrap();
    assert_eq!(image.disks[0].virtual_size_bytes, 64 << 20);
    assert_eq!(image.disks[0].path, bench.folder.path().join("out/box"));
    let events = bench.events();
    assert!(events.iter().any(|event| matches!(event, Event::MachineStarted { console: Some(_), .. })));
    assert_eq!(format!("{:?}", bench.context.cleanup).matches("end QEMU").count(), 0);
}

#[tokio::test]
async fn a_machine_that_does_not_start_shows_what_qemu_said() {
    let Some(bench) = Bench::new() else { return };
    let mut qemu = fixture::qemu();
    qemu.net_device = "no-such-card".to_owned();
    let mut machine = bench.create(&fixture::build(qemu)).await;
    let error = machine.start().await.unwrap_err();
    assert!(matches!(error, Error::Hypervisor { .. }));
    assert!(error.to_string().contains("'no-such-card' is not a valid device model name"), "{error}");
}

#[tokio::test]
async fn a_machine_that_is_killed_is_an_error() {
    let Some(mut bench) = Bench::new() else { return };
    let mut machine = bench.create(&fixture::build(fixture::qemu())).await;
    machine.start().await.unwrap();
    let Some(Event::MachineStarted { process: Some(process), .. }) = bench.events().into_iter().next_back() else {
        panic!("it started")
    };
    crate::io::journal::Resource::process(process).remove().unwrap();
    let error = machine.wait_stopped().await.unwrap_err();
    assert!(error.to_string().contains("QEMU broke down"), "{error}");
}

#[tokio::test]
async fn cleanup_ends_a_machine_that_runs() {
    let Some(bench) = Bench::new() else { return };
    let mut machine = bench.create(&fixture::build(fixture::qemu())).await;
    machine.start().await.unwrap();
    let failures = bench.context.cleanup.unwind(&bench.context.events).await;
    assert!(failures.is_empty(), "{failures:?}");
    machine.wait_stopped().await.unwrap_err();
}

#[tokio::test]
async fn a_uefi_machine_has_a_variable_store_of_its_own() {
    let Some(bench) = Bench::new() else { return };
    let mut qemu = fixture::qemu();
    qemu.firmware = FirmwarePlan::Efi { code: None, variables: None, drop_variables: false };
    let wanted = firmware::Wanted { architecture: "x86_64".to_owned(), machine_type: "pc".to_owned() };
    if firmware::pairs(&wanted).is_empty() {
        println!("skipped: there is no UEFI firmware");
        return;
    }
    let mut machine = bench.create(&fixture::build(qemu)).await;
    machine.start().await.unwrap();
    machine.power_off().await.unwrap();
    let image = machine.export().await.unwrap().unwrap();
    assert_eq!(image.efi_variables, Some(bench.folder.path().join("out/efivars.fd")));
    assert!(machine.dropped_files().is_empty());
}

#[tokio::test]
async fn every_disk_interface_starts() {
    let Some(bench) = Bench::new() else { return };
    for interface in ["ide", "sata", "scsi", "virtio", "virtio-scsi"] {
        for cdrom in [None, Some("ide"), Some("sata"), Some("virtio"), Some("virtio-scsi")] {
            let mut qemu = fixture::qemu();
            qemu.disk.interface = interface.to_owned();
            qemu.disk.additional_sizes = vec!["1M".to_owned()];
            qemu.cdrom_interface = cdrom.map(str::to_owned);
            qemu.vnc_use_password = true;
            let mut machine = bench.create_with_disc(&fixture::build(qemu)).await;
            let started = machine.start().await;
            assert!(started.is_ok(), "disk on {interface}, CD on {cdrom:?}: {}", started.unwrap_err());
            machine.power_off().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_software_tpm_lives_as_long_as_the_machine() {
    let Some(bench) = Bench::new() else { return };
    if tool_or_skip("swtpm").is_none() {
        return;
    }
    for version_1 in [false, true] {
        let mut qemu = fixture::qemu();
        qemu.tpm = Some(TpmPlan { device_type: "tpm-tis".to_owned(), version_1 });
        let mut machine = bench.create(&fixture::build(qemu)).await;
        machine.start().await.unwrap();
        assert!(format!("{:?}", bench.context.cleanup).contains("end swtpm"));
        machine.power_off().await.unwrap();
        assert!(!format!("{:?}", bench.context.cleanup).contains("end swtpm"));
    }
}

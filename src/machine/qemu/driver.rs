//! Makes QEMU machines.

use std::net::IpAddr;
use std::path::Path;

use super::arguments::{self, EFI_VARIABLES, GUEST_VIEW_OF_HOST, Runtime};
use super::firmware::Firmware;
use super::host::Host;
use super::ports::Ports;
use super::vm::{QemuMachine, State};
use super::{bridge, disks};
use crate::cache::Cache;
use crate::event::Event;
use crate::io::Context;
use crate::io::secrets::Secret;
use crate::machine::{Driver, Error, Media};
use crate::plan::MachinePlan;
use crate::plan::qemu::QemuPlan;

/// The longest path that a Unix socket may have, in bytes, on the strictest system.
const SOCKET_PATH_LIMIT: usize = 103;
/// VNC's passwords are cut to this length, which would make longer ones a false promise.
const VNC_PASSWORD_LENGTH: usize = 8;

/// QEMU on this host.
#[derive(Clone, Debug)]
pub struct QemuDriver {
    pub cache: Cache,
}

impl Driver for QemuDriver {
    type Machine = QemuMachine;

    async fn http_address(&self, plan: &MachinePlan) -> Result<IpAddr, Error> {
        match &arguments::qemu_plan(plan).net_bridge {
            Some(bridge) => bridge::host_address(bridge).await,
            None => Ok(GUEST_VIEW_OF_HOST.parse().expect("the constant is an address")),
        }
    }

    async fn create(&self, plan: &MachinePlan, media: &Media, context: &Context) -> Result<QemuMachine, Error> {
        let qemu = arguments::qemu_plan(plan);
        check_socket_paths(&media.work_directory)?;
        let vnc_password = vnc_password(qemu)?;
        let host = Host::examine(plan, &self.cache).await?;
        announce(&host, context);
        let firmware =
            host.firmware.clone().map(|firmware| copy_store(firmware, &media.output_directory)).transpose()?;
        let disks = arguments::disk_paths(plan, &qemu.disk, &media.output_directory);
        let source = disk_source(qemu, media)?;
        let beneath = disks::create(&qemu.disk, &disks, source, &context.events).await?;
        let ports = Ports::take(&self.cache.port_folder(), plan, qemu, &context.cleanup)?;
        let runtime = runtime(qemu, media, host, firmware);
        let (plan, context) = (plan.clone(), context.clone());
        let port_locks = self.cache.port_folder();
        Ok(QemuMachine { plan, runtime, context, port_locks, ports, disks, beneath, vnc_password, state: State::Off })
    }
}

fn check_socket_paths(work_directory: &Path) -> Result<(), Error> {
    let length = work_directory.join(arguments::QMP_SOCKET).as_os_str().len();
    if length <= SOCKET_PATH_LIMIT {
        return Ok(());
    }
    Err(Error::Host {
        message: format!(
            "the path of the work folder {} is too long for sockets; set TMPDIR to a shorter one",
            work_directory.display()
        ),
    })
}

/// The template's, or one made up for this machine.
fn vnc_password(qemu: &QemuPlan) -> Result<Option<Secret>, Error> {
    match &qemu.vnc_password {
        _ if !qemu.vnc_use_password => Ok(None),
        Some(password) if password.reveal().chars().count() > VNC_PASSWORD_LENGTH => {
            Err(Error::Plan { message: format!("`vnc_password` may have {VNC_PASSWORD_LENGTH} characters at most") })
        }
        Some(password) => Ok(Some(password.clone())),
        None => Ok(Some(Secret::new(format!("{:08}", rand::random_range(0..100_000_000))))),
    }
}

fn announce(host: &Host, context: &Context) {
    let (accelerator, reason) = (host.accelerator.name.clone(), host.accelerator_reason.clone());
    context.events.send(Event::AcceleratorChosen { accelerator, reason });
    for warning in &host.warnings {
        context.events.warn(warning.clone());
    }
}

/// The image that the first disk starts from.
fn disk_source<'a>(qemu: &QemuPlan, media: &'a Media) -> Result<Option<&'a Path>, Error> {
    match &media.iso {
        _ if !qemu.disk.from_image => Ok(None),
        Some(image) => Ok(Some(image)),
        None => Err(Error::Plan {
            message: "`disk_image` needs the image as a file: leave out `iso_skip_cache`".to_owned(),
        }),
    }
}

/// The machine writes to its store, so it gets one of its own; it belongs to the artifact.
fn copy_store(firmware: Firmware, output_directory: &Path) -> Result<Firmware, Error> {
    let template = &firmware.variables.path;
    let store = output_directory.join(EFI_VARIABLES);
    // Read and written, not copied: templates are often read-only, and their mode would come along.
    let bytes = fs_err::read(template).map_err(Error::io("read the UEFI variable store"))?;
    fs_err::write(&store, bytes).map_err(Error::io("write the machine's UEFI variable store"))?;
    Ok(firmware.with_store(store))
}

fn runtime(qemu: &QemuPlan, media: &Media, host: Host, firmware: Option<Firmware>) -> Runtime {
    let path = || media.iso.as_ref().map(|path| path.to_string_lossy().into_owned());
    let installer = media.iso_url.clone().or_else(path).filter(|_| !qemu.disk.from_image);
    Runtime {
        accelerator: host.accelerator,
        installer,
        cd: media.cd.clone(),
        floppy: media.floppy.clone(),
        output_directory: media.output_directory.clone(),
        work_directory: media.work_directory.clone(),
        host_port: "0".to_owned(),
        vnc_display: "0".to_owned(),
        display: host.display,
        firmware,
        fields: media.fields.clone(),
    }
}

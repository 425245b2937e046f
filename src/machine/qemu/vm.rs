//! One QEMU machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::arguments::{self, CommandLine, Runtime, VNC_SOCKET};
use super::launch::{self, Process};
use super::ports::Ports;
use super::tpm::Tpm;
use super::{bridge, disks};
use crate::artifact::{Hardware, MachineImage};
use crate::event::Event;
use crate::io::Context;
use crate::io::secrets::Secret;
use crate::keys::BootAction;
use crate::machine::{Error, Machine};
use crate::plan::MachinePlan;
use crate::plan::qemu::{FirmwarePlan, QemuPlan};
use crate::screen::rfb::Client;
use crate::screen::typing;

/// How often a port may turn out to be taken in the moment between our letting go and QEMU's taking it.
const PORT_ATTEMPTS: usize = 3;

/// The pause after each key event where neither the template nor the environment names one. Packer's is
/// ten times as long; boot menus and boot loaders' prompts were found to take keys at this pace even under
/// emulation on a loaded host.
const KEY_INTERVAL: Duration = Duration::from_millis(10);

/// A machine of QEMU's.
#[derive(Debug)]
pub struct QemuMachine {
    pub(super) plan: MachinePlan,
    pub(super) runtime: Runtime,
    pub(super) context: Context,
    pub(super) port_locks: PathBuf,
    pub(super) ports: Ports,
    pub(super) disks: Vec<PathBuf>,
    pub(super) beneath: Option<disks::Beneath>,
    pub(super) vnc_password: Option<Secret>,
    pub(super) state: State,
}

#[derive(Debug, Default)]
pub(super) enum State {
    #[default]
    Off,
    Running(Box<Running>),
}

#[derive(Debug)]
pub(super) struct Running {
    process: Process,
    tpm: Option<Tpm>,
}

impl QemuMachine {
    fn qemu(&self) -> &QemuPlan {
        arguments::qemu_plan(&self.plan)
    }

    fn running(&mut self) -> Result<&mut Process, Error> {
        match &mut self.state {
            State::Running(running) => Ok(&mut running.process),
            State::Off => Err(Error::Hypervisor { message: "the machine is off".to_owned(), stderr: String::new() }),
        }
    }

    /// The command line with the ports that are taken now.
    fn command_line(&mut self) -> Result<CommandLine, Error> {
        self.runtime.host_port = self.ports.host_port().to_string();
        self.runtime.vnc_display = self.ports.vnc_display().to_string();
        arguments::command_line(&self.plan, &self.runtime)
    }

    async fn launch(&mut self) -> Result<(Process, CommandLine), Error> {
        let mut attempts = 1;
        loop {
            let line = self.command_line()?;
            self.ports.release_sockets();
            match launch::launch(&line.to_cmd(), &self.runtime.work_directory, &self.context).await {
                Err(Error::Hypervisor { stderr, .. }) if attempts < PORT_ATTEMPTS && is_port_taken(&stderr) => {
                    attempts += 1;
                    let plan = self.plan.clone();
                    self.ports =
                        Ports::take(&self.port_locks, &plan, arguments::qemu_plan(&plan), &self.context.cleanup)?;
                }
                result => return Ok((result?, line)),
            }
        }
    }

    async fn set_vnc_password(&mut self) -> Result<(), Error> {
        let Some(password) = self.vnc_password.clone() else { return Ok(()) };
        let command = qapi_qmp::change_vnc_password { password: password.reveal().to_owned() };
        self.running()?.execute(command).await.map(|_| ())
    }

    fn tell_started(&self, process: u32, line: &CommandLine, printed: &str) {
        for warning in &line.warnings {
            self.context.events.warn(warning.clone());
        }
        for text in printed.lines() {
            self.context.events.debug(format!("QEMU: {text}"));
        }
        let command = self.context.secrets.mask(&line.to_cmd().to_string());
        let console = Some(format!("vnc://{}", self.vnc_text()));
        self.context.events.send(Event::MachineStarted { process: Some(process), command, console });
    }

    /// Where to watch the machine. A password that was made up is told; it is of no use otherwise.
    fn vnc_text(&self) -> String {
        let address = format!("{}:{}", self.qemu().vnc_bind_address, self.ports.vnc_port());
        match &self.vnc_password {
            Some(password) if self.qemu().vnc_password.is_none() => {
                format!("{address} (password {})", password.reveal())
            }
            _ => address,
        }
    }

    async fn set_off(&mut self) {
        if let State::Running(running) = std::mem::take(&mut self.state)
            && let Some(tpm) = running.tpm
        {
            tpm.end(&self.context.cleanup).await;
        }
    }
}

fn is_port_taken(stderr: &str) -> bool {
    stderr.contains("Address already in use") || stderr.contains("Could not set up host forwarding rule")
}

fn key_interval(template: Option<Duration>) -> Duration {
    let environment = || environment_interval(&std::env::var("PACKER_KEY_INTERVAL").ok()?);
    template.or_else(environment).unwrap_or(KEY_INTERVAL)
}

/// The variable has the form of a wait in a boot command, so that reader reads it.
fn environment_interval(text: &str) -> Option<Duration> {
    match crate::keys::parse(&format!("<wait{text}>")).ok()?[..] {
        [BootAction::Wait(interval)] => Some(interval),
        _ => None,
    }
}

impl Machine for QemuMachine {
    async fn start(&mut self) -> Result<(), Error> {
        let tpm = match self.qemu().tpm.clone() {
            Some(plan) => Some(Tpm::start(&plan, &self.runtime.work_directory, &self.context.cleanup).await?),
            None => None,
        };
        let (process, line) = self.launch().await?;
        let (pid, printed) = (process.pid(), process.printed());
        self.state = State::Running(Box::new(Running { process, tpm }));
        self.set_vnc_password().await?;
        self.tell_started(pid, &line, &printed);
        Ok(())
    }

    async fn send_keys(&mut self, actions: &[BootAction], report: impl FnMut(usize) + Send) -> Result<(), Error> {
        let socket = self.runtime.work_directory.join(VNC_SOCKET);
        let interval = self.plan.boot.key_interval;
        let process = self.running()?;
        let failed = |error| process.error(crate::error::chain(&error));
        let mut client = Client::connect_unix(&socket).await.map_err(failed)?;
        typing::type_keys(&mut client, actions, key_interval(interval), report).await.map_err(failed)?;
        client.close().await;
        Ok(())
    }

    async fn guest_address(&mut self, guest_port: u16) -> Result<(String, u16), Error> {
        if self.qemu().net_bridge.is_some() {
            return Ok((bridge::guest_address(self.running()?).await?, guest_port));
        }
        let forwarded = self.ports.host_port();
        Ok(("127.0.0.1".to_owned(), if forwarded == 0 { guest_port } else { forwarded }))
    }

    async fn screenshot(&mut self, path: &Path) -> Result<(), Error> {
        let filename = std::path::absolute(path).map_err(Error::io("find the current folder"))?;
        let filename = filename.to_string_lossy().into_owned();
        let format = Some(qapi_qmp::ImageFormat::png);
        let command = qapi_qmp::screendump { device: None, format, head: None, filename };
        self.running()?.execute(command).await.map(|_| ())
    }

    async fn wait_stopped(&mut self) -> Result<(), Error> {
        let State::Running(running) = &mut self.state else { return Ok(()) };
        running.process.wait().await?;
        self.set_off().await;
        Ok(())
    }

    async fn request_shutdown(&mut self) -> Result<(), Error> {
        self.running()?.execute(qapi_qmp::system_powerdown {}).await.map(|_| ())
    }

    async fn power_off(&mut self) -> Result<(), Error> {
        if let State::Running(running) = &mut self.state {
            running.process.end().await;
        }
        self.set_off().await;
        Ok(())
    }

    async fn export(&mut self) -> Result<Option<MachineImage>, Error> {
        let qemu = self.qemu();
        let disks = disks::finish(&qemu.disk, &self.disks, self.beneath.as_ref(), &self.context.events).await?;
        let dropped = self.dropped_files();
        let firmware = self.runtime.firmware.as_ref();
        let store = firmware.map(|firmware| firmware.variables.path.clone()).filter(|path| !dropped.contains(path));
        let (processors, memory_mib) = (qemu.topology.processors(), qemu.memory_mib);
        let hardware = Hardware { name: self.plan.vm_name.clone(), processors, memory_mib };
        Ok(Some(MachineImage {
            disks,
            accelerator: self.runtime.accelerator.name.clone(),
            efi_variables: store,
            efi_code: firmware.map(|firmware| firmware.code.path.clone()),
            hardware: Some(hardware),
        }))
    }

    fn dropped_files(&self) -> Vec<PathBuf> {
        let drop = matches!(self.qemu().firmware, FirmwarePlan::Efi { drop_variables: true, .. });
        let store = self.runtime.firmware.as_ref().map(|firmware| firmware.variables.path.clone());
        store.filter(|_| drop).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environments_interval_is_a_duration() {
        assert_eq!(environment_interval("50ms"), Some(Duration::from_millis(50)));
        assert_eq!(environment_interval("fast"), None);
    }
}

//! Running `VBoxManage`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::process::Child;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::calls::Call;
use super::failure::Failure;
use super::parse::{self, Banner, MachineInfo};
use super::version::{OLDEST, Version};
use crate::io::cleanup::CleanupStack;
use crate::io::journal::Registered;
use crate::machine::Error;
use crate::process::{self, Cmd, Output, find_program};

const PROGRAM: &str = "VBoxManage";

/// Most calls take a tenth of a second; on a loaded host they take long, but none takes this long.
const LIMIT: Duration = Duration::from_secs(120);

/// How long a process that is about to let go of a machine may take for it.
const LOCK_LIMIT: Duration = Duration::from_secs(30);
const LOCK_STEP: Duration = Duration::from_millis(200);

/// How long the service may be occupied with a machine whose caller has just died.
const READY_LIMIT: Duration = Duration::from_secs(10);

/// How long VirtualBox may take to give up a long work that is interrupted.
const INTERRUPT_LIMIT: Duration = Duration::from_secs(20);

/// What says which of the user's VirtualBox services is meant, and where it keeps its machines.
const SERVICE_VARIABLES: [&str; 4] = ["VBOX_USER_HOME", "VBOX_IPC_SOCKETID", "HOME", "XDG_CONFIG_HOME"];

/// `VBoxManage` of this host.
#[derive(Clone, Debug)]
pub(super) struct Manage {
    program: PathBuf,
    version: Version,
    /// What says which service is meant, where it is not the one of our own environment.
    service: BTreeMap<String, Option<String>>,
}

impl Manage {
    /// Finds it and asks for its version.
    pub(super) async fn locate() -> Result<Self, Error> {
        let program = find().ok_or_else(not_installed)?;
        let version = version_of(&program).await?;
        Ok(Self::at(program, version))
    }

    /// One that is known.
    pub(super) fn at(program: PathBuf, version: Version) -> Self {
        Self { program, version, service: BTreeMap::new() }
    }

    /// The service that a former run talked to.
    pub(super) fn of_former_run(registered: &Registered, version: Version) -> Self {
        Self { service: registered.environment.clone(), ..Self::at(registered.program.clone(), version) }
    }

    pub(super) fn version(&self) -> Version {
        self.version
    }

    pub(super) fn cmd(&self, call: &Call) -> Cmd {
        self.service.iter().fold(Cmd::new(&self.program).args(call.arguments()), |cmd, (name, value)| match value {
            Some(value) => cmd.env(name, value),
            None => cmd.env_remove(name),
        })
    }

    /// One call; what it prints.
    pub(super) async fn ask(&self, call: &Call) -> Result<String, Failure> {
        let cmd = self.cmd(call).deadline(LIMIT);
        let output = cmd.output().await.map_err(Failure::Process)?;
        judged(&cmd, output)
    }

    /// One call that may come while another process still holds the machine.
    pub(super) async fn run(&self, machine: &str, call: &Call) -> Result<String, Failure> {
        let deadline = Instant::now() + LOCK_LIMIT;
        loop {
            match self.ask(call).await {
                Err(failure) if failure.is_locked() => self.unlocked(machine, failure, deadline).await?,
                result => return result,
            }
        }
    }

    /// Waits until nobody holds the machine. One that runs will not be let go of; then the failure stands.
    async fn unlocked(&self, machine: &str, failure: Failure, deadline: Instant) -> Result<(), Failure> {
        loop {
            let info = self.info(machine).await?;
            if info.is_on() && !info.is_going_off() || Instant::now() >= deadline {
                return Err(failure);
            }
            tokio::time::sleep(LOCK_STEP).await;
            if !info.is_locked {
                return Ok(());
            }
        }
    }

    pub(super) async fn info(&self, machine: &str) -> Result<MachineInfo, Failure> {
        let call = Call::on("showvminfo", machine).arg("--machinereadable");
        let deadline = Instant::now() + READY_LIMIT;
        loop {
            match self.ask(&call).await {
                Err(failure) if failure.is_not_ready() && Instant::now() < deadline => {
                    tokio::time::sleep(LOCK_STEP).await;
                }
                answer => return answer.map(|text| parse::machine_info(&text)),
            }
        }
    }

    /// One call of a sequence, in its own time.
    pub(super) async fn carry_out(
        &self,
        machine: &str,
        call: &Call,
        folder: &Path,
        cleanup: &CleanupStack,
    ) -> Result<String, Failure> {
        if call.may_take_long() {
            return self.run_long(machine, call, folder, cleanup).await;
        }
        self.run(machine, call).await
    }

    /// A call that works long inside VirtualBox's service, which goes on when its caller is killed. If it is dropped
    /// half-way, the cleanup asks it to stop and waits until it has. Its output goes through `folder`, so that it can
    /// still write when nobody listens.
    async fn run_long(
        &self,
        machine: &str,
        call: &Call,
        folder: &Path,
        cleanup: &CleanupStack,
    ) -> Result<String, Failure> {
        let deadline = Instant::now() + LOCK_LIMIT;
        loop {
            match self.run_interruptible(call, folder, cleanup).await {
                Err(failure) if failure.is_locked() => self.unlocked(machine, failure, deadline).await?,
                result => return result,
            }
        }
    }

    async fn run_interruptible(&self, call: &Call, folder: &Path, cleanup: &CleanupStack) -> Result<String, Failure> {
        let cmd = self.cmd(call);
        let files = OutputFiles::create(folder)?;
        let child = cmd.spawn(files.stdout()?, files.stderr()?).map_err(Failure::Process)?;
        let child = Arc::new(Mutex::new(child));
        let theirs = Arc::clone(&child);
        let label = format!("stop `{PROGRAM} {}`", call.words().first().map_or("", String::as_str));
        let entry = cleanup.push(label, move || async move { interrupt(&mut *theirs.lock().await).await });
        let status = child.lock().await.wait().await;
        cleanup.keep(entry);
        let status = status.map_err(|source| process::Error::Read { command: cmd.to_string(), source });
        let (stdout, stderr) = files.read()?;
        judged(&cmd, Output { status: status.map_err(Failure::Process)?, stdout, stderr })
    }
}

/// What a later run needs to remove the machine.
pub(super) fn registered(manage: &Manage, machine: &str) -> Registered {
    let environment = SERVICE_VARIABLES.iter().map(|&name| (name.to_owned(), std::env::var(name).ok()));
    Registered {
        program: manage.program.clone(),
        environment: environment.collect(),
        machine: machine.to_owned(),
        folder: None,
        disks: Vec::new(),
        forget: Vec::new(),
        restore: None,
    }
}

fn judged(cmd: &Cmd, output: Output) -> Result<String, Failure> {
    // Some failing calls give 0.
    if output.status.success() && parse::errors(&output.stderr).is_empty() {
        return Ok(output.stdout);
    }
    Err(Failure::Refused { command: cmd.to_string(), status: output.status, stderr: output.stderr })
}

/// Asks it to stop what the service does for it, and waits for that.
async fn interrupt(child: &mut Child) -> Result<(), String> {
    let number = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
    if let Some(group) = number {
        // It fails only when the process is gone.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::INT);
    }
    if tokio::time::timeout(INTERRUPT_LIMIT, child.wait()).await.is_err() {
        child.kill().await.map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// By PATH; on Windows first in the folder that the installer names.
pub(super) fn find() -> Option<PathBuf> {
    let installed = ["VBOX_INSTALL_PATH", "VBOX_MSI_INSTALL_PATH"].iter().filter_map(std::env::var_os);
    let folders = installed.filter(|_| cfg!(windows)).collect::<Vec<_>>();
    let mut folders = folders.iter().flat_map(std::env::split_paths);
    folders.find_map(|folder| find_program(folder.join(PROGRAM))).or_else(|| find_program(PROGRAM))
}

fn not_installed() -> Error {
    Error::Host {
        message: format!(
            "VirtualBox is not installed: `{PROGRAM}` is not on PATH; install VirtualBox, or add its folder to PATH"
        ),
    }
}

pub(super) async fn version_of(program: &Path) -> Result<Version, Error> {
    let output = Cmd::new(program).arg("--version").deadline(LIMIT).output().await?;
    match parse::banner(&output.stdout, &output.stderr) {
        Banner::Version(version) if version < OLDEST => {
            Err(Error::Host { message: format!("VirtualBox {version} is too old; install {OLDEST} or a later one") })
        }
        Banner::Version(version) => Ok(version),
        Banner::NoModule => Err(Error::Host { message: super::failure::NO_MODULE.to_owned() }),
        Banner::Unknown => Err(Error::Host {
            message: format!(
                "`{} --version` tells no version: {}",
                program.display(),
                process::tail(format!("{}{}", output.stdout, output.stderr).trim())
            ),
        }),
    }
}

/// What a long call prints.
struct OutputFiles {
    stdout: PathBuf,
    stderr: PathBuf,
}

impl OutputFiles {
    fn create(folder: &Path) -> Result<Self, Failure> {
        let files = Self { stdout: folder.join("vboxmanage.out"), stderr: folder.join("vboxmanage.err") };
        for path in [&files.stdout, &files.stderr] {
            fs_err::write(path, "").map_err(Failure::Output)?;
        }
        Ok(files)
    }

    fn stdout(&self) -> Result<Stdio, Failure> {
        appending(&self.stdout)
    }

    fn stderr(&self) -> Result<Stdio, Failure> {
        appending(&self.stderr)
    }

    fn read(&self) -> Result<(String, String), Failure> {
        let text = |path: &Path| fs_err::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ok((text(&self.stdout).map_err(Failure::Output)?, text(&self.stderr).map_err(Failure::Output)?))
    }
}

fn appending(path: &Path) -> Result<Stdio, Failure> {
    let file = fs_err::OpenOptions::new().append(true).open(path).map_err(Failure::Output)?;
    Ok(Stdio::from(file.into_parts().0))
}

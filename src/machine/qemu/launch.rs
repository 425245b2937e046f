//! The QEMU process: started, watched and ended together with its control connection.
//!
//! QEMU connects to a socket of ours, so there is nothing to poll: either the greeting comes, or the
//! process ends and its own words tell why.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use fs_err as fs;
use qapi_qmp::QmpCommand;
use tokio::net::{UnixListener, UnixStream};
use tokio::process::Child;

use super::arguments::QMP_SOCKET;
use super::events;
use super::qmp::{self, Event, Qmp};
use crate::io::Context;
use crate::io::cleanup::{CleanupId, CleanupStack};
use crate::io::journal::Resource;
use crate::machine::Error;
use crate::process::{self, Cmd};

/// The file in the work directory that gets what QEMU prints.
pub const QEMU_LOG: &str = "qemu.log";

/// How long QEMU may take to greet. It does so before any guest code runs.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long it may take to write its disk caches out and end.
const QUIT_LIMIT: Duration = Duration::from_secs(20);

/// A running QEMU.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    pid: u32,
    /// Kills the process group; goes when the process has ended.
    entry: CleanupId,
    cleanup: CleanupStack,
    /// `None` once QEMU closed it.
    qmp: Option<Qmp<UnixStream>>,
    log: PathBuf,
    /// Why QEMU says that it ends.
    shutdown_reason: Option<String>,
}

/// Starts QEMU and waits for its greeting.
pub(super) async fn launch(command: &Cmd, work_directory: &Path, context: &Context) -> Result<Process, Error> {
    let listener = listen(&work_directory.join(QMP_SOCKET))?;
    let log = work_directory.join(QEMU_LOG);
    // Words of an attempt before this one would be taken for this one's.
    let _ = fs::remove_file(&log);
    let child = command.spawn(log_output(&log)?, log_output(&log)?)?;
    let pid = child.id().unwrap_or_default();
    let cleanup = context.cleanup.clone();
    let entry =
        cleanup.push_resource("end QEMU", Resource::process(pid)).map_err(Error::io("note the QEMU process"))?;
    let mut process = Process { child, pid, entry, cleanup, qmp: None, log, shutdown_reason: None };
    match process.greet(listener).await {
        Ok(()) => Ok(process),
        Err(error) => {
            process.kill().await;
            Err(error)
        }
    }
}

fn listen(socket: &Path) -> Result<UnixListener, Error> {
    // Left by an attempt before this one.
    let _ = fs::remove_file(socket);
    UnixListener::bind(socket).map_err(Error::io(format!("listen on {}", socket.display())))
}

fn log_output(log: &Path) -> Result<Stdio, Error> {
    let file = fs::OpenOptions::new().create(true).append(true).open(log).map_err(Error::io("write QEMU's log"))?;
    Ok(file.into_file().into())
}

impl Process {
    async fn greet(&mut self, listener: UnixListener) -> Result<(), Error> {
        let open = async {
            let (stream, _) = listener.accept().await.map_err(|source| qmp::Error::Read { source })?;
            Qmp::open(stream).await
        };
        let outcome = tokio::select! {
            status = self.child.wait() => return Err(self.ended("QEMU did not start", status)),
            outcome = tokio::time::timeout(START_LIMIT, open) => outcome,
        };
        match outcome {
            Ok(Ok(qmp)) => self.qmp = Some(qmp),
            Ok(Err(qmp::Error::Closed | qmp::Error::Read { .. })) => {
                let status = self.child.wait().await;
                return Err(self.ended("QEMU did not start", status));
            }
            Ok(Err(error)) => return Err(self.error(crate::error::chain(&error))),
            Err(_) => {
                return Err(self.error(format!("QEMU did not get ready within {} s", START_LIMIT.as_secs())));
            }
        }
        Ok(())
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Runs a QMP command.
    pub(super) async fn execute<C: QmpCommand>(&mut self, command: C) -> Result<C::Ok, Error> {
        let Some(qmp) = &mut self.qmp else { return Err(self.error("QEMU has ended".to_owned())) };
        let result = qmp.execute(command).await;
        result.map_err(|error| self.error(crate::error::chain(&error)))
    }

    /// Returns when the process has ended, or when it stands still and will not go on by itself.
    pub(super) async fn wait(&mut self) -> Result<(), Error> {
        let status = loop {
            let event = match &mut self.qmp {
                None => break self.child.wait().await,
                Some(qmp) => tokio::select! {
                    status = self.child.wait() => break status,
                    event = qmp.next_event() => event,
                },
            };
            match event {
                Ok(event) => self.note(&event)?,
                Err(_) => self.qmp = None,
            }
        };
        self.drain_events().await;
        self.cleanup.keep(self.entry);
        match (&status, self.shutdown_reason.as_deref().and_then(events::unwanted_end)) {
            (Ok(_), Some(what)) => Err(self.error(what.to_owned())),
            (Ok(status), None) if status.success() => Ok(()),
            _ => Err(self.ended("QEMU broke down", status)),
        }
    }

    /// What QEMU said last: the connection ends with the process, so this does too.
    async fn drain_events(&mut self) {
        let Some(mut qmp) = self.qmp.take() else { return };
        while let Ok(event) = qmp.next_event().await {
            // A disk error does not matter any more.
            let _ = self.note(&event);
        }
    }

    fn note(&mut self, event: &Event) -> Result<(), Error> {
        if let Some(reason) = events::shutdown_reason(event) {
            self.shutdown_reason = Some(reason);
        }
        events::standstill(event).map_or(Ok(()), Err)
    }

    /// Ends it: with its caches written out if it still answers, by force otherwise.
    pub(super) async fn end(&mut self) {
        let orderly = async {
            if let Some(qmp) = &mut self.qmp {
                // An answer is not needed: QEMU ends, or it does not.
                let _ = qmp.execute(qapi_qmp::quit {}).await;
            }
            self.child.wait().await
        };
        match tokio::time::timeout(QUIT_LIMIT, orderly).await {
            Ok(Ok(_)) => self.cleanup.keep(self.entry),
            _ => self.kill().await,
        }
    }

    async fn kill(&mut self) {
        // It fails only when the process is gone, and then there is nothing to wait for.
        let _ = self.cleanup.run(self.entry).await;
        let _ = self.child.wait().await;
    }

    fn ended(&self, what: &str, status: std::io::Result<ExitStatus>) -> Error {
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        self.error(format!("{what} ({status})"))
    }

    /// An error with what QEMU printed.
    pub(super) fn error(&self, message: String) -> Error {
        Error::Hypervisor { message, stderr: self.printed() }
    }

    /// The end of what QEMU printed so far.
    pub(super) fn printed(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        process::tail(&String::from_utf8_lossy(&text)).to_owned()
    }
}

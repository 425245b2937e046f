//! A software TPM beside the machine.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use fs_err as fs;
use tokio::process::Child;

use super::arguments::TPM_SOCKET;
use crate::io::cleanup::{CleanupId, CleanupStack};
use crate::io::journal::Resource;
use crate::machine::Error;
use crate::plan::qemu::TpmPlan;
use crate::process::{self, Cmd};

const LOG: &str = "swtpm.log";
const START_LIMIT: Duration = Duration::from_secs(10);
/// swtpm tells nobody when its socket is there.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);

/// A running swtpm. It ends by itself when QEMU closes the connection.
#[derive(Debug)]
pub(super) struct Tpm {
    child: Child,
    entry: CleanupId,
}

impl Tpm {
    pub(super) async fn start(plan: &TpmPlan, work_directory: &Path, cleanup: &CleanupStack) -> Result<Self, Error> {
        let socket = work_directory.join(TPM_SOCKET);
        let log = work_directory.join(LOG);
        let command = command(plan, work_directory, &socket)?;
        let output = fs::File::create(&log).map_err(Error::io("write swtpm's log"))?;
        let child = command.spawn(Stdio::null(), output.into_file().into())?;
        let resource = Resource::process(child.id().unwrap_or_default());
        let entry = cleanup.push_resource("end swtpm", resource).map_err(Error::io("note the swtpm process"))?;
        let mut tpm = Self { child, entry };
        let ready = tokio::select! {
            _ = tpm.child.wait() => false,
            ready = tokio::time::timeout(START_LIMIT, appears(&socket)) => ready.is_ok(),
        };
        if ready {
            return Ok(tpm);
        }
        tpm.end(cleanup).await;
        let text = fs::read_to_string(&log).unwrap_or_default();
        Err(Error::Hypervisor { message: "swtpm did not start".to_owned(), stderr: process::tail(&text).to_owned() })
    }

    pub(super) async fn end(mut self, cleanup: &CleanupStack) {
        // It fails only when the process is gone already.
        let _ = cleanup.run(self.entry).await;
        let _ = self.child.wait().await;
    }
}

fn command(plan: &TpmPlan, work_directory: &Path, socket: &Path) -> Result<Cmd, Error> {
    let state = work_directory.join("tpm");
    fs::create_dir_all(&state).map_err(Error::io("make the folder of the TPM's state"))?;
    let command = Cmd::new("swtpm").args(["socket", "--tpmstate"]).arg(format!("dir={}", state.display()));
    let command = command.arg("--ctrl").arg(format!("type=unixio,path={}", socket.display()));
    Ok(command.args((!plan.version_1).then_some("--tpm2")))
}

async fn appears(socket: &Path) {
    while !socket.exists() {
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}

//! The guest: OpenSSH's server on this host, whose forced command writes down each command with its environment and the
//! files that it names, and then runs it in a folder of the trial.

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU16, Ordering};

use boxwright::process::Cmd;
use fs_err as fs;
use tempfile::TempDir;
use tokio::process::Child;

use crate::tools::tool_or_skip;

const SERVER: &str = "/usr/sbin/sshd";

/// What the servers of all trials have in common.
#[derive(Debug)]
pub(crate) struct Keys {
    folder: TempDir,
    /// The only one that can log in where the tests are not run by root.
    pub(crate) user: String,
}

/// A server for one trial; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Guest {
    _process: Child,
    pub(crate) port: u16,
}

impl Keys {
    /// `None` where OpenSSH is not installed, or may not run.
    pub(crate) async fn make() -> Option<Self> {
        tool_or_skip(SERVER)?;
        tool_or_skip("ssh-keygen")?;
        let user = Cmd::new("id").arg("-un").run().await.unwrap().stdout.trim().to_owned();
        let keys = Self { folder: tempfile::tempdir().unwrap(), user };
        for name in ["host", "user"] {
            let keygen = Cmd::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]);
            keygen.arg(keys.path(name)).run().await.unwrap();
        }
        fs::write(keys.path("check"), keys.configuration(Path::new("/"), 22)).unwrap();
        let check = Cmd::new(SERVER).arg("-t").arg("-f").arg(keys.path("check")).run().await;
        check.inspect_err(|error| println!("skipped: sshd cannot run here: {error}")).ok()?;
        Some(keys)
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Starts the server of a trial.
    pub(crate) fn guest(&self, trial: &Path) -> Guest {
        let port = unused_port();
        let configuration = trial.join("sshd");
        fs::write(&configuration, self.configuration(trial, port)).unwrap();
        let command = Cmd::new(SERVER).args(["-D", "-e", "-f"]).arg(configuration);
        Guest { _process: command.spawn(Stdio::null(), Stdio::null()).unwrap(), port }
    }

    fn configuration(&self, trial: &Path, port: u16) -> String {
        let (folder, trial) = (self.folder.path().display(), trial.display());
        format!(
            "ListenAddress 127.0.0.1:{port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\n\
             StrictModes no\nUsePAM no\nPermitRootLogin yes\nPidFile none\nAcceptEnv *\nPubkeyAcceptedKeyTypes +ssh-rsa\n\
             Subsystem sftp /usr/lib/openssh/sftp-server\nForceCommand exec {trial}/record.sh {trial}\n"
        )
    }
}

/// No two trials have the same one, and no outgoing connection has it.
fn unused_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(20_000);
    let ports = std::iter::repeat_with(|| NEXT.fetch_add(1, Ordering::Relaxed)).take(10_000);
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    ports.into_iter().find(is_free).expect("one of so many ports is free")
}

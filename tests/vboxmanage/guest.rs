//! The guest of a machine that is none: OpenSSH's server, which the script starts and stops with the machine. Whoever
//! has any key is let in, since a builder may make one for itself, and finds himself in a folder of the bench.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use boxwright::io::journal::Resource;
use boxwright::process::Cmd;
use fs_err as fs;
use tempfile::TempDir;

use crate::tools::tool_or_skip;

const SERVER: &str = "/usr/sbin/sshd";

/// What the guests of all benches have in common.
#[derive(Debug)]
pub(crate) struct Keys {
    folder: TempDir,
    /// The only one that can log in where the tests are not run by root.
    pub(crate) user: String,
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
            keygen.arg(keys.folder.path().join(name)).run().await.unwrap();
        }
        let configuration = keys.folder.path().join("sshd");
        fs::write(&configuration, keys.configuration(keys.folder.path())).unwrap();
        let check = Cmd::new(SERVER).arg("-t").arg("-f").arg(configuration).run().await;
        check.inspect_err(|error| println!("skipped: sshd cannot run here: {error}")).ok()?;
        Some(keys)
    }

    pub(crate) fn users(&self) -> PathBuf {
        self.folder.path().join("user")
    }

    /// Of a guest whose user's folder is `home`.
    fn configuration(&self, home: &Path) -> String {
        let (host, user, home) = (self.folder.path().join("host"), &self.user, home.display());
        format!(
            "ListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysCommand /bin/echo %t %k\n\
             AuthorizedKeysCommandUser {user}\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n\
             PubkeyAcceptedKeyTypes +ssh-rsa\n\
             ForceCommand cd {home} && export HOME={home} && exec sh -c \"$SSH_ORIGINAL_COMMAND\"\n",
            host.display()
        )
    }

    /// Gives the machine of a bench a guest, which listens on this port unless a rule forwards another one.
    pub(crate) fn prepare_guest(&self, virtualbox: &Path, port: u16) {
        fs::write(virtualbox.join("sshd"), self.configuration(&virtualbox.join("guest"))).unwrap();
        fs::write(virtualbox.join("port"), port.to_string()).unwrap();
    }
}

/// Ends the guest of a build that did not stop its machine.
pub(crate) fn stop(virtualbox: &Path) {
    let pid = fs::read_to_string(virtualbox.join("sshd.pid")).ok().and_then(|pid| pid.trim().parse().ok());
    if let Some(pid) = pid {
        let _ = Resource::process(pid).remove();
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

//! OpenSSH's server on this host, in the place of a guest's: the script of a build really runs.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::tools::tool_or_skip;

/// A server that lets this user in by a key of its own.
#[derive(Debug)]
pub(crate) struct SshServer {
    process: Child,
    port: u16,
    user: String,
    folder: TempDir,
}

impl SshServer {
    /// `None` where OpenSSH is not installed, or may not run.
    pub(crate) fn start() -> Option<Self> {
        let program = tool_or_skip("/usr/sbin/sshd")?;
        tool_or_skip("ssh-keygen")?;
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        make_key(&folder.path().join("host"));
        make_key(&folder.path().join("user"));
        let config = folder.path().join("config");
        fs_err::write(&config, configuration(folder.path(), port)).unwrap();
        let check = command(&program).arg("-t").arg("-f").arg(&config).output().unwrap();
        if !check.status.success() {
            println!("skipped: sshd cannot run here: {}", String::from_utf8_lossy(&check.stderr).trim());
            return None;
        }
        let process = command(&program).args(["-D", "-e", "-f"]).arg(config).stderr(Stdio::null()).spawn().unwrap();
        let user = command("id".as_ref()).arg("-un").output().unwrap().stdout;
        Some(Self { process, port, user: String::from_utf8(user).unwrap().trim().to_owned(), folder })
    }

    /// What makes a builder take this server for its guest's: the port as it is, and no forward that would want it.
    pub(crate) fn builder_options(&self) -> String {
        let (port, user, key) = (self.port, &self.user, self.folder.path().join("user"));
        format!(
            r#", "skip_nat_mapping": true, "ssh_host": "127.0.0.1", "ssh_port": {port}, "ssh_username": "{user}",
    "ssh_private_key_file": "{}", "qemuargs": [["-netdev", "user,id=user.0"]]"#,
            key.display()
        )
    }
}

impl Drop for SshServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn make_key(path: &Path) {
    let made = command("ssh-keygen".as_ref()).args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path).status();
    assert!(made.unwrap().success());
}

fn configuration(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "ListenAddress 127.0.0.1:{port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\nStrictModes no\n\
         UsePAM no\nPermitRootLogin yes\nPidFile none\nSubsystem sftp internal-sftp\n"
    )
}

#[expect(clippy::disallowed_methods, reason = "the tests start programs from outside, as a user does")]
fn command(program: &Path) -> Command {
    Command::new(program)
}

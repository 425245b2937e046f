//! A guest that is this host: OpenSSH's server, whose sessions find stand-ins for Puppet, Salt, Chef, sudo and curl
//! before anything else. Each writes down how it was called; nothing is fetched, and nothing outside of a temporary
//! folder is written.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use boxwright::process::Cmd;
use fs_err as fs;
use tempfile::TempDir;
use tokio::process::Child;

use crate::tools::tool_or_skip;

/// What each session starts with: writes down the command, and runs it with the stand-ins in its path. Folders that
/// provisioners have in /tmp by default are in the guest's folder. Programs of Windows are taken for run.
const SESSION: &str = r#"#!/bin/sh
PATH=@guest@/bin:$PATH; export PATH
cd @guest@/home
case $SSH_ORIGINAL_COMMAND in
  scp*) ;;
  *) printf 'run %s\n' "$SSH_ORIGINAL_COMMAND" >>@guest@/log ;;
esac
case $SSH_ORIGINAL_COMMAND in c:/*) exit 0 ;; esac
command=$(printf '%s' "$SSH_ORIGINAL_COMMAND" | sed 's#/tmp/packer-#@guest@/tmp/packer-#g; s#/tmp/install_salt#@guest@/tmp/install_salt#g')
exec /bin/sh -c "$command"
"#;

/// A program that is configured: keeps what has arrived, and ends as it is told.
const TOOL: &str = r#"#!/bin/sh
{ printf 'called %s' "$(basename "$0")"; for word; do printf ' [%s]' "$word"; done; echo; } >>@guest@/log
mkdir -p @guest@/seen
for folder in @guest@/stage @guest@/srv @guest@/tmp/packer-*; do
  [ ! -d $folder ] || cp -R $folder @guest@/seen/
done
exit "$(cat @guest@/exit)"
"#;

/// Nothing of this host's own Salt is changed: its configuration is passed over, its trees are in the guest's folder.
const SUDO: &str = r#"#!/bin/sh
case "$*" in */etc/salt*) exit 0 ;; esac
for word; do
  case $word in /srv/*) word=@guest@$word ;; esac
  set -- "$@" "$word"; shift
done
while :; do case $1 in -E|sudo) shift ;; *) break ;; esac; done
exec "$@"
"#;

/// Gives a script that installs everything, as the makers' scripts do.
const CURL: &str = r#"#!/bin/sh
out=/dev/stdout
while [ $# -gt 0 ]; do [ "$1" != -o ] || out=$2; shift; done
echo 'for tool in salt-call chef-solo chef-client; do cp @guest@/tool @guest@/bin/$tool; done' >"$out"
"#;

/// The one thing that uploads need of it: folders.
const POWERSHELL: &str = r#"#!/bin/sh
folder=$(printf '%s' "$*" | sed -n "s/.*New-Item.*-Path '\{0,1\}\([^']*\).*/\1/p")
[ -z "$folder" ] || mkdir -p "$folder"
"#;

const TOOLS: [&str; 5] = ["puppet", "salt-call", "chef-solo", "chef-client", "knife"];

#[derive(Debug)]
pub(crate) struct Guest {
    _server: Child,
    port: u16,
    folder: TempDir,
}

impl Guest {
    /// A guest that has not got one of the tools, and whose tools end with this exit code. `None` where OpenSSH is
    /// not installed, or may not run.
    pub(crate) async fn with_stand_ins(missing: Option<&str>, exit: u64) -> Option<Self> {
        let guest = Self::start().await?;
        furnish(guest.path(), missing, exit);
        Some(guest)
    }

    /// A guest with the tools of this host. `None` where OpenSSH is not installed, or may not run.
    pub(crate) async fn start() -> Option<Self> {
        let program = tool_or_skip("/usr/sbin/sshd")?;
        tool_or_skip("ssh-keygen")?;
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        for name in ["bin", "home", "stage", "srv", "tmp"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        executable(folder.path(), "session", SESSION);
        for key in ["host", "user"] {
            let make = Cmd::new("ssh-keygen").args(["-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f"]);
            make.arg(folder.path().join(key)).run().await.unwrap();
        }
        let config = folder.path().join("config");
        fs::write(&config, configuration(folder.path(), port)).unwrap();
        let check = Cmd::new(&program).arg("-t").arg("-f").arg(&config).output().await.unwrap();
        if !check.status.success() {
            println!("skipped: sshd cannot run here: {}", check.stderr.trim());
            return None;
        }
        let server = Cmd::new(&program).args(["-D", "-e", "-f"]).arg(config);
        let server = server.spawn(Stdio::null(), Stdio::null()).unwrap();
        Some(Self { _server: server, port, folder })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) async fn builder(&self) -> serde_json::Value {
        let user = Cmd::new("id").arg("-un").run().await.unwrap().stdout;
        serde_json::json!({"type": "null", "ssh_host": "127.0.0.1", "ssh_port": self.port, "ssh_username": user.trim(),
            "ssh_private_key_file": self.path().join("user")})
    }

    /// The command lines that came, and how they called the tools.
    pub(crate) fn log(&self) -> Vec<String> {
        let log = fs::read_to_string(self.path().join("log")).unwrap_or_default();
        log.lines().filter(|line| !line.is_empty()).map(|line| self.without_folder(line)).collect()
    }

    /// What the tools had before them: path, rights and text.
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        let (seen, mut files) = (self.path().join("seen"), BTreeMap::new());
        let mut folders = vec![seen.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(&seen).unwrap().display().to_string();
                let rights = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
                let text = fs::read_to_string(&path).unwrap();
                files.insert(format!("{name} {rights:o}"), self.without_folder(&text));
            }
        }
        files
    }

    fn without_folder(&self, text: &str) -> String {
        text.replace(&self.path().display().to_string(), "@guest@")
    }
}

fn furnish(folder: &Path, missing: Option<&str>, exit: u64) {
    fs::write(folder.join("exit"), exit.to_string()).unwrap();
    executable(folder, "tool", TOOL);
    for (name, text) in [("sudo", SUDO), ("curl", CURL), ("powershell.exe", POWERSHELL), ("SET", "#!/bin/sh\n")] {
        executable(folder, &format!("bin/{name}"), text);
    }
    for tool in TOOLS.iter().filter(|tool| Some(**tool) != missing) {
        executable(folder, &format!("bin/{tool}"), TOOL);
    }
}

/// Writes a script in which `@guest@` is the guest's folder.
pub(crate) fn executable(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::write(&path, text.replace("@guest@", &folder.display().to_string())).unwrap();
    fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn configuration(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "ListenAddress 127.0.0.1:{port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\nStrictModes no\n\
         UsePAM no\nPermitRootLogin yes\nPidFile none\nSubsystem sftp internal-sftp\nForceCommand {folder}/session\n\
         HostKeyAlgorithms +ssh-rsa\nPubkeyAcceptedAlgorithms +ssh-rsa\n"
    )
}

//! Accounts that only the server under test sees: a mount namespace with its own password files and home folder.

use super::*;

/// Of every account.
pub(super) const PASSWORD: &str = "hunter2";

pub(super) struct Accounts {
    folder: TempDir,
    /// Each may log in; one of each type.
    pub(super) keys: Vec<KeyPair>,
}

impl Accounts {
    /// `None` where this user may not make such a namespace.
    pub(super) async fn make() -> Option<Self> {
        let (unshare, openssl) = (tool_or_skip("unshare")?, tool_or_skip("openssl")?);
        if Cmd::new(&unshare).args(["--mount", "true"]).run().await.is_err() {
            println!("skipped: this user may not mount");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let hash = Cmd::new(openssl).args(["passwd", "-6", PASSWORD]).run().await.unwrap().stdout;
        let home = folder.path().join("home");
        fs::create_dir_all(home.join(".ssh")).unwrap();
        let account = format!("root:x:0:0::{}:/bin/sh\n", home.display());
        let others = fs::read_to_string("/etc/passwd").unwrap();
        let others: String =
            others.lines().filter(|line| !line.starts_with("root:")).fold(String::new(), |all, line| all + line + "\n");
        fs::write(folder.path().join("passwd"), account + &others).unwrap();
        write_private(&folder.path().join("shadow"), &format!("root:{}:19000:0:99999:7:::\n", hash.trim()));
        let keys = vec![key("ed25519").await, key("ecdsa").await, key("rsa").await];
        let lines: Vec<_> = keys.iter().map(|key| key.public_line.as_str()).collect();
        write_private(&home.join(".ssh/authorized_keys"), &(lines.join("\n") + "\n"));
        Some(Self { folder, keys })
    }

    /// A full disk of 1 MiB is at `full`.
    pub(super) fn full_disk(&self) -> std::path::PathBuf {
        let full = self.folder.path().join("full");
        fs::create_dir_all(&full).unwrap();
        full
    }

    /// The program within the namespace.
    pub(super) fn around(&self, program: &Path) -> Cmd {
        let script = "mount --bind \"$0/passwd\" /etc/passwd && mount --bind \"$0/shadow\" /etc/shadow && \
                      mount -t tmpfs -o size=1m tmpfs \"$0/full\" && exec \"$@\"";
        self.full_disk();
        Cmd::new("unshare").args(["--mount", "sh", "-c", script]).arg(self.folder.path()).arg(program)
    }
}

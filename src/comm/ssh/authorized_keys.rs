//! Taking the key that was made for the build out of the guest again.

use super::SshCommunicator;
use crate::comm::{Communicator, Exit};

impl SshCommunicator {
    /// Removes the temporary key from the user's and root's `authorized_keys`, if the template asks for it.
    /// A guest that does not let us is only noted in the log: the box works all the same.
    pub(super) async fn clear_authorized_keys(&self) {
        let Some(body) = self.temporary_key.as_deref().and_then(key_body).filter(|_| self.plan.clear_authorized_keys)
        else {
            return;
        };
        for command in commands(body) {
            match self.run(&command, |_, _| ()).await {
                Ok(Exit::Status(0)) => {}
                Ok(exit) => self.note(&format!("status {}", exit.code())),
                Err(error) => self.note(&error.to_string()),
            }
        }
    }

    fn note(&self, reason: &str) {
        self.target.events.debug(format!("the temporary key may still be in an authorized_keys file: {reason}"));
    }
}

/// The part of the line that no other key shares.
fn key_body(public_line: &str) -> Option<&str> {
    public_line.split(' ').nth(1)
}

/// Base64 has no bar, so one can enclose it as sed's pattern.
fn commands(body: &str) -> [String; 2] {
    let remove = |sudo: &str, file: &str| format!("{sudo}sed -i.bak '\\|{body}|d' {file} && {sudo}rm -f {file}.bak");
    [remove("", "~/.ssh/authorized_keys"), remove("sudo -n ", "/root/.ssh/authorized_keys")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Cmd;

    #[test]
    fn the_body_is_the_second_word() {
        assert_eq!(key_body("ssh-ed25519 AAAA/b+c= me"), Some("AAAA/b+c="));
        assert_eq!(key_body("nonsense"), None);
    }

    #[tokio::test]
    async fn only_the_line_with_the_key_goes() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join(".ssh/authorized_keys");
        fs_err::create_dir(home.path().join(".ssh")).unwrap();
        fs_err::write(&file, "ssh-ed25519 AAAA/b+c= build\nssh-rsa AAAAother me\n").unwrap();
        let [command, _] = commands("AAAA/b+c=");
        Cmd::new("sh").args(["-c", &command]).env("HOME", home.path()).run().await.unwrap();
        assert_eq!(fs_err::read_to_string(&file).unwrap(), "ssh-rsa AAAAother me\n");
        assert!(!home.path().join(".ssh/authorized_keys.bak").exists());
    }
}

//! The few commands on files that provisioners need in a guest, for each family of systems.

use crate::plan::provisioner::GuestSystem;

/// How commands are written for one guest.
#[derive(Clone, Copy, Debug)]
pub(super) struct GuestCommands {
    system: GuestSystem,
    /// Whether they run as root. Windows has no sudo.
    sudo: bool,
}

impl GuestCommands {
    pub(super) fn new(system: GuestSystem, sudo: bool) -> Self {
        Self { system, sudo: sudo && system == GuestSystem::Unix }
    }

    /// A command in front of another, with the space after it: `sudo ` or nothing.
    pub(super) fn sudo(self) -> &'static str {
        if self.sudo { "sudo " } else { "" }
    }

    /// The folder and its parents; one that is there is left as it is.
    pub(super) fn make_folder(self, path: &str) -> String {
        match self.system {
            GuestSystem::Unix => format!("{}mkdir -p {}", self.sudo(), unix(path)),
            GuestSystem::Windows => powershell(&format!("New-Item -ItemType Directory -Force -Path {}", windows(path))),
        }
    }

    /// Lets everybody write. `None` where whoever made a folder may write into it anyhow.
    pub(super) fn open_to_all(self, path: &str) -> Option<String> {
        self.sudo.then(|| format!("{}chmod 0777 {}", self.sudo(), unix(path)))
    }

    /// Ends with 0 where a program can be started, by whoever starts it.
    pub(super) fn has_program(self, name: &str) -> String {
        match self.system {
            GuestSystem::Unix => format!("{}sh -c {}", self.sudo(), unix(&format!("command -v {}", unix(name)))),
            GuestSystem::Windows => {
                let found = format!("Get-Command {} -ErrorAction SilentlyContinue", windows(name));
                powershell(&format!("if ({found}) {{ exit 0 }} else {{ exit 1 }}"))
            }
        }
    }

    /// Moves a file; one that is there is replaced.
    pub(super) fn move_file(self, from: &str, to: &str) -> String {
        match self.system {
            GuestSystem::Unix => format!("{}mv {} {}", self.sudo(), unix(from), unix(to)),
            GuestSystem::Windows => {
                powershell(&format!("Move-Item -Force -Path {} -Destination {}", windows(from), windows(to)))
            }
        }
    }

    /// Adds what is in a folder to another one, which is there.
    pub(super) fn copy_contents(self, from: &str, to: &str) -> String {
        match self.system {
            GuestSystem::Unix => format!("{}cp -R {} {}", self.sudo(), unix(&format!("{from}/.")), unix(to)),
            GuestSystem::Windows => {
                let (from, to) = (windows(&format!("{from}/*")), windows(to));
                powershell(&format!("Copy-Item -Recurse -Force -Path {from} -Destination {to}"))
            }
        }
    }

    /// Removes a file, or a folder with all that is in it; nothing to remove is no failure.
    pub(super) fn remove(self, path: &str) -> String {
        match self.system {
            GuestSystem::Unix => format!("{}rm -rf {}", self.sudo(), unix(path)),
            GuestSystem::Windows => {
                let path = windows(path);
                powershell(&format!("if (Test-Path {path}) {{ Remove-Item -Recurse -Force -Path {path} }}"))
            }
        }
    }
}

/// A path as one word for a Unix shell.
pub(super) fn unix(path: &str) -> String {
    format!("'{}'", path.replace('\'', r#"'"'"'"#))
}

/// A path as one word for PowerShell, within a text in double quotes.
fn windows(path: &str) -> String {
    format!("'{}'", path.replace('\'', "''"))
}

fn powershell(command: &str) -> String {
    format!("powershell.exe -Command \"{command}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unix_folders_are_made_opened_and_removed_by_root() {
        let commands = GuestCommands::new(GuestSystem::Unix, true);
        assert_eq!(commands.make_folder("/tmp/a b"), "sudo mkdir -p '/tmp/a b'");
        assert_eq!(commands.open_to_all("/tmp/a").as_deref(), Some("sudo chmod 0777 '/tmp/a'"));
        assert_eq!(commands.remove("/tmp/it's"), r#"sudo rm -rf '/tmp/it'"'"'s'"#);
    }

    #[test]
    fn roots_path_and_not_the_users_is_looked_through_for_root() {
        let commands = GuestCommands::new(GuestSystem::Unix, true);
        assert_eq!(commands.has_program("salt-call"), r#"sudo sh -c 'command -v '"'"'salt-call'"'"''"#);
        assert!(GuestCommands::new(GuestSystem::Windows, true).has_program("salt-call").contains("'salt-call'"));
    }

    #[test]
    fn what_a_user_makes_is_not_opened() {
        let commands = GuestCommands::new(GuestSystem::Unix, false);
        assert_eq!(commands.make_folder("/tmp/a"), "mkdir -p '/tmp/a'");
        assert_eq!(commands.open_to_all("/tmp/a"), None);
    }

    #[test]
    fn windows_has_no_sudo() {
        let commands = GuestCommands::new(GuestSystem::Windows, true);
        let made = commands.make_folder("C:/it's here");
        assert_eq!(made, r#"powershell.exe -Command "New-Item -ItemType Directory -Force -Path 'C:/it''s here'""#);
        assert!(commands.remove("C:/a").contains("Remove-Item -Recurse -Force -Path 'C:/a'"));
        assert_eq!((commands.open_to_all("C:/a"), commands.sudo()), (None, ""));
    }
}

//! `scripts/provision/network.sh` on systems made of a few files: run as it is, but with its paths moved below a folder
//! and with programs that do nothing in the place of the boot loader's.

use std::path::Path;

use boxwright::process::Cmd;
use fs_err as fs;
use tempfile::TempDir;

use crate::template::root;

/// A system that has these files and this program of a boot loader.
struct System(TempDir);

impl System {
    fn new(boot_loader: Option<&str>, files: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "as the installer left it\n").unwrap();
        }
        fs::create_dir(folder.path().join("bin")).unwrap();
        let system = Self(folder);
        if let Some(name) = boot_loader {
            system.add_program(name);
        }
        system
    }

    /// It writes down its arguments.
    fn add_program(&self, name: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path().join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\necho \"$@\" >\"{}\"\n", self.path().join("called").display())).unwrap();
        fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_default()
    }

    async fn run(&self) -> String {
        let text = fs::read_to_string(root().join("scripts/provision/network.sh")).unwrap();
        let moved = text.replace("/etc/", &format!("{}/etc/", self.path().display()));
        let script = self.path().join("network.sh");
        fs::write(&script, moved).unwrap();
        let programs = format!("{}:/usr/bin:/bin", self.path().join("bin").display());
        let output = Cmd::new("/bin/sh").arg("-eu").arg(script).env("PATH", programs).run().await.unwrap();
        output.stdout
    }
}

#[tokio::test]
async fn netplan_is_told_of_the_first_card_only() {
    let system = System::new(Some("update-grub"), &["etc/netplan/50-cloud-init.yaml", "etc/cloud/cloud.cfg"]);
    system.run().await;
    assert_eq!(system.read("etc/netplan/50-cloud-init.yaml"), "");
    assert!(system.read("etc/netplan/01-vagrant.yaml").contains("    eth0:\n      dhcp4: true\n"));
    assert!(system.path().join("etc/cloud/cloud-init.disabled").exists());
    assert!(system.path().join("called").exists());
    assert!(system.read("etc/default/grub.d/50-vagrant.cfg").contains("net.ifnames=0"));
}

#[tokio::test]
async fn ifupdown_is_told_of_the_first_card_only() {
    let system = System::new(Some("update-grub"), &["etc/network/interfaces"]);
    system.run().await;
    assert!(system.read("etc/network/interfaces").ends_with("auto eth0\niface eth0 inet dhcp\n"));
}

#[tokio::test]
async fn network_manager_is_told_of_the_first_card_only() {
    let folder = "etc/NetworkManager/system-connections";
    let system = System::new(Some("grubby"), &[&format!("{folder}/enp0s3.nmconnection")]);
    system.run().await;
    assert_eq!(system.read(&format!("{folder}/enp0s3.nmconnection")), "");
    assert!(system.read(&format!("{folder}/eth0.nmconnection")).contains("interface-name=eth0\n"));
    assert_eq!(system.read("called"), "--update-kernel=ALL --args=net.ifnames=0\n");
}

#[tokio::test]
async fn a_system_without_grub_is_left_alone() {
    let system = System::new(None, &["etc/network/interfaces"]);
    assert_eq!(system.run().await, "network: nothing to do\n");
    assert_eq!(system.read("etc/network/interfaces"), "as the installer left it\n");
}

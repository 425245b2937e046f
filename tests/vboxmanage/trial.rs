//! One template given to one program, with a script in place of `VBoxManage` and perhaps a guest behind it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use boxwright::process::Cmd;
use fs_err as fs;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::calls::Calls;
use crate::guest::{self, Keys};

const VBOXMANAGE: &str = include_str!("VBoxManage.sh");

/// What `VBoxManage --version` prints where a template says nothing else.
const VERSION: &str = "6.1.50r161033";

/// A template of ours, and the VirtualBox that it meets.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) name: String,
    /// `builder` with its options. There may be `version`, `provisioners`, `snapshots` of a machine `kept` that is there
    /// before, `controllers` of that or of an imported one, `deaf` to the power button, and `failures` of calls.
    pub(crate) content: Value,
}

/// What stands in the templates by name. Ports are the same for both programs, since boot commands with an address in
/// them are compared key by key.
#[derive(Debug)]
pub(crate) struct Places<'a> {
    ports: [(&'static str, u16); 4],
    keys: &'a Keys,
}

/// What a program did with its template.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) calls: Calls,
    pub(crate) success: bool,
    pub(crate) log: String,
}

impl Template {
    pub(crate) fn read(path: &Path) -> Self {
        let content = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        Self { name: path.file_stem().unwrap().to_string_lossy().into_owned(), content }
    }

    pub(crate) fn builder(&self) -> &Value {
        &self.content["builder"]
    }

    pub(crate) fn has_guest(&self) -> bool {
        self.builder()["communicator"] == "ssh"
    }

    fn version(&self) -> &str {
        self.content["version"].as_str().unwrap_or(VERSION)
    }

    pub(crate) fn major_version(&self) -> u32 {
        self.version().split('.').next().unwrap().parse().unwrap()
    }

    /// A line for each call that fails, as the script reads them.
    fn failures(&self) -> Vec<String> {
        let line = |failure: &Value| {
            let [count, code] = ["count", "code"].map(|key| failure[key].as_u64().unwrap());
            let [call, message] = ["call", "message"].map(|key| failure[key].as_str().unwrap());
            format!("{count}\t{code}\t{call}\t{message}\n")
        };
        self.content["failures"].as_array().into_iter().flatten().map(line).collect()
    }

    /// Name and chip of each controller that a machine has which we do not make ourselves.
    fn controllers(&self) -> String {
        let row = |row: &Value| format!("{}\t{}\n", row[0].as_str().unwrap(), row[1].as_str().unwrap());
        match self.content["controllers"].as_array() {
            Some(rows) => rows.iter().map(row).collect(),
            None => "IDE Controller\tPIIX4\n".to_owned(),
        }
    }

    /// The text of the file, with what makes builds short where the template is silent; null takes it out again.
    fn text(&self, places: &Places<'_>) -> String {
        let mut builder = json!({ "communicator": "none", "headless": true, "boot_wait": "-1s",
            "boot_keygroup_interval": "1us", "post_shutdown_delay": "1ms", "virtualbox_version_file": "",
            "guest_additions_mode": "disable", "ssh_username": places.keys.user });
        if self.builder()["type"] == "virtualbox-iso" {
            builder["iso_url"] = "installer.iso".into();
            builder["iso_checksum"] = "none".into();
        }
        let builder = builder.as_object_mut().unwrap();
        builder.extend(self.builder().as_object().unwrap().clone());
        builder.retain(|_, value| !value.is_null());
        let provisioners = self.content.get("provisioners").cloned().unwrap_or_else(|| json!([]));
        places.fill(&json!({ "builders": [builder], "provisioners": provisioners }).to_string())
    }
}

impl<'a> Places<'a> {
    pub(crate) fn choose(keys: &'a Keys) -> Self {
        let ports = ["HTTP_PORT", "HOST_PORT", "VRDP_PORT", "GUEST_PORT"].map(|name| (name, guest::free_port()));
        Self { ports, keys }
    }

    fn fill(&self, text: &str) -> String {
        let text = text.replace("\"KEY\"", &json!(self.keys.users()).to_string());
        self.ports.iter().fold(text, |text, (name, port)| text.replace(&format!("\"{name}\""), &port.to_string()))
    }

    fn guest_port(&self) -> u16 {
        self.ports[3].1
    }
}

/// A program gets its template and its environment from here.
pub(crate) async fn run(program: &Path, template: &Template, places: &Places<'_>) -> Trial {
    let bench = Bench::new(template, places);
    bench.run(program).await
}

/// The folder in which a program runs.
#[derive(Debug)]
pub(crate) struct Bench {
    folder: TempDir,
    /// The machine's name, where the template gives it one.
    machine: Option<String>,
}

impl Bench {
    pub(crate) fn new(template: &Template, places: &Places<'_>) -> Self {
        let machine = template.builder()["vm_name"].as_str().map(str::to_owned);
        let bench = Self { folder: tempfile::tempdir().unwrap(), machine };
        for name in ["tmp", "www", "virtualbox/guest"] {
            fs::create_dir_all(bench.path(name)).unwrap();
        }
        for name in ["installer.iso", "seed.txt", "additions.iso", "machine.ovf", "machine.ova"] {
            fs::write(bench.path(name), "not read").unwrap();
        }
        fs::write(bench.path("VBoxManage"), VBOXMANAGE).unwrap();
        fs::set_permissions(bench.path("VBoxManage"), std::fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(bench.path("virtualbox/version"), format!("{}\n", template.version())).unwrap();
        fs::write(bench.path("template.json"), template.text(places)).unwrap();
        if template.has_guest() {
            places.keys.prepare_guest(&bench.path("virtualbox"), places.guest_port());
        }
        fs::write(bench.path("virtualbox/failures"), template.failures().concat()).unwrap();
        fs::write(bench.path("virtualbox/controllers"), template.controllers()).unwrap();
        if template.content["deaf"] == true {
            fs::write(bench.path("virtualbox/deaf"), "").unwrap();
        }
        if let Some(snapshots) = template.content["snapshots"].as_array() {
            bench.register_machine(snapshots);
        }
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A machine that VirtualBox has had before the build. Each snapshot is a child of the one before it.
    fn register_machine(&self, snapshots: &[Value]) {
        let machine = self.path("virtualbox/machine");
        fs::create_dir(&machine).unwrap();
        fs::copy(self.path("virtualbox/controllers"), machine.join("controllers")).unwrap();
        let node = |depth: usize| format!("SnapshotName{}", "-1".repeat(depth));
        let row = |(depth, name): (usize, &Value)| {
            format!("{}\t00000000-0000-0000-0000-{:012}\t{}\n", name.as_str().unwrap(), depth + 1, node(depth))
        };
        let files = [
            ("name", "kept".to_owned()),
            ("uuid", "00000000-0000-4000-8000-000000000000".to_owned()),
            ("folder", "/machines".to_owned()),
            ("state", "poweroff".to_owned()),
            ("attached", String::new()),
            ("snapshots", snapshots.iter().enumerate().map(row).collect()),
            ("current", snapshots.len().checked_sub(1).map(node).unwrap_or_default()),
        ];
        for (name, text) in files {
            fs::write(machine.join(name), text).unwrap();
        }
    }

    pub(crate) async fn run(&self, program: &Path) -> Trial {
        let folder = self.folder.path();
        let command = Cmd::new(program)
            .args(["build", "-color=false", "template.json"])
            .current_dir(folder)
            .env("PATH", format!("{}:{}", folder.display(), std::env::var("PATH").unwrap()))
            .env("HOME", folder)
            .env("TMPDIR", folder.join("tmp"))
            .env("DISPLAY", ":0")
            .env("PACKER_CACHE_DIR", folder.join("tmp/packer"))
            .env("BOXWRIGHT_CACHE_DIR", folder.join("tmp"))
            .env("PACKER_CONFIG_DIR", folder)
            .env("CHECKPOINT_DISABLE", "1");
        let mut command = command.to_tokio();
        let output =
            command.env_remove("SSH_AUTH_SOCK").stdin(Stdio::null()).kill_on_drop(true).output().await.unwrap();
        Trial {
            calls: Calls::read(folder, self.machine.as_deref()),
            success: output.status.success(),
            log: [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat(),
        }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        guest::stop(&self.path("virtualbox"));
    }
}

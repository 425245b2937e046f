//! One case given to one program, and what came of it in the guest and on this host.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use boxwright::process::Cmd;
use fs_err as fs;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::guest::{Guest, Keys};
use crate::record::Record;

/// For a busy machine; a build takes a few seconds.
const LONGEST: Duration = Duration::from_secs(120);

const RECORD: &str = include_str!("record.sh");

/// What scripts of the cases call.
const PROGRAMS: [(&str, &str); 3] =
    [("look", include_str!("bin/look")), ("sudo", include_str!("bin/sudo")), ("hang-up", include_str!("bin/hang-up"))];

/// A few provisioners in a template of the `null` builder.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// `provisioners` in JSON or `hcl`, the blocks of a build. There may be `builder` options, `variables` and `ends`,
    /// the exit status of the build.
    pub(crate) content: Value,
}

/// What a program did with its case.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) record: Record,
    pub(crate) exit: Option<i32>,
    pub(crate) log: String,
}

impl Case {
    pub(crate) fn ends(&self) -> i64 {
        self.content["ends"].as_i64().unwrap_or(0)
    }

    fn file(&self) -> &'static str {
        if self.content["hcl"].is_string() { "template.pkr.hcl" } else { "template.json" }
    }

    fn text(&self, guest: &Guest, keys: &Keys) -> String {
        let mut builder = json!({ "ssh_host": "127.0.0.1", "ssh_port": guest.port, "ssh_username": keys.user,
            "ssh_private_key_file": keys.path("user"), "ssh_disable_agent_forwarding": true });
        if let Some(options) = self.content["builder"].as_object() {
            builder.as_object_mut().unwrap().extend(options.clone());
        }
        match self.content["hcl"].as_str() {
            Some(blocks) => hcl(&builder, blocks),
            None => self.json(builder).to_string(),
        }
    }

    fn json(&self, mut builder: Value) -> Value {
        builder["type"] = "null".into();
        let mut variables = json!({ "guest": null });
        if let Some(own) = self.content["variables"].as_object() {
            variables.as_object_mut().unwrap().extend(own.clone());
        }
        json!({ "variables": variables, "builders": [builder], "provisioners": self.content["provisioners"] })
    }
}

fn hcl(builder: &Value, blocks: &str) -> String {
    let options = builder.as_object().unwrap().iter().map(|(name, value)| format!("  {name} = {value}\n"));
    let options = options.collect::<String>();
    format!(
        "variable \"guest\" {{\n  type = string\n}}\nsource \"null\" \"here\" {{\n{options}}}\n\
         build {{\n  sources = [\"source.null.here\"]\n{blocks}\n}}\n"
    )
}

/// A program gets its template and its environment from here.
pub(crate) async fn run(program: &Path, case: &Case, keys: &Keys) -> Trial {
    let folder = prepare();
    let root = folder.path();
    let (guest, before) = (keys.guest(root), Record::before(root));
    let file = case.file();
    fs::write(root.join("host").join(file), case.text(&guest, keys)).unwrap();
    let guest_folder = format!("guest={}", root.join("guest").display());
    let command =
        Cmd::new(program).args(["build", "-color=false", "-var", &guest_folder, file]).current_dir(root.join("host"));
    let mut command = command.to_tokio();
    command.env_clear().envs(surroundings(root)).stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(LONGEST, command.output()).await.expect("the build hangs").unwrap();
    Trial {
        record: Record::read(root, &before),
        exit: output.status.code(),
        log: [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat(),
    }
}

/// The environment of the program, which local scripts have too.
fn surroundings(root: &Path) -> [(&'static str, PathBuf); 8] {
    [
        ("PATH", format!("{}:/usr/bin:/bin", root.join("bin").display()).into()),
        ("GUEST", root.join("guest")),
        ("HOME", root.to_owned()),
        ("TMPDIR", root.join("tmp")),
        ("PACKER_CACHE_DIR", root.join("cache")),
        ("BOXWRIGHT_CACHE_DIR", root.join("cache")),
        ("PACKER_CONFIG_DIR", root.to_owned()),
        ("CHECKPOINT_DISABLE", "1".into()),
    ]
}

/// The folders of a trial, with the files that cases name.
fn prepare() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for name in ["bin", "calls", "guest/there", "tmp", "host/tree/below", "host/tree/empty"] {
        fs::create_dir_all(root.join(name)).unwrap();
    }
    executable(&root.join("record.sh"), RECORD.as_bytes());
    for (name, text) in PROGRAMS {
        executable(&root.join("bin").join(name), text.as_bytes());
    }
    let files: [(&str, &[u8]); 10] = [
        ("host/one.sh", b"#!/bin/sh\nlook one \"$0\" \"$@\"\n"),
        ("host/two.sh", b"look two \"$0\"; umask > $GUEST/umask; cat > $GUEST/input\n"),
        ("host/crlf.sh", b"#!/bin/sh\r\nlook crlf 'a\r'\r\necho end"),
        ("host/spaced name.sh", b"#!/bin/sh\nlook spaced\n"),
        ("host/fails.sh", b"#!/bin/sh\nlook fails\nexit 7\n"),
        ("host/fails-once.sh", b"#!/bin/sh\necho x >> $GUEST/tries\n[ $(wc -l < $GUEST/tries) -gt 1 ]\n"),
        ("host/binary", b"#!/bin/sh\necho '\xff\xfe\r\n\0' > $GUEST/bytes\nlook binary"),
        ("host/tree/a.conf", b"a = 1\n"),
        ("host/tree/below/b", b"b"),
        ("guest/there/log", b"it went well\n"),
    ];
    for (name, bytes) in files {
        fs::write(root.join(name), bytes).unwrap();
    }
    for name in ["host/tree/below/b", "host/one.sh", "host/fails.sh"] {
        set_mode(&root.join(name), 0o700);
    }
    folder
}

fn executable(path: &PathBuf, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    set_mode(path, 0o755);
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

//! One template given to one program, with scripts in place of QEMU and `qemu-img`.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use boxwright::process::Cmd;
use fs_err as fs;
use serde_json::{Value, json};

/// Tells what QEMU tells, writes down the arguments of the machine and ends before it runs.
const QEMU: &str = "#!/bin/sh\n\
    case \"$1 $2\" in\n\
    -version*|--version*) echo 'QEMU emulator version 10.0.2'; exit;;\n\
    '-display help') printf 'Available display backend types:\\nnone\\ngtk\\nsdl\\n'; exit;;\n\
    esac\n\
    printf '%s\\n' \"$@\" > \"${0%/*}/arguments\"\n\
    exit 1\n";

/// Looks for the real program behind itself on the search path.
const QEMU_IMG: &str = "#!/bin/sh\n\
    echo \"$*\" >> \"${0%/*}/images\"\n\
    PATH=${PATH#*:} exec qemu-img \"$@\"\n";

/// Stands for the list of calls of `qemu-img`, which is compared like a switch.
pub(crate) const IMAGES: &str = "qemu-img";

/// The values of each switch, in order. A switch without a value has an empty one.
pub(crate) type Switches = BTreeMap<String, Vec<String>>;

/// A program gets its template and its environment from here.
pub(crate) async fn run(program: &Path, options: &Value) -> Switches {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prepare(folder, options).await;
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
    let output = command.to_tokio().env_remove("BOXWRIGHT_ACCELERATOR").stdin(Stdio::null()).output().await.unwrap();
    let arguments = fs::read_to_string(folder.join("arguments"));
    let arguments = arguments.unwrap_or_else(|_| panic!("{}: {options}\n{output:#?}", program.display()));
    let mut switches = group(&arguments, folder);
    switches.insert(IMAGES.to_owned(), images(folder));
    switches
}

async fn prepare(folder: &Path, options: &Value) {
    for (name, text) in [("qemu-system-x86_64", QEMU), ("qemu-img", QEMU_IMG)] {
        fs::write(folder.join(name), text).unwrap();
        fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    for name in ["tmp", "www"] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    for name in ["installer.iso", "seed.txt"] {
        fs::write(folder.join(name), "not read").unwrap();
    }
    for (format, name) in [("qcow2", "base.qcow2"), ("raw", "base.img")] {
        Cmd::new("qemu-img").args(["create", "-f", format]).arg(folder.join(name)).arg("8M").run().await.unwrap();
    }
    fs::write(folder.join("template.json"), template(options).to_string()).unwrap();
}

/// The options of a template, and what every build needs where they are silent.
fn template(options: &Value) -> Value {
    let mut builder = json!({ "type": "qemu", "iso_url": "installer.iso", "iso_checksum": "none", "accelerator": "tcg",
        "communicator": "none", "headless": true, "boot_wait": "-1s" });
    builder.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    json!({ "builders": [builder] })
}

fn group(arguments: &str, folder: &Path) -> Switches {
    let mut switches = Switches::new();
    let mut words = arguments.lines().peekable();
    while let Some(switch) = words.next() {
        let value = words.next_if(|word| !word.starts_with('-')).unwrap_or_default();
        switches.entry(switch.to_owned()).or_default().push(normal(switch, value, folder));
    }
    switches
}

/// The calls that make or change a disk; looking at one is no matter of compatibility.
fn images(folder: &Path) -> Vec<String> {
    let calls = fs::read_to_string(folder.join("images")).unwrap_or_default();
    let changing = calls.lines().filter(|call| !call.starts_with("info ") && !call.starts_with("check "));
    changing.map(|call| normal(IMAGES, call, folder)).collect()
}

/// Names in place of what differs from run to run.
fn normal(switch: &str, value: &str, folder: &Path) -> String {
    let value = value.replace(&format!("{}/", folder.display()), "");
    let value = without_temporary_paths(&value);
    match switch {
        "-vnc" => with_numbers(&value, |number| (number < 100).then_some("DISPLAY")),
        _ => with_numbers(&value, |number| match number {
            2222..=4444 => Some("HOSTPORT"),
            8000..=9000 => Some("HTTPPORT"),
            _ => None,
        }),
    }
}

fn without_temporary_paths(value: &str) -> String {
    match value.split_once("tmp/") {
        None => value.to_owned(),
        Some((before, path)) => format!("{before}TEMPORARY{}", path.find(',').map_or("", |comma| &path[comma..])),
    }
}

/// Replaces a number behind a colon or a space.
fn with_numbers(value: &str, name: impl Fn(u32) -> Option<&'static str>) -> String {
    let mut text = String::new();
    for part in value.split_inclusive([':', '=']) {
        let end = part.find(|character: char| !character.is_ascii_digit()).unwrap_or(part.len());
        match part[..end].parse().ok().filter(|_| !text.is_empty()).and_then(&name) {
            Some(name) => text.extend([name, &part[end..]]),
            None => text.push_str(part),
        }
    }
    text
}

//! Packer as the judge: the keys it types for a boot command are the keys we type.
//!
//! Packer builds with a `qemu_binary` that is a script of ours. The script tells which VNC port Packer
//! chose for it, and a recorder takes the keys there.

#![cfg(test)]

#[path = "support/rfb_recorder.rs"]
mod rfb_recorder;
#[path = "support/tools.rs"]
mod tools;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use boxwright::io::journal::Resource;
use boxwright::keys::vnc::{self, VncStep};
use boxwright::keys::{BootAction, parse};
use boxwright::process::Cmd;
use fs_err as fs;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::net::unix::pipe;

/// (keysym, down)
type Key = (u32, bool);

/// Plain text with every special form, near misses of each, and what boot menus are really given.
/// `menu` and Apple's keys are missing: later Packers know them, 1.6.6 types their names.
const BOOT_COMMANDS: [&str; 16] = [
    "<esc><wait1ms>install ks=http://10.0.2.2:8080/ks.cfg<enter>",
    "<tab> autoinstall ds=nocloud-net;s=http://10.0.2.2:8080/ ---<enter><wait0.001s>",
    "c<wait1ms>linux /casper/vmlinuz ds=\"nocloud-net;s=http://10.0.2.2/\"<enter>",
    "e<down><down><down><end> quiet\\;x<f10>",
    "<leftCtrlOn>b<leftCtrlOff><leftAltOn><f2><leftAltOff><leftSuperOn>r<leftSuperOff>",
    "!\"#$%&'()*+,-./0123456789:;=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~",
    "<bs><del><enter><return><esc><tab><spacebar><insert><home><end><pageUp><pageDown><up><down><left><right>",
    "<f1><f2><f3><f4><f5><f6><f7><f8><f9><f10><f11><f12>",
    "<leftAlt><rightAlt><leftCtrl><rightCtrl><leftShift><rightShift><leftSuper><rightSuper>",
    "<ENTER><F10><LEFTSHIFTON><pAgEuP><PAGEDOWNoff><tabOFF><endon><rightOff><leftOn>",
    "<aOn><aOff><AON><AOff><1on><!On><!OFF><>On><>Off><<On><<Off>< On><\u{e9}On><\u{e9}Off>",
    "<Wait><WAIT><wait05><wait1.5><wait 5><wait-5><wait1.s><wait5S><wait1m30><waitx><wait",
    "<foo><><backspace><delete><win><space><pgup>< enter><enterOn Off><abOn><On><Off>a<b>c<enter",
    "<wait1ms1us1ns><wait1us><wait1\u{b5}s><wait0h0m0s1ms><wait1\u{3bc}s>",
    "\u{e9}\u{c9}\u{df}\u{df}\u{f1}\u{d1}\u{142}\u{141}\u{3b1}\u{391}\u{4e2d}\u{1f600}\t\n",
    "<",
];

/// Put together two by two, these meet each other across every border in the grammar.
const PIECES: [&str; 22] = [
    "<", "<<", ">", "<>", "<wait", "1ms>", "0", "1us", ".5", "-", "On>", "oFf>", "<a", "<enter", "f1", "<left", "Ctrl",
    "<f", "12>", "x", "X", "\u{c9}",
];

#[tokio::test]
async fn packer_types_the_same_keys() {
    let Some(packer) = tools::tool_or_skip("packer") else { return };
    let command = corpus();
    let ours: Vec<Key> = parse(&command).unwrap().iter().flat_map(keys_typed_by_us).collect();
    let packers = keys_typed_by_packer(&packer, &command).await;
    let differs = ours.iter().zip(&packers).position(|(ours, packers)| ours != packers);
    if let Some(at) = differs {
        let around = at.saturating_sub(4)..(at + 8).min(ours.len()).min(packers.len());
        panic!("event {at} differs: ours {:x?}, Packer's {:x?}", &ours[around.clone()], &packers[around]);
    }
    assert_eq!(ours.len(), packers.len());
}

fn corpus() -> String {
    let pairs = PIECES.iter().flat_map(|first| PIECES.iter().map(move |second| format!("{first}{second}|")));
    BOOT_COMMANDS.iter().map(|&text| format!("{text}|")).chain(pairs.filter(|pair| is_short(pair))).collect()
}

/// A command that can be typed without a wait worth noticing.
fn is_short(text: &str) -> bool {
    let short = |action: &BootAction| !matches!(action, BootAction::Wait(wait) if *wait > Duration::from_millis(10));
    parse(text).is_ok_and(|actions| actions.iter().all(short))
}

/// Packer 1.6.6 releases Shift before the character that was held with it; later ones, and we, after it.
fn keys_typed_by_us(action: &BootAction) -> Vec<Key> {
    let keys = vnc::steps(action).into_iter().filter_map(|step| match step {
        VncStep::Key { keysym, down } => Some((keysym, down)),
        VncStep::Wait(_) => None,
    });
    match action {
        BootAction::Release(_) => keys.rev().collect(),
        _ => keys.collect(),
    }
}

async fn keys_typed_by_packer(packer: &Path, boot_command: &str) -> Vec<Key> {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let pipe = folder.join("arguments");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let arguments = pipe::OpenOptions::new().read_write(true).open_receiver(&pipe).unwrap();
    let template = write_inputs(folder, boot_command);

    let command = Cmd::new(packer)
        .args(["build", "-color=false"])
        .arg(template)
        .env("PATH", format!("{}:{}", folder.display(), std::env::var("PATH").unwrap()))
        .env("TMPDIR", folder)
        .env("PACKER_CACHE_DIR", folder.join("cache"))
        .env("PACKER_CONFIG_DIR", folder)
        .env("CHECKPOINT_DISABLE", "1");
    let log = folder.join("log");
    let mut child = command.spawn(fs::File::create(&log).unwrap().into_file().into(), Stdio::null()).unwrap();
    let _group = Group(Resource::process(child.id().unwrap()));
    tokio::select! {
        keys = record_keys(arguments) => keys,
        _ = child.wait() => panic!("Packer ended before it typed:\n{}", fs::read_to_string(log).unwrap()),
    }
}

/// Packer, its plugins and the script that stands for QEMU; they end with the test. It must go before
/// Packer's own process does, or nothing would tell that the group is still ours.
struct Group(Resource);

impl Drop for Group {
    fn drop(&mut self) {
        let _ = self.0.remove();
    }
}

/// Writes what the build needs and gives the template's path.
fn write_inputs(folder: &Path, boot_command: &str) -> std::path::PathBuf {
    let qemu = "#!/bin/sh\n\
        if [ \"$1\" = -version ]; then echo 'QEMU emulator version 5.0.0'; exit; fi\n\
        printf '%s\\n' \"$@\" > \"${0%/*}/arguments\"\n\
        exec sleep 600\n";
    write_script(&folder.join("qemu"), qemu);
    write_script(&folder.join("qemu-img"), "#!/bin/sh\nexit 0\n");
    fs::write(folder.join("installer.iso"), "not read").unwrap();
    let template = json!({ "builders": [{
        "type": "qemu",
        "communicator": "none",
        "qemu_binary": folder.join("qemu"),
        "accelerator": "none",
        "headless": true,
        "iso_url": folder.join("installer.iso"),
        "iso_checksum": "none",
        "output_directory": folder.join("output"),
        "boot_wait": "-1s",
        "boot_key_interval": "1us",
        "boot_command": [boot_command],
    }]});
    let path = folder.join("template.json");
    fs::write(&path, template.to_string()).unwrap();
    path
}

fn write_script(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Waits for the port among QEMU's arguments, then takes Packer's keys there. Packer gives QEMU two
/// seconds before it connects.
async fn record_keys(arguments: pipe::Receiver) -> Vec<Key> {
    let mut lines = BufReader::new(arguments).lines();
    while lines.next_line().await.unwrap().expect("the pipe stays open") != "-vnc" {}
    let display = lines.next_line().await.unwrap().expect("the pipe stays open");
    let number: u16 = display.rsplit_once(':').expect("host:display").1.parse().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 5900 + number)).await.unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    let events = rfb_recorder::record(stream).await.unwrap();
    events.iter().map(|event| (event.keysym, event.down)).collect()
}

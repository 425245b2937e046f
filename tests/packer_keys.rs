//! Packer as the judge: the keys it types for a boot command are the keys we type.
//!
//! For QEMU, Packer builds with a `qemu_binary` that is a script of ours. The script tells which VNC
//! port Packer chose for it, and a recorder takes the keys there. For VirtualBox the script stands for
//! `VBoxManage` and writes down its calls.

#![cfg(test)]

#[path = "support/rfb_recorder.rs"]
mod rfb_recorder;
#[path = "support/tools.rs"]
mod tools;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use boxwright::io::journal::Resource;
use boxwright::keys::scancodes::{self, ScancodeStep};
use boxwright::keys::vnc::{self, VncStep};
use boxwright::keys::{BootAction, parse};
use boxwright::process::Cmd;
use fs_err as fs;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::net::unix::pipe;
use tokio::process::Child;

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
async fn packer_sends_the_same_scancodes() {
    let Some(packer) = tools::tool_or_skip("packer") else { return };
    let has_keys = |text: &&str| scancodes::batches(&parse(text).unwrap()).is_ok();
    let command: String = corpus().split_inclusive('|').filter(has_keys).collect();
    let ours = scancodes::batches(&parse(&command).unwrap()).unwrap();
    let ours: Vec<_> = ours.into_iter().filter_map(batch).map(sort_releases).collect();
    let packers = scancodes_sent_by_packer(&packer, &command).await;
    assert_eq!(packers.into_iter().map(sort_releases).collect::<Vec<_>>(), ours);
}

fn batch(step: ScancodeStep) -> Option<Vec<u8>> {
    match step {
        ScancodeStep::Batch(codes) => Some(codes),
        ScancodeStep::Wait(_) => None,
    }
}

/// Packer 1.6.6 releases Shift before the key that it was pressed for; later ones, and we, after it.
fn sort_releases(mut codes: Vec<u8>) -> Vec<u8> {
    let is_release = |code: &u8| *code >= 0x80;
    codes.chunk_by_mut(|first, second| is_release(first) && is_release(second)).for_each(<[u8]>::sort);
    codes
}

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
    let build = Build::new(packer);
    let pipe = build.folder.path().join("arguments");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let arguments = pipe::OpenOptions::new().read_write(true).open_receiver(&pipe).unwrap();
    let qemu = "#!/bin/sh\n\
        if [ \"$1\" = -version ]; then echo 'QEMU emulator version 5.0.0'; exit; fi\n\
        printf '%s\\n' \"$@\" > \"${0%/*}/arguments\"\n\
        exec sleep 600\n";
    let qemu = build.script("qemu", qemu);
    build.script("qemu-img", "#!/bin/sh\nexit 0\n");
    let options = json!({ "type": "qemu", "qemu_binary": qemu, "accelerator": "none", "boot_key_interval": "1us" });

    let mut packer = build.start(options, boot_command);
    tokio::select! {
        keys = record_keys(arguments) => keys,
        _ = packer.child.wait() => panic!("Packer ended before it typed:\n{}", build.log()),
    }
}

/// The codes of each call.
async fn scancodes_sent_by_packer(packer: &Path, boot_command: &str) -> Vec<Vec<u8>> {
    let build = Build::new(packer);
    let manage = "#!/bin/sh\n\
        if [ \"$1\" = --version ]; then echo 6.1.36r152435; exit; fi\n\
        echo \"$*\" >> \"${0%/*}/calls\"\n";
    build.script("VBoxManage", manage);
    let options = json!({ "type": "virtualbox-iso", "boot_keygroup_interval": "1us", "guest_additions_mode": "disable",
        "virtualbox_version_file": "" });
    build.start(options, boot_command).child.wait().await.unwrap();
    let calls = fs::read_to_string(build.folder.path().join("calls")).unwrap_or_else(|_| panic!("{}", build.log()));
    let codes = calls.lines().filter_map(|call| call.split_once(" keyboardputscancode "));
    codes.map(|(_, codes)| codes.split(' ').map(|code| u8::from_str_radix(code, 16).unwrap()).collect()).collect()
}

/// A folder with all that a build needs, and scripts in place of the hypervisor's programs.
struct Build {
    packer: PathBuf,
    folder: tempfile::TempDir,
}

impl Build {
    fn new(packer: &Path) -> Self {
        let build = Self { packer: packer.to_owned(), folder: tempfile::tempdir().unwrap() };
        fs::write(build.folder.path().join("installer.iso"), "not read").unwrap();
        build
    }

    fn script(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn start(&self, mut options: serde_json::Value, boot_command: &str) -> Running {
        let folder = self.folder.path();
        options["communicator"] = "none".into();
        options["headless"] = true.into();
        options["iso_url"] = folder.join("installer.iso").to_str().into();
        options["iso_checksum"] = "none".into();
        options["output_directory"] = folder.join("output").to_str().into();
        options["boot_wait"] = "-1s".into();
        options["boot_command"] = json!([boot_command]);
        let template = folder.join("template.json");
        fs::write(&template, json!({ "builders": [options] }).to_string()).unwrap();
        let command = Cmd::new(&self.packer)
            .args(["build", "-color=false"])
            .arg(template)
            .env("PATH", format!("{}:{}", folder.display(), std::env::var("PATH").unwrap()))
            .env("TMPDIR", folder)
            .env("PACKER_CACHE_DIR", folder.join("cache"))
            .env("PACKER_CONFIG_DIR", folder)
            .env("CHECKPOINT_DISABLE", "1");
        let log = fs::File::create(folder.join("log")).unwrap();
        Running { child: command.spawn(log.into_file().into(), Stdio::null()).unwrap() }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}

/// Packer, its plugins and the scripts; they end with the test.
struct Running {
    child: Child,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(pid) = self.child.id() {
            let _ = Resource::process(pid).remove();
        }
    }
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

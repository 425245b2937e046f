//! The client against the VNC server of a real QEMU, whose trace tells which keys arrived.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

use super::Error;
use super::rfb::Client;
use super::typing::type_keys;
use crate::io::secrets::Secret;
use crate::keys::qcodes::{self, QcodeStep};
use crate::keys::{BootAction, parse};
use crate::process::{Cmd, tool_or_skip};

/// A QEMU that boots nothing; killed when dropped.
struct Qemu {
    child: Child,
    commands: ChildStdin,
    replies: Lines<BufReader<ChildStdout>>,
}

impl Qemu {
    /// `None`: there is no QEMU here.
    async fn start(vnc_options: &str, arguments: &[&str]) -> Option<Self> {
        tool_or_skip("qemu-system-x86_64")?;
        let command = Cmd::new("qemu-system-x86_64")
            .args(["-nodefaults", "-machine", "pc,accel=tcg", "-m", "16", "-vga", "std", "-display", "none"])
            .args(["-qmp", "stdio", "-trace", "input_event_key_qcode"])
            .args(["-vnc", &format!("127.0.0.1:0,to=200{vnc_options}")])
            .args(arguments);
        let mut command = command.to_tokio();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let commands = child.stdin.take().unwrap();
        let replies = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut qemu = Self { child, commands, replies };
        qemu.replies.next_line().await.unwrap().expect("the greeting");
        qemu.execute("qmp_capabilities").await;
        Some(qemu)
    }

    async fn execute(&mut self, command: &str) -> serde_json::Value {
        let line = format!("{{\"execute\":\"{command}\"}}\n");
        self.commands.write_all(line.as_bytes()).await.unwrap();
        loop {
            let line = self.replies.next_line().await.unwrap().expect("a reply");
            let mut reply: serde_json::Value = serde_json::from_str(&line).unwrap();
            if let Some(value) = reply.get_mut("return") {
                return value.take();
            }
        }
    }

    async fn vnc_address(&mut self) -> String {
        let vnc = self.execute("query-vnc").await;
        format!("127.0.0.1:{}", vnc["service"].as_str().unwrap())
    }

    /// The keys that QEMU's input layer was given, once it has `count` of them.
    async fn keys_seen(&mut self, count: usize) -> Vec<String> {
        let lines = BufReader::new(self.child.stderr.as_mut().unwrap()).lines();
        tokio::time::timeout(Duration::from_secs(60), take_keys(lines, count)).await.expect("all keys arrive")
    }
}

/// Trace lines look like `input_event_key_qcode con 0, key qcode a, down 1`.
async fn take_keys(mut lines: Lines<impl AsyncBufRead + Unpin>, count: usize) -> Vec<String> {
    let mut keys = Vec::new();
    while keys.len() < count {
        let line = lines.next_line().await.unwrap().expect("QEMU still runs");
        if let Some((_, key)) = line.split_once("key qcode ") {
            keys.push(key.to_owned());
        }
    }
    keys
}

fn expected(actions: &[BootAction]) -> Vec<String> {
    let steps = qcodes::events(actions).unwrap();
    let keys = steps.iter().filter_map(|step| match step {
        QcodeStep::Key { qcode, down } => Some(format!("{qcode}, down {}", u8::from(*down))),
        QcodeStep::Wait(_) => None,
    });
    keys.collect()
}

async fn check_typing(qemu: &mut Qemu, password: Option<&Secret>) {
    let printable: String = (' '..='~').filter(|character| *character != '<').collect();
    let names = "<bs><del><enter><esc><tab><spacebar><insert><home><end><pageUp><pageDown><up><down><left><right>\
        <menu><f1><f2><f3><f4><f5><f6><f7><f8><f9><f10><f11><f12><leftAlt><rightAlt><leftCtrl><rightCtrl>\
        <leftShift><rightShift><leftSuper><rightSuper><leftCtrlOn>b<leftCtrlOff><wait1ms><";
    let actions = parse(&format!("{printable}{names}")).unwrap();
    let mut client = Client::connect(&qemu.vnc_address().await, password).await.unwrap();
    assert!(client.framebuffer_size() >= (640, 400), "{client:?}");
    type_keys(&mut client, &actions, Duration::ZERO, |_| ()).await.unwrap();
    client.close().await;
    let expected = expected(&actions);
    assert_eq!(qemu.keys_seen(expected.len()).await, expected);
}

#[tokio::test]
async fn qemu_hears_every_key_by_the_name_we_know_it_by() {
    let Some(mut qemu) = Qemu::start("", &[]).await else { return };
    check_typing(&mut qemu, None).await;
}

#[tokio::test]
async fn qemu_lets_in_who_knows_the_password() {
    let arguments = ["-object", "secret,id=vnc,data=hunter2"];
    let Some(mut qemu) = Qemu::start(",password-secret=vnc", &arguments).await else { return };
    let address = qemu.vnc_address().await;
    for wrong in [None, Some(Secret::new("hunter3"))] {
        let error = Client::connect(&address, wrong.as_ref()).await.unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{error:?}");
        assert!(!format!("{error:?} {error}").contains("hunter"));
    }
    check_typing(&mut qemu, Some(&Secret::new("hunter2"))).await;
}

#[tokio::test]
async fn typing_into_a_machine_that_ended_is_an_error() {
    let Some(mut qemu) = Qemu::start("", &[]).await else { return };
    let mut client = Client::connect(&qemu.vnc_address().await, None).await.unwrap();
    qemu.execute("quit").await;
    qemu.child.wait().await.unwrap();
    let actions = parse(&"a".repeat(1000)).unwrap();
    let error = type_keys(&mut client, &actions, Duration::ZERO, |_| ()).await.unwrap_err();
    assert!(matches!(error, Error::Ended { .. } | Error::Send { .. }), "{error:?}");
}

#[tokio::test]
async fn a_port_without_a_server_is_named() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let error = Client::connect(&address, None).await.unwrap_err();
    assert_eq!(error.to_string(), format!("cannot connect to the VNC server at {address}"));
}

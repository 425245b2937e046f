//! The calls of `VBoxManage` that each step makes, as data: what a machine will be made of can be printed and
//! compared before anything is run.
//!
//! Options are spelled the old way, without dashes inside: all versions read that. Names of controllers are those
//! that templates have always used.

mod console;
mod export;
mod floppy;
mod hardware;
mod import;
mod network;
mod sequence;
mod slots;
mod storage;
mod user;

use std::ffi::{OsStr, OsString};

use console::{quiet, remote_desktop};
use export::export;
pub(super) use floppy::CHIP as FLOPPY_CHIP;
use floppy::{floppy_in, floppy_out};
use hardware::hardware;
pub(super) use network::RULE_EXISTS;
pub(super) use network::stop_forwarding;
use network::{forward, open_loopback};
pub(super) use sequence::{Layout, Runtime, Sequence};
use slots::Slot;
pub(super) use slots::Slots;
use storage::{attach_disc, controllers, detach_disc};
pub(super) use storage::{disks, missing_controllers};
use user::user_calls;

/// Commands that only look at a machine or change its settings.
const QUICK: &[&str] = &[
    "closemedium",
    "controlvm",
    "createvm",
    "discardstate",
    "guestproperty",
    "list",
    "modifyvm",
    "registervm",
    "setextradata",
    "sharedfolder",
    "showvminfo",
    "storageattach",
    "storagectl",
    "unregistervm",
];

/// The arguments of one run of `VBoxManage`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call(Vec<OsString>);

impl Call {
    pub(super) fn new(arguments: &[&str]) -> Self {
        Self(arguments.iter().map(OsString::from).collect())
    }

    /// A command with the machine it is for.
    pub(super) fn on(command: &str, machine: &str) -> Self {
        Self::new(&[command, machine])
    }

    pub(super) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.0.push(argument.as_ref().to_owned());
        self
    }

    pub(super) fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, arguments: I) -> Self {
        self.0.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    pub(super) fn arguments(&self) -> &[OsString] {
        &self.0
    }

    /// Whether it may take long, as copying a disk does. What we do not know, as of a template's own calls, may.
    pub(super) fn may_take_long(&self) -> bool {
        !self.0.first().and_then(|command| command.to_str()).is_some_and(|command| QUICK.contains(&command))
    }

    /// As text, for people.
    pub(super) fn words(&self) -> Vec<String> {
        self.0.iter().map(|word| word.to_string_lossy().into_owned()).collect()
    }
}

/// Settings of a machine that follow one another are one call: each takes VirtualBox a tenth of a second.
fn together(calls: Vec<Call>) -> Vec<Call> {
    calls.into_iter().fold(Vec::new(), |mut joined: Vec<Call>, call| {
        match joined.last_mut() {
            Some(last) if is_setting(last) && last.0[..2] == call.0[..2] => last.0.extend_from_slice(&call.0[2..]),
            _ => joined.push(call),
        }
        joined
    })
}

fn is_setting(call: &Call) -> bool {
    call.0.len() > 2 && call.0[0] == "modifyvm"
}

fn on_off(value: bool) -> &'static str {
    if value { "on" } else { "off" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_copies_disks_or_starts_machines_has_no_deadline() {
        let long =
            [&["modifymedium", "disk", "a.vdi", "--compact"][..], &["clonemedium", "a", "b"], &["export", "box"]];
        assert!(long.iter().all(|call| Call::new(call).may_take_long()));
        assert!(Call::on("startvm", "box").may_take_long(), "a machine takes its time on a loaded host");
        assert!(!Call::on("modifyvm", "box").arg("--memory").may_take_long());
    }
}

//! `null` and `file`: builders without a machine.

use crate::diag::Diagnostic;
use crate::plan::communicator::CommunicatorPlan;
use crate::plan::decode::Decoder;
use crate::plan::{FileOrigin, FilePlan};

/// No machine tells its address, and none takes a key that was made for it.
pub(super) fn require_host(decoder: &mut Decoder<'_>, communicator: &CommunicatorPlan) {
    let whole = decoder.whole_span().clone();
    if let CommunicatorPlan::WinRm(winrm) = communicator {
        for (key, is_set) in [("winrm_host", winrm.host.is_some()), ("winrm_password", winrm.password.is_some())] {
            if !is_set {
                decoder.missing(&[key], Diagnostic::error(format!("`{key}` must be set")));
            }
        }
    }
    let CommunicatorPlan::Ssh(ssh) = communicator else { return };
    if ssh.host.is_none() {
        let error = Diagnostic::error("`ssh_host` must be set: the host to provision");
        let help = "or set `communicator` to `none` for a build that works on this host only";
        decoder.missing(&["ssh_host"], error.help(help));
    }
    if ssh.password.is_none() && ssh.private_key_file.is_none() && !ssh.agent_auth {
        let error = Diagnostic::error("there is no way to log in").at(&whole);
        decoder.push(error.help("set `ssh_password`, `ssh_private_key_file` or `ssh_agent_auth`"));
    }
    if ssh.agent_auth {
        decoder.exclusive("ssh_agent_auth", "ssh_password");
        decoder.exclusive("ssh_agent_auth", "ssh_private_key_file");
    }
    decoder.exclusive("ssh_password", "ssh_private_key_file");
}

pub(super) fn file(decoder: &mut Decoder<'_>) -> FilePlan {
    let target = decoder.path("target");
    if target.is_none() {
        decoder.missing(&["target"], Diagnostic::error("`target` must be set"));
    }
    let source = decoder.path("source");
    let content = decoder.string("content");
    decoder.exclusive("source", "content");
    if source.is_none() && content.is_none() {
        decoder.warn("content", "neither `source` nor `content` is set: the file will be empty");
    }
    let origin = match source {
        Some(path) => FileOrigin::Copy(path),
        None => FileOrigin::Content(content.unwrap_or_default()),
    };
    FilePlan { target: target.unwrap_or_default(), origin }
}

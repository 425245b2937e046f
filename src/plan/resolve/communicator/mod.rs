//! How the guest is reached: the `ssh_*` options, and `winrm_*`.

mod algorithms;
mod detour;
mod tunnels;
mod winrm;

use std::path::{Path, PathBuf};
use std::time::Duration;

use russh::keys::decode_secret_key;

use crate::diag::Diagnostic;
use crate::io::text::{self, Text};
use crate::plan::communicator::algorithms::{CIPHERS, KEY_EXCHANGES};
use crate::plan::communicator::{CommunicatorPlan, FileTransferMethod, SshPlan, TemporaryKey};
use crate::plan::decode::duration::Signed;
use crate::plan::decode::{Decoder, Expect};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);
const DEFAULT_ATTEMPTS: u32 = 10;
const DEFAULT_KEEP_ALIVE: Duration = Duration::from_secs(5);

/// Making a longer RSA key takes seconds, and the key lives as long as the build.
const TEMPORARY_RSA_BITS: u32 = 2048;

/// The communicator and, beside it, the key that would be made if one is needed.
pub(super) fn communicator(decoder: &mut Decoder<'_>) -> (CommunicatorPlan, TemporaryKey) {
    let kind = decoder.string_or("communicator", "ssh");
    let key = temporary_key(decoder);
    let ssh = ssh(decoder, kind == "ssh");
    let winrm = winrm::winrm(decoder, kind == "winrm");
    let plan = match kind.as_str() {
        "ssh" => CommunicatorPlan::Ssh(Box::new(ssh)),
        "winrm" => CommunicatorPlan::WinRm(Box::new(winrm)),
        "none" => CommunicatorPlan::None,
        other => {
            let error = Diagnostic::error(format!("there is no communicator `{other}`; use `ssh`, `winrm` or `none`"));
            decoder.push(error.at(&decoder.span("communicator")).suggest(other, ["ssh", "none", "winrm"]));
            CommunicatorPlan::None
        }
    };
    (plan, key)
}

fn ssh(decoder: &mut Decoder<'_>, is_used: bool) -> SshPlan {
    let username = decoder.string("ssh_username").unwrap_or_default();
    if is_used && username.is_empty() {
        let error = Diagnostic::error("`ssh_username` must be set");
        let help = "or set `communicator` to `none` for a build that needs no session in the guest";
        decoder.missing(&["ssh_username"], error.help(help));
    }
    let (timeout, handshake_attempts) = patience(decoder);
    let private_key_file = key_file(decoder, "ssh_private_key_file", is_used);
    let certificate_file = key_file(decoder, "ssh_certificate_file", is_used);
    if is_used && certificate_file.is_some() && private_key_file.is_none() {
        decoder.reject("ssh_certificate_file", "`ssh_certificate_file` needs `ssh_private_key_file`");
    }
    let detour = detour::detour(decoder, private_key_file.as_deref(), is_used);
    SshPlan {
        host: decoder.string("ssh_host"),
        port: decoder.number("ssh_port", 0..=65535).filter(|port| *port != 0).unwrap_or(22),
        username,
        password: decoder.secret("ssh_password"),
        private_key_file,
        certificate_file,
        agent_auth: decoder.boolean("ssh_agent_auth"),
        disable_agent_forwarding: decoder.boolean("ssh_disable_agent_forwarding"),
        temporary_key: None,
        clear_authorized_keys: decoder.boolean("ssh_clear_authorized_keys"),
        ciphers: algorithms::named(decoder, "ssh_ciphers", CIPHERS, is_used),
        key_exchange_algorithms: algorithms::named(decoder, "ssh_key_exchange_algorithms", KEY_EXCHANGES, is_used),
        pty: decoder.boolean("ssh_pty"),
        timeout,
        handshake_attempts,
        file_transfer_method: file_transfer_method(decoder),
        keep_alive_interval: keep_alive(decoder),
        read_write_timeout: decoder.positive_duration("ssh_read_write_timeout"),
        pause_before_connecting: decoder.duration("pause_before_connecting").unwrap_or_default(),
        detour,
        local_tunnels: tunnels::tunnels(decoder, "ssh_local_tunnels", is_used),
        remote_tunnels: tunnels::tunnels(decoder, "ssh_remote_tunnels", is_used),
    }
}

/// The defaults hold only when neither option is set; otherwise what is not set has no limit.
fn patience(decoder: &mut Decoder<'_>) -> (Option<Duration>, u32) {
    let timeout = decoder.positive_duration("ssh_timeout");
    // Less than 0 is no limit, as 0 is.
    let attempts = decoder.number("ssh_handshake_attempts", i64::MIN..=i64::from(u32::MAX)).unwrap_or(0);
    if timeout.is_none() && attempts == 0 { (Some(DEFAULT_TIMEOUT), DEFAULT_ATTEMPTS) } else { (timeout, attempts) }
}

/// Less than 0 switches it off.
fn keep_alive(decoder: &mut Decoder<'_>) -> Option<Duration> {
    match decoder.signed_duration("ssh_keep_alive_interval").map(Signed::positive) {
        None => Some(DEFAULT_KEEP_ALIVE),
        Some(Some(interval)) if interval.is_zero() => Some(DEFAULT_KEEP_ALIVE),
        Some(interval) => interval,
    }
}

fn file_transfer_method(decoder: &mut Decoder<'_>) -> FileTransferMethod {
    match decoder.choice("ssh_file_transfer_method").as_deref() {
        Some("sftp") => FileTransferMethod::Sftp,
        _ => FileTransferMethod::Scp,
    }
}

/// A file of the user's keys; `~` is the home folder.
fn key_file(decoder: &mut Decoder<'_>, key: &'static str, is_used: bool) -> Option<PathBuf> {
    let text = decoder.string(key)?;
    let path = match (text.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(&text),
    };
    if is_used {
        let span = decoder.span(key);
        decoder.require(&format!("`{key}`"), &path, Expect::File, &span);
        if key.ends_with("private_key_file") {
            refuse_bad_key(decoder, key, &path);
        }
    }
    Some(path)
}

/// A key that no build could use.
fn refuse_bad_key(decoder: &mut Decoder<'_>, key: &'static str, path: &Path) {
    let Ok(Text { text, .. }) = text::read(&decoder.folders().locate(path)) else { return };
    let problem = if text.starts_with("ssh-") {
        "is a public key; name the private one, without `.pub`"
    } else if text.lines().take(3).any(|line| line.contains("ENCRYPTED")) {
        "is protected by a passphrase, which cannot be asked for"
    } else {
        match decode_secret_key(&text, None) {
            Ok(_) => return,
            Err(russh::keys::Error::KeyIsEncrypted) => "is protected by a passphrase, which cannot be asked for",
            Err(_) => "is no private key that can be read",
        }
    };
    decoder.reject(key, format!("`{key}` {problem}"));
}

fn temporary_key(decoder: &mut Decoder<'_>) -> TemporaryKey {
    let kind = decoder.choice("temporary_key_pair_type");
    let bits = decoder.number("temporary_key_pair_bits", 0..=16384).filter(|bits| *bits != 0);
    let kind = kind.unwrap_or_else(|| String::from("rsa"));
    let fits = match (kind.as_str(), bits) {
        ("dsa", _) => {
            decoder.reject("temporary_key_pair_type", "current SSH servers refuse `dsa` keys; use `ed25519`");
            true
        }
        (_, None) | ("ed25519", _) => true,
        ("rsa", Some(bits)) => bits >= 1024,
        (_, Some(bits)) => [256, 384, 521].contains(&bits),
    };
    if !fits {
        decoder.reject(
            "temporary_key_pair_bits",
            format!("`{kind}` keys have {} bits", if kind == "rsa" { "at least 1024" } else { "256, 384 or 521" }),
        );
    }
    let default = if kind == "ecdsa" { 521 } else { TEMPORARY_RSA_BITS };
    let bits = if kind == "ed25519" { 256 } else { bits.unwrap_or(default) };
    TemporaryKey { kind, bits }
}

//! The way to the guest through another host: `ssh_bastion_*` and `ssh_proxy_*`.

use std::path::Path;

use crate::diag::Diagnostic;
use crate::plan::communicator::{Bastion, Detour, Proxy};
use crate::plan::decode::Decoder;

use super::key_file;

const SSH_PORT: u16 = 22;
const SOCKS_PORT: u16 = 1080;

/// `guest_key` is what the bastion's key falls back to.
pub(super) fn detour(decoder: &mut Decoder<'_>, guest_key: Option<&Path>, is_used: bool) -> Option<Detour> {
    let bastion = bastion(decoder, guest_key, is_used);
    let proxy = proxy(decoder);
    if is_used {
        decoder.exclusive("ssh_bastion_host", "ssh_proxy_host");
    }
    bastion.map(|bastion| Detour::Bastion(Box::new(bastion))).or(proxy.map(Detour::Proxy))
}

fn bastion(decoder: &mut Decoder<'_>, guest_key: Option<&Path>, is_used: bool) -> Option<Bastion> {
    let host = decoder.string("ssh_bastion_host");
    let is_used = is_used && host.is_some();
    let own_key = key_file(decoder, "ssh_bastion_private_key_file", is_used);
    let bastion = Bastion {
        port: decoder.number("ssh_bastion_port", 0..=65535).filter(|port| *port != 0).unwrap_or(SSH_PORT),
        username: decoder.string("ssh_bastion_username").unwrap_or_default(),
        password: decoder.secret("ssh_bastion_password"),
        private_key_file: own_key.or_else(|| guest_key.map(Path::to_owned)),
        certificate_file: key_file(decoder, "ssh_bastion_certificate_file", is_used),
        agent_auth: decoder.boolean("ssh_bastion_agent_auth"),
        interactive: decoder.boolean("ssh_bastion_interactive"),
        host: host?,
    };
    if is_used {
        check(decoder, &bastion);
    }
    Some(bastion)
}

fn check(decoder: &mut Decoder<'_>, bastion: &Bastion) {
    let is_way_in =
        bastion.password.is_some() || bastion.private_key_file.is_some() || bastion.agent_auth || bastion.interactive;
    if !is_way_in {
        let error = Diagnostic::error("there is no way to log in to `ssh_bastion_host`");
        let error = error.at(&decoder.span("ssh_bastion_host"));
        decoder.push(error.help("set `ssh_bastion_password` or `ssh_bastion_private_key_file`"));
    }
    if bastion.certificate_file.is_some() && bastion.private_key_file.is_none() {
        let message = "`ssh_bastion_certificate_file` needs `ssh_bastion_private_key_file`";
        decoder.reject("ssh_bastion_certificate_file", message);
    }
}

fn proxy(decoder: &mut Decoder<'_>) -> Option<Proxy> {
    let proxy = Proxy {
        port: decoder.number("ssh_proxy_port", 0..=65535).filter(|port| *port != 0).unwrap_or(SOCKS_PORT),
        username: decoder.string("ssh_proxy_username"),
        password: decoder.secret("ssh_proxy_password"),
        host: String::new(),
    };
    decoder.string("ssh_proxy_host").map(|host| Proxy { host, ..proxy })
}

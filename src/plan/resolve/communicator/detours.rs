//! Ways to the guest through other hosts, and tunnels. They are checked; builds do not go them.

use crate::diag::Diagnostic;
use crate::plan::decode::Decoder;
use crate::plan::resolve::Purpose;

use super::key_file;

pub(super) fn find(decoder: &mut Decoder<'_>, is_used: bool, purpose: Purpose) {
    let hosts = ["ssh_bastion_host", "ssh_proxy_host"].map(|key| (key, decoder.string(key).is_some()));
    let tunnels = ["ssh_local_tunnels", "ssh_remote_tunnels"].map(|key| (key, !decoder.strings(key).is_empty()));
    bastion(decoder, is_used && hosts[0].1);
    if !is_used {
        return;
    }
    for (key, _) in hosts.into_iter().chain(tunnels).filter(|(_, is_set)| *is_set) {
        let finding = purpose.finding(format!("`{key}` is known but not supported by this program"));
        decoder.push(finding.at(&decoder.span(key)));
    }
    for (key, _) in tunnels {
        tunnel_forms(decoder, key);
    }
}

fn bastion(decoder: &mut Decoder<'_>, is_used: bool) {
    let own_key = key_file(decoder, "ssh_bastion_private_key_file", is_used).is_some();
    let agent = decoder.boolean("ssh_bastion_agent_auth");
    let asked = decoder.boolean("ssh_bastion_interactive");
    let password = decoder.string("ssh_bastion_password").is_some();
    if !is_used {
        return;
    }
    decoder.exclusive("ssh_bastion_host", "ssh_proxy_host");
    let is_way_in = own_key || decoder.is_set("ssh_private_key_file") || agent || asked || password;
    if !is_way_in {
        let error = Diagnostic::error("there is no way to log in to `ssh_bastion_host`");
        let error = error.at(&decoder.span("ssh_bastion_host"));
        decoder.push(error.help("set `ssh_bastion_password` or `ssh_bastion_private_key_file`"));
    }
}

fn tunnel_forms(decoder: &mut Decoder<'_>, key: &'static str) {
    for tunnel in decoder.spanned_strings(key) {
        if !is_tunnel(&tunnel.value) {
            let error = Diagnostic::error(format!("`{}` is no tunnel", tunnel.value)).at(&tunnel.span);
            decoder.push(error.help("write it as PORT:HOST:PORT"));
        }
    }
}

fn is_tunnel(text: &str) -> bool {
    let is_port = |text: &str| text.parse::<u16>().is_ok();
    match text.split_once(':').map(|(port, rest)| (port, rest.rsplit_once(':'))) {
        Some((port, Some((host, remote)))) => is_port(port) && !host.is_empty() && is_port(remote),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tunnels_have_three_parts() {
        for good in ["8080:localhost:80", "1:10.0.0.1:2", "1:[::1]:2"] {
            assert!(is_tunnel(good), "{good}");
        }
        for bad in ["", "x", "8080", "8080:localhost", "a:b:1", "1:b:c", "70000:a:1", "1::2"] {
            assert!(!is_tunnel(bad), "{bad}");
        }
    }
}

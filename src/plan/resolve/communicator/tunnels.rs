//! Ports of one side that lead through the session to the other.

use crate::diag::Diagnostic;
use crate::plan::communicator::Tunnel;
use crate::plan::decode::Decoder;

pub(super) fn tunnels(decoder: &mut Decoder<'_>, key: &'static str, is_used: bool) -> Vec<Tunnel> {
    let mut tunnels = Vec::new();
    for text in decoder.spanned_strings(key) {
        match tunnel(&text.value) {
            Some(tunnel) => tunnels.push(tunnel),
            None if is_used => {
                let error = Diagnostic::error(format!("`{}` is no tunnel", text.value)).at(&text.span);
                decoder.push(error.help("write it as PORT:HOST:PORT"));
            }
            None => {}
        }
    }
    tunnels
}

/// The host may be an IPv6 address in brackets, which are taken off.
fn tunnel(text: &str) -> Option<Tunnel> {
    let (port, rest) = text.split_once(':')?;
    let (host, host_port) = rest.rsplit_once(':')?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let tunnel = Tunnel { port: port.parse().ok()?, host: bare.to_owned(), host_port: host_port.parse().ok()? };
    (!tunnel.host.is_empty()).then_some(tunnel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tunnels_have_three_parts() {
        for (text, host) in
            [("8080:localhost:80", "localhost"), ("8080:10.0.0.1:80", "10.0.0.1"), ("8080:[::1]:80", "::1")]
        {
            assert_eq!(tunnel(text), Some(Tunnel { port: 8080, host: host.into(), host_port: 80 }), "{text}");
        }
        for bad in ["", "x", "8080", "8080:localhost", "a:b:1", "1:b:c", "70000:a:1", "1::2", "1:[]:2"] {
            assert_eq!(tunnel(bad), None, "{bad}");
        }
    }
}

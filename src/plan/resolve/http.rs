//! The embedded HTTP server's options.

use std::net::{IpAddr, Ipv4Addr};

use crate::plan::HttpPlan;
use crate::plan::decode::{Decoder, Expect};

pub(super) fn http(decoder: &mut Decoder<'_>) -> HttpPlan {
    let directory = decoder.path("http_directory");
    if let Some(directory) = &directory {
        let span = decoder.span("http_directory");
        decoder.require_for_run("`http_directory`", directory, Expect::Folder, &span);
    }
    let content = decoder.map("http_content");
    if directory.is_some() && !content.is_empty() {
        decoder.exclusive("http_directory", "http_content");
    }
    if let Some(path) = content.keys().find(|path| !path.starts_with('/')) {
        decoder.reject("http_content", format!("`http_content` paths begin with `/`; `{path}` does not"));
    }
    network(decoder);
    let (port_min, port_max) = ports(decoder, "http_port_min", "http_port_max", (8000, 9000));
    HttpPlan { directory, content, port_min, port_max, bind_address: bind_address(decoder) }
}

fn network(decoder: &mut Decoder<'_>) {
    if decoder.string("http_interface").is_some() {
        decoder.exclusive("http_interface", "http_bind_address");
    }
    decoder.choice("http_network_protocol");
}

fn bind_address(decoder: &mut Decoder<'_>) -> Option<IpAddr> {
    let text = decoder.string("http_bind_address")?;
    if text == "localhost" {
        return Some(Ipv4Addr::LOCALHOST.into());
    }
    let address = text.trim_start_matches('[').trim_end_matches(']').parse();
    address.map_err(|_| decoder.reject("http_bind_address", format!("`{text}` is no IP address"))).ok()
}

/// Two ends of a range of ports. 0 counts as unset.
pub(super) fn ports(
    decoder: &mut Decoder<'_>,
    min: &'static str,
    max: &'static str,
    default: (u16, u16),
) -> (u16, u16) {
    let mut port = |key, default| decoder.number::<u16>(key, 0..=65535).filter(|port| *port != 0).unwrap_or(default);
    let (low, high) = (port(min, default.0), port(max, default.1));
    if low > high {
        let key = if decoder.is_set(min) { min } else { max };
        decoder.reject(key, format!("`{min}` ({low}) must not be above `{max}` ({high})"));
    }
    (low, high)
}

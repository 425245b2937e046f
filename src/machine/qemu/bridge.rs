//! Machines on a bridge of the host: the addresses of both ends.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::launch::Process;
use crate::machine::Error;
use crate::process::Cmd;

/// The neighbour table has no way to wait for it.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
const NEIGHBOURS: &str = "/proc/net/arp";

/// The first IPv4 address of a host interface: where guests on the bridge reach this host.
pub(super) async fn host_address(bridge: &str) -> Result<IpAddr, Error> {
    let output = Cmd::new("ip").args(["-4", "-o", "addr", "show", "dev", bridge]).run().await?;
    first_address(&output.stdout).map(IpAddr::V4).ok_or_else(|| Error::Host {
        message: format!("the bridge `{bridge}` has no IPv4 address, so the guest cannot reach this host"),
    })
}

/// `4: br0    inet 192.168.7.1/24 brd …`
fn first_address(text: &str) -> Option<Ipv4Addr> {
    let mut words = text.split_whitespace();
    words.find(|word| *word == "inet")?;
    words.next()?.split('/').next()?.parse().ok()
}

/// Waits until the host has talked to the guest's network card.
pub(super) async fn guest_address(process: &mut Process) -> Result<String, Error> {
    let hardware = card_address(process).await?;
    loop {
        let table = fs_err::read_to_string(NEIGHBOURS).map_err(Error::io("read the host's neighbour table"))?;
        if let Some(address) = neighbour(&table, &hardware) {
            return Ok(address.to_string());
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}

/// The hardware address of the machine's first network card.
async fn card_address(process: &mut Process) -> Result<String, Error> {
    const DEVICES: &str = "/machine/peripheral-anon";
    let devices = process.execute(qapi_qmp::qom_list { path: DEVICES.to_owned() }).await?;
    for device in devices.iter().filter(|device| device.name.starts_with("device[")) {
        let path = format!("{DEVICES}/{}", device.name);
        let command = qapi_qmp::qom_get { path, property: "mac".to_owned() };
        // Other devices have no such property, which QEMU answers by an error.
        if let Ok(address) = process.execute(command).await
            && let Some(address) = address.as_str()
        {
            return Ok(address.to_owned());
        }
    }
    Err(process.error("the machine has no network card".to_owned()))
}

/// Columns: address, type, flags, hardware address, mask, device. Flags 0 mean an answer never came.
fn neighbour(table: &str, hardware: &str) -> Option<Ipv4Addr> {
    table.lines().skip(1).find_map(|line| {
        let columns: Vec<_> = line.split_whitespace().collect();
        let [address, _, flags, found, ..] = columns[..] else { return None };
        (flags != "0x0" && found.eq_ignore_ascii_case(hardware)).then(|| address.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_address_of_an_interface() {
        let text = "4: br0    inet 192.168.7.1/24 brd 192.168.7.255 scope global br0\\       valid_lft forever\n\
                    4: br0    inet 10.0.0.1/8 scope global secondary br0\n";
        assert_eq!(first_address(text), Some(Ipv4Addr::new(192, 168, 7, 1)));
        assert_eq!(first_address(""), None);
    }

    #[test]
    fn neighbours_that_never_answered_do_not_count() {
        let table = "IP address       HW type     Flags       HW address            Mask     Device\n\
                     192.168.7.9      0x1         0x0         52:54:00:12:34:56     *        br0\n\
                     192.168.7.8      0x1         0x2         52:54:00:12:34:56     *        br0\n";
        assert_eq!(neighbour(table, "52:54:00:12:34:56"), Some(Ipv4Addr::new(192, 168, 7, 8)));
        assert_eq!(neighbour(table, "52:54:00:12:34:57"), None);
    }
}

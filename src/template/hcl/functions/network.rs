//! Networks of IPv4 and IPv6. Addresses are numbers of 32 or 128 bits.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bigdecimal::ToPrimitive;
use ipnet::IpNet;

use crate::template::hcl::value::{Number, Value};

use super::CallError;
use super::arguments::{Arguments, quoted};
use super::table::{Function, number, text};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("cidrhost", &[text("prefix"), number("hostnum")], host),
    Function::new("cidrnetmask", &[text("prefix")], netmask),
    Function::new("cidrsubnet", &[text("prefix"), number("newbits"), number("netnum")], subnet),
    Function::new("cidrsubnets", &[text("prefix")], subnets).and_any(number("newbits")),
];

#[derive(Clone, Copy)]
struct Network {
    is_v4: bool,
    /// The address with zeros in the part of the hosts.
    first: u128,
    prefix: u32,
}

impl Network {
    fn read(arguments: &Arguments<'_>) -> Result<Self, CallError> {
        let text = arguments.text(0);
        let wrong = |_| CallError::of(0, format!("{} is not a network such as 10.0.0.0/8 or fd00::/16", quoted(text)));
        let network: IpNet = text.parse().map_err(wrong)?;
        let first = match network.network() {
            IpAddr::V4(address) => u128::from(address.to_bits()),
            IpAddr::V6(address) => address.to_bits(),
        };
        Ok(Self { is_v4: network.addr().is_ipv4(), first, prefix: u32::from(network.prefix_len()) })
    }

    fn bits(self) -> u32 {
        if self.is_v4 { 32 } else { 128 }
    }

    /// The bits of the hosts' numbers.
    fn free(self) -> u32 {
        self.bits() - self.prefix
    }

    fn address(self, bits: u128) -> IpAddr {
        match u32::try_from(bits) {
            Ok(bits) if self.is_v4 => IpAddr::V4(Ipv4Addr::from_bits(bits)),
            _ => IpAddr::V6(Ipv6Addr::from_bits(bits)),
        }
    }

    /// A network with a longer prefix.
    fn extended(self, bits: u32, argument: usize) -> Result<Self, CallError> {
        let prefix = self.prefix.saturating_add(bits);
        if prefix > self.bits() {
            let message = format!("a prefix of {} bits has no room for {bits} more", self.prefix);
            return Err(CallError::of(argument, message));
        }
        Ok(Self { prefix, ..self })
    }

    fn value(self) -> Value {
        Value::string(format!("{}/{}", self.address(self.first), self.prefix))
    }
}

/// A number of `bits` bits at most.
fn mask(bits: u32) -> u128 {
    1_u128.checked_shl(bits).map_or(u128::MAX, |end| end - 1)
}

/// A negative number counts from the end.
fn host(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let network = Network::read(arguments)?;
    let written = arguments.number(1);
    let largest = mask(network.free());
    let position = whole(written).and_then(|number| match number {
        0.. => Some(number.unsigned_abs()),
        ..0 => largest.checked_sub(number.unsigned_abs() - 1),
    });
    match position.filter(|position| *position <= largest) {
        Some(position) => Ok(Value::string(network.address(network.first | position).to_string())),
        None => Err(CallError::of(1, format!("a prefix of {} bits has no host {written}", network.prefix))),
    }
}

fn whole(number: &Number) -> Option<i128> {
    number.is_integer().then(|| number.decimal().to_i128()).flatten()
}

fn netmask(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let network = Network::read(arguments)?;
    Ok(Value::string(network.address(mask(network.bits()) & !mask(network.free())).to_string()))
}

fn subnet(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let network = Network::read(arguments)?;
    let new_bits = bits(arguments, 1)?;
    let subnet = network.extended(new_bits, 1)?;
    let written = arguments.number(2);
    let position = whole(written).and_then(|number| u128::try_from(number).ok());
    match position.filter(|position| *position <= mask(new_bits)) {
        // With no free bits there is nothing to shift by.
        Some(position) => {
            let position = position.checked_shl(subnet.free()).unwrap_or(0);
            Ok(Network { first: subnet.first | position, ..subnet }.value())
        }
        None => Err(CallError::of(2, format!("{new_bits} bits more have no room for a network {written}"))),
    }
}

/// One network behind the other, each where it may begin.
fn subnets(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let network = Network::read(arguments)?;
    let last = mask(network.free());
    let mut next = Some(0_u128);
    let mut found = Vec::new();
    for index in 1..arguments.len() {
        let new_bits = bits(arguments, index)?;
        if new_bits == 0 {
            return Err(CallError::of(index, "at least one bit must be added"));
        }
        let subnet = network.extended(new_bits, index)?;
        let size = 1_u128 << subnet.free();
        let start = next.and_then(|next| next.checked_next_multiple_of(size)).filter(|start| *start <= last);
        let start = start.ok_or_else(|| CallError::of(index, "there is no room for this network behind the others"))?;
        found.push(Network { first: network.first | start, ..subnet }.value());
        next = start.checked_add(size);
    }
    Ok(Value::list(found))
}

fn bits(arguments: &Arguments<'_>, index: usize) -> Result<u32, CallError> {
    Ok(u32::try_from(arguments.count(index)?).unwrap_or(u32::MAX))
}

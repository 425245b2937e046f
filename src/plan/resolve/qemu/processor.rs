//! Processors of the guest.

use crate::plan::decode::Decoder;
use crate::plan::qemu::Topology;

/// More than any machine type of QEMU takes; it catches a memory size written as `cpus`.
const MOST: i64 = 4096;

/// Without `cpus` the number is derived, and it is 1 where nothing is set.
pub(super) fn topology(decoder: &mut Decoder<'_>) -> Topology {
    let mut count = |key| decoder.number(key, 0..=MOST).unwrap_or(0);
    Topology { cpus: count("cpus"), sockets: count("sockets"), cores: count("cores"), threads: count("threads") }
}

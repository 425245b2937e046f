//! OVF: the description of a machine (DMTF DSP0243), in the dialect that VirtualBox and VMware import.

mod mac;
mod read;
#[cfg(test)]
mod tests;
mod write;
mod xml;

pub use mac::Mac;
pub use read::{Envelope, MAX_BYTES, ReadError};
pub use write::text;

use uuid::Uuid;

/// Version 5 UUIDs of our appliances are made below this one.
const NAMESPACE: Uuid = Uuid::from_u128(0x5b7c_21f0_93d4_4f0e_a6a1_0c2e_7d55_81b3);

/// VirtualBox's type for a guest of which nothing more is known.
pub const DEFAULT_GUEST_OS_TYPE: &str = "Linux_64";

/// A machine to be imported elsewhere. Identifiers and the MAC address follow from the name, so that the
/// same machine always gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appliance {
    pub name: String,
    /// VirtualBox's, such as `Ubuntu_64`.
    pub guest_os_type: String,
    pub processors: u32,
    pub memory_mib: u32,
    pub efi: bool,
    /// In the guest's order.
    pub disks: Vec<ApplianceDisk>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplianceDisk {
    /// The file's name in the package.
    pub file: String,
    pub file_bytes: u64,
    pub capacity_bytes: u64,
    /// What of the capacity holds data.
    pub populated_bytes: u64,
}

/// Of disks of which it is not known what they ran in.
const DEFAULT_PROCESSORS: u32 = 1;
const DEFAULT_MEMORY_MIB: u32 = 1024;

impl Appliance {
    /// A machine of which only the name is known. It has no disks yet.
    pub fn small(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            guest_os_type: DEFAULT_GUEST_OS_TYPE.into(),
            processors: DEFAULT_PROCESSORS,
            memory_mib: DEFAULT_MEMORY_MIB,
            efi: false,
            disks: Vec::new(),
        }
    }

    pub fn uuid(&self) -> Uuid {
        uuid_of("machine", &self.name)
    }

    pub fn disk_uuid(&self, index: usize) -> Uuid {
        uuid_of(&format!("disk {index}"), &self.name)
    }

    pub fn mac(&self) -> Mac {
        let [a, b, c, ..] = *uuid_of("network adapter", &self.name).as_bytes();
        Mac::virtualbox([a, b, c])
    }
}

/// Always the same for the same part of the same whole.
pub fn uuid_of(part: &str, whole: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{part} of {whole}").as_bytes())
}

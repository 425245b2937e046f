//! The text of an OVF. What is standard in it is what VMware and others read; VirtualBox takes its own part, which alone
//! can tell of EFI and MAC addresses.

use super::xml::Xml;
use super::{Appliance, ApplianceDisk};

const STREAM_OPTIMIZED: &str = "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized";

const ENVELOPE: &[(&str, &str)] = &[
    ("ovf:version", "1.0"),
    ("xml:lang", "en-US"),
    ("xmlns", "http://schemas.dmtf.org/ovf/envelope/1"),
    ("xmlns:ovf", "http://schemas.dmtf.org/ovf/envelope/1"),
    ("xmlns:rasd", "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"),
    ("xmlns:vssd", "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData"),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    ("xmlns:vbox", "http://www.virtualbox.org/ovf/machine"),
    ("xmlns:vmw", "http://www.vmware.com/schema/ovf"),
];

/// The first is what VirtualBox calls itself; VMware refuses a package that names nothing else.
const SYSTEM_TYPES: &str = "virtualbox-2.2 vmx-13";

/// Settings of VirtualBox 4 and all after it.
const SETTINGS_VERSION: &str = "1.12-linux";

/// CIM's numbers of operating systems (CIM_OperatingSystem.OSType) by the beginning of VirtualBox's names: with 32 and
/// with 64 bits.
const OPERATING_SYSTEMS: &[(&str, &str, &str)] = &[
    ("Ubuntu", "93", "94"),
    ("Debian", "95", "96"),
    ("RedHat", "79", "80"),
    ("FreeBSD", "42", "78"),
    ("Linux", "36", "101"),
    ("", "1", "102"),
];

/// Resource types of CIM_ResourceAllocationSettingData, and the instances that others refer to.
const PROCESSOR: &str = "3";
const MEMORY: &str = "4";
const ETHERNET: &str = "10";
const HARD_DISK: &str = "17";
const STORAGE: &str = "20";
const SATA_INSTANCE: &str = "3";

/// Ports for disks that are added later.
const MIN_SATA_PORTS: usize = 8;

/// The only network: that of the host, behind address translation. Vagrant needs it on the first adapter.
const NETWORK: &str = "NAT";

/// The descriptor of `appliance`.
pub fn text(appliance: &Appliance) -> String {
    let mut xml = Xml::new();
    xml.element("Envelope", ENVELOPE, |xml| {
        references(xml, appliance);
        disk_section(xml, appliance);
        network_section(xml);
        virtual_system(xml, appliance);
    });
    xml.finish()
}

fn references(xml: &mut Xml, appliance: &Appliance) {
    xml.element("References", &[], |xml| {
        for (number, disk) in numbered(appliance) {
            let size = disk.file_bytes.to_string();
            let id = format!("file{number}");
            xml.empty("File", &[("ovf:href", &disk.file), ("ovf:id", &id), ("ovf:size", &size)]);
        }
    });
}

fn disk_section(xml: &mut Xml, appliance: &Appliance) {
    xml.element("DiskSection", &[], |xml| {
        xml.leaf("Info", &[], "Virtual disks");
        for (number, disk) in numbered(appliance) {
            xml.empty(
                "Disk",
                &[
                    ("ovf:capacity", &disk.capacity_bytes.to_string()),
                    ("ovf:diskId", &format!("vmdisk{number}")),
                    ("ovf:fileRef", &format!("file{number}")),
                    ("ovf:format", STREAM_OPTIMIZED),
                    ("ovf:populatedSize", &disk.populated_bytes.to_string()),
                    ("vbox:uuid", &appliance.disk_uuid(number - 1).to_string()),
                ],
            );
        }
    });
}

fn network_section(xml: &mut Xml) {
    xml.element("NetworkSection", &[], |xml| {
        xml.leaf("Info", &[], "Networks");
        xml.element("Network", &[("ovf:name", NETWORK)], |xml| {
            xml.leaf("Description", &[], "The host's network behind address translation");
        });
    });
}

fn virtual_system(xml: &mut Xml, appliance: &Appliance) {
    xml.element("VirtualSystem", &[("ovf:id", &appliance.name)], |xml| {
        xml.leaf("Info", &[], "A virtual machine");
        operating_system(xml, &appliance.guest_os_type);
        xml.element("VirtualHardwareSection", &[], |xml| {
            xml.leaf("Info", &[], "Hardware of the virtual machine");
            hardware(xml, appliance);
        });
        virtualbox(xml, appliance);
    });
}

fn operating_system(xml: &mut Xml, guest_os_type: &str) {
    let known = OPERATING_SYSTEMS.iter().find(|(name, ..)| guest_os_type.starts_with(name));
    let (_, bits_32, bits_64) = known.expect("the last entry fits any name");
    let id = if guest_os_type.ends_with("_64") { bits_64 } else { bits_32 };
    xml.element("OperatingSystemSection", &[("ovf:id", id)], |xml| {
        xml.leaf("Info", &[], "The guest's operating system");
        xml.leaf("Description", &[], guest_os_type);
        xml.leaf("vbox:OSType", &[("ovf:required", "false")], guest_os_type);
    });
}

fn hardware(xml: &mut Xml, appliance: &Appliance) {
    xml.element("System", &[], |xml| {
        xml.leaf("vssd:ElementName", &[], "Virtual Hardware Family");
        xml.leaf("vssd:InstanceID", &[], "0");
        xml.leaf("vssd:VirtualSystemIdentifier", &[], &appliance.name);
        xml.leaf("vssd:VirtualSystemType", &[], SYSTEM_TYPES);
    });
    let processors = appliance.processors.to_string();
    item(xml, &format!("{processors} virtual CPUs"), "1", PROCESSOR, &[("rasd:VirtualQuantity", &processors)]);
    let memory = appliance.memory_mib.to_string();
    let megabytes = [("rasd:AllocationUnits", "byte * 2^20"), ("rasd:VirtualQuantity", memory.as_str())];
    item(xml, &format!("{memory} MB of memory"), "2", MEMORY, &megabytes);
    let controller = [("rasd:Address", "0"), ("rasd:ResourceSubType", "vmware.sata.ahci")];
    item(xml, "SATA controller", SATA_INSTANCE, STORAGE, &controller);
    let adapter =
        [("rasd:AutomaticAllocation", "true"), ("rasd:Connection", NETWORK), ("rasd:ResourceSubType", "E1000")];
    item(xml, "Ethernet adapter", "4", ETHERNET, &adapter);
    for (number, _) in numbered(appliance) {
        let (port, resource) = ((number - 1).to_string(), format!("ovf:/disk/vmdisk{number}"));
        let disk = [
            ("rasd:AddressOnParent", port.as_str()),
            ("rasd:HostResource", resource.as_str()),
            ("rasd:Parent", SATA_INSTANCE),
        ];
        item(xml, &format!("disk{number}"), &(number + 4).to_string(), HARD_DISK, &disk);
    }
    if appliance.efi {
        xml.empty("vmw:Config", &[("ovf:required", "false"), ("vmw:key", "firmware"), ("vmw:value", "efi")]);
    }
}

/// A piece of hardware. VMware wants the elements sorted, and drops what has no caption.
fn item(xml: &mut Xml, name: &str, instance: &str, kind: &str, more: &[(&'static str, &str)]) {
    let common = [
        ("rasd:Caption", name),
        ("rasd:ElementName", name),
        ("rasd:InstanceID", instance),
        ("rasd:ResourceType", kind),
    ];
    let mut elements: Vec<_> = common.iter().chain(more).collect();
    elements.sort();
    xml.element("Item", &[], |xml| {
        for (name, content) in elements {
            xml.leaf(name, &[], content);
        }
    });
}

fn virtualbox(xml: &mut Xml, appliance: &Appliance) {
    let attributes = [
        ("ovf:required", "false"),
        ("version", SETTINGS_VERSION),
        ("uuid", &format!("{{{}}}", appliance.uuid())),
        ("name", &appliance.name),
        ("OSType", &appliance.guest_os_type),
    ];
    xml.element("vbox:Machine", &attributes, |xml| {
        xml.leaf("ovf:Info", &[], "VirtualBox's own settings");
        xml.element("Hardware", &[("version", "2")], |xml| settings(xml, appliance));
        storage(xml, appliance);
    });
}

fn settings(xml: &mut Xml, appliance: &Appliance) {
    xml.element("CPU", &[("count", &appliance.processors.to_string())], |xml| {
        xml.empty("PAE", &[("enabled", "true")]);
        xml.empty("X2APIC", &[("enabled", "true")]);
        xml.empty("LongMode", &[("enabled", if appliance.guest_os_type.ends_with("_64") { "true" } else { "false" })]);
    });
    xml.empty("Memory", &[("RAMSize", &appliance.memory_mib.to_string())]);
    xml.empty("Firmware", &[("type", if appliance.efi { "EFI" } else { "BIOS" })]);
    xml.empty("Display", &[("controller", "VMSVGA"), ("VRAMSize", "16")]);
    xml.element("BIOS", &[], |xml| xml.empty("IOAPIC", &[("enabled", "true")]));
    xml.element("Network", &[], |xml| {
        let mac = appliance.mac().to_string();
        let adapter =
            [("slot", "0"), ("enabled", "true"), ("MACAddress", mac.as_str()), ("cable", "true"), ("type", "82540EM")];
        xml.element("Adapter", &adapter, |xml| xml.empty("NAT", &[]));
    });
    xml.empty("Paravirt", &[("provider", "Default")]);
    xml.empty("AudioAdapter", &[("driver", "Null"), ("enabled", "false")]);
    xml.empty("RTC", &[("localOrUTC", "UTC")]);
}

fn storage(xml: &mut Xml, appliance: &Appliance) {
    let ports = appliance.disks.len().max(MIN_SATA_PORTS).to_string();
    let controller = [("name", "SATA Controller"), ("type", "AHCI"), ("PortCount", &ports), ("Bootable", "true")];
    xml.element("StorageControllers", &[], |xml| {
        xml.element("StorageController", &controller, |xml| {
            for (number, _) in numbered(appliance) {
                let port = (number - 1).to_string();
                let device = [("type", "HardDisk"), ("port", port.as_str()), ("device", "0")];
                xml.element("AttachedDevice", &device, |xml| {
                    xml.empty("Image", &[("uuid", &format!("{{{}}}", appliance.disk_uuid(number - 1)))]);
                });
            }
        });
    });
}

/// From 1 on.
fn numbered(appliance: &Appliance) -> impl Iterator<Item = (usize, &ApplianceDisk)> {
    (1..).zip(&appliance.disks)
}

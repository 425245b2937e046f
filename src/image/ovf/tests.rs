//! What is written is read back, and what is hostile is refused.

use super::*;

fn appliance() -> Appliance {
    let disk = |file: &str| ApplianceDisk {
        file: file.into(),
        file_bytes: 4096,
        capacity_bytes: 1 << 30,
        populated_bytes: 65536,
    };
    Appliance {
        name: "a \"big\" <vm> & more\u{7}".into(),
        guest_os_type: "Ubuntu_64".into(),
        processors: 2,
        memory_mib: 1024,
        efi: true,
        disks: vec![disk("vm-disk001.vmdk"), disk("vm-disk002.vmdk")],
    }
}

#[test]
fn what_is_written_is_read_back() {
    let text = text(&appliance());
    let envelope = Envelope::parse(&text).unwrap();
    assert_eq!(envelope.files, ["vm-disk001.vmdk", "vm-disk002.vmdk"]);
    assert_eq!(envelope.disks, envelope.files);
    assert_eq!(envelope.mac, Some(appliance().mac()));
    assert!(text.contains(r#"<VirtualSystem ovf:id="a &quot;big&quot; &lt;vm&gt; &amp; more">"#), "{text}");
    assert!(text.contains("<OperatingSystemSection ovf:id=\"94\">"));
    insta::assert_snapshot!(super::text(&Appliance { name: "vm".into(), ..appliance() }));
}

#[test]
fn the_same_machine_is_the_same_appliance() {
    let other = Appliance { name: "other".into(), ..appliance() };
    assert_eq!(text(&appliance()), text(&appliance()));
    assert_ne!((appliance().uuid(), appliance().mac()), (other.uuid(), other.mac()));
    assert_ne!(appliance().disk_uuid(0), appliance().disk_uuid(1));
    assert!(appliance().mac().to_string().starts_with("080027"));
}

#[test]
fn the_first_adapter_counts_wherever_it_stands() {
    let text = |adapters: &str| {
        format!("<Envelope xmlns:v='v'><v:Machine><Network>{adapters}</Network></v:Machine></Envelope>")
    };
    let mac = |adapters: &str| Envelope::parse(&text(adapters)).unwrap().mac.map(|mac| mac.to_string());
    let second = "<Adapter slot='1' MACAddress='080027000002'/>";
    assert_eq!(mac(&format!("{second}<Adapter\n MACAddress='08002700ab01'\n slot='0'/>")).unwrap(), "08002700AB01");
    assert_eq!(mac(second), None);
    assert_eq!(mac("<Adapter slot='0' MACAddress='much'/>"), None);
}

#[test]
fn hostile_descriptors_are_refused() {
    let error = |text: &str| crate::error::chain(&Envelope::parse(text).unwrap_err());
    let entity = "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><Envelope>&e;</Envelope>";
    assert!(error(entity).contains("it is no XML"), "{}", error(entity));
    assert!(error("<Envelope>&lol;</Envelope>").contains("it is no XML"));
    assert!(error("<html/>").contains("`html`, not `Envelope`"));
    assert!(error("").contains("it is no XML"));
    assert!(error(&" ".repeat(5 << 20)).contains("at most 4194304"));
    let attributes: Vec<String> = (0..100_000).map(|number| format!(" a{number}=''")).collect();
    assert!(error(&format!("<Envelope{}/>", attributes.concat())).contains("more than 1000 attributes"));
    assert!(error(&"<a>".repeat(1 << 20)).contains("it is no XML"));
    assert!(error(&format!("<Envelope>{}</Envelope>", "<a/>".repeat(300_000))).contains("it is no XML"));
}

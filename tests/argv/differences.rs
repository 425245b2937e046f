//! Every difference from Packer's command line that is meant. `docs/differences.md` tells readers of them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::trial::Switches;

/// One difference: Packer's form, ours, and why; the same words are in the page for readers.
#[derive(Debug)]
pub(crate) struct Difference {
    switch: &'static str,
    change: Change,
    when: When,
    pub(crate) why: &'static str,
}

#[derive(Debug)]
enum Change {
    /// A part of each value, and what we write in its place.
    Part(&'static str, &'static str),
    /// All values of the switch, and ours.
    All(&'static [&'static str], &'static [&'static str]),
    /// A value that we add at the end.
    Added(&'static str),
}

/// Where a difference is looked for.
#[derive(Debug)]
enum When {
    Always,
    /// The template does not set this option.
    Silent(&'static str),
    /// The template sets this option.
    Given(&'static str),
    /// The template sets this option to that.
    Set(&'static str, &'static str),
    /// Packer gives this switch.
    Said(&'static str),
    /// No argument of Packer's has one of these words.
    Unsaid(&'static [&'static str]),
}

use Change::{Added, All, Part};
use When::{Always, Given, Said, Set, Silent, Unsaid};

const fn difference(switch: &'static str, change: Change, when: When, why: &'static str) -> Difference {
    Difference { switch, change, when, why }
}

const SMALL_IMAGES: &str = "space that the guest frees does not stay in the image";
const CONTROLLER: &str = "QEMU's machines of today have no bus for `if=scsi`";
const CD_CONTROLLER: &str = "PC machines have no bus for `virtio-scsi-device`";
const INDEX: &str = "QEMU refuses two drives in one place, and a disk is there";
const DEPRECATED: &str = "the short form is deprecated in QEMU";
const COMMA: &str = "QEMU would end the value at the comma";
const NO_ACPI: &str = "QEMU lost the switch";
const TOPOLOGY: &str = "the rule of later Packers, which have sockets, cores and threads";

/// In the order in which they are applied: a later one sees what an earlier one made.
pub(crate) const ALL: &[Difference] = &[
    difference("-drive", Part("discard=ignore,", "discard=unmap,"), Silent("disk_discard"), SMALL_IMAGES),
    difference(
        "-drive",
        Part("discard=unmap,format=qcow2", "discard=unmap,format=qcow2,detect-zeroes=unmap"),
        Silent("disk_detect_zeroes"),
        SMALL_IMAGES,
    ),
    difference(
        "-drive",
        Part("discard=unmap,format=raw", "discard=unmap,format=raw,detect-zeroes=unmap"),
        Silent("disk_detect_zeroes"),
        SMALL_IMAGES,
    ),
    difference(
        "-drive",
        Part("file=output-qemu/packer-qemu,if=scsi,", "if=none,file=output-qemu/packer-qemu,id=drive0,"),
        Always,
        CONTROLLER,
    ),
    difference(
        "-drive",
        Part("file=output-qemu/packer-qemu-1,if=scsi,", "if=none,file=output-qemu/packer-qemu-1,id=drive1,"),
        Always,
        CONTROLLER,
    ),
    difference(
        "-device",
        All(
            &["virtio-net,netdev=user.0"],
            &[
                "virtio-scsi-pci,id=scsi0",
                "scsi-hd,bus=scsi0.0,drive=drive0",
                "scsi-hd,bus=scsi0.0,drive=drive1",
                "virtio-net,netdev=user.0",
            ],
        ),
        Set("disk_interface", "scsi"),
        CONTROLLER,
    ),
    difference(
        "-device",
        All(
            &[
                "virtio-net,netdev=user.0",
                "virtio-scsi-device",
                "scsi-cd,drive=cdrom0",
                "virtio-scsi-device",
                "scsi-cd,drive=cdrom1",
            ],
            &[
                "virtio-net,netdev=user.0",
                "virtio-scsi-pci,id=scsi0",
                "scsi-cd,bus=scsi0.0,drive=cdrom0",
                "scsi-cd,bus=scsi0.0,drive=cdrom1",
            ],
        ),
        Always,
        CD_CONTROLLER,
    ),
    difference(
        "-device",
        All(
            &[
                "virtio-scsi-pci,id=scsi0",
                "scsi-hd,bus=scsi0.0,drive=drive0",
                "virtio-net,netdev=user.0",
                "virtio-scsi-device",
                "scsi-cd,drive=cdrom0",
            ],
            &[
                "virtio-scsi-pci,id=scsi0",
                "scsi-hd,bus=scsi0.0,drive=drive0",
                "virtio-net,netdev=user.0",
                "scsi-cd,bus=scsi0.0,drive=cdrom0",
            ],
        ),
        Always,
        CD_CONTROLLER,
    ),
    difference("-drive", Part("if=virtio,index=0", "if=virtio,index=1"), Silent("disk_interface"), INDEX),
    difference("-drive", Part("if=none,index=0", "if=none,index=1"), Given("disk_interface"), INDEX),
    difference("-drive", Part("if=ide,index=0", "if=ide,index=2"), Given("disk_interface"), INDEX),
    difference("-drive", Part("file=output-qemu/a,b,", "file=output-qemu/a,,b,"), Always, COMMA),
    difference("-name", Part("a,b", "a,,b"), Always, COMMA),
    difference("-smp", All(&[], &["1"]), Always, TOPOLOGY),
    difference("-smp", All(&["cpus=4,sockets=4"], &["4"]), Always, TOPOLOGY),
    difference(
        "-netdev",
        Part("user,id=user.0,hostfwd=tcp::", "user,id=user.0,hostfwd=tcp:127.0.0.1:"),
        Always,
        "the guest's password is often well known",
    ),
    difference(
        "-device",
        All(&["rtl8139,netdev=mine", "virtio-net,netdev=user.0"], &["rtl8139,netdev=mine"]),
        Always,
        "a card on a network that is gone stops QEMU",
    ),
    difference("-cpu", Part("host", "max"), Always, "`host` needs hardware virtualization"),
    difference(
        "-machine",
        All(&["type=pc,accel=tcg"], &["type=pc"]),
        Said("-accel"),
        "QEMU refuses both spellings at once",
    ),
    difference("--no-acpi", All(&[""], &[]), Always, NO_ACPI),
    difference("-machine", Added("acpi=off"), Said("--no-acpi"), NO_ACPI),
    difference("-display", All(&["gtk"], &[]), Given("display"), "the rule of later Packers: `none` leaves it to QEMU"),
    difference("-vnc", Part(",password", ",password=on"), Always, DEPRECATED),
    difference(
        "-vnc",
        All(&["127.0.0.1:DISPLAY"], &["127.0.0.1:101"]),
        Given("vnc_port_min"),
        "a display is its port less 5900; 1.6.6 takes off `vnc_port_min`",
    ),
    difference(
        "-vnc",
        Added("unix:TEMPORARY"),
        Always,
        "keys are typed through it, whatever the template does to `-vnc`",
    ),
    difference(
        "-qmp",
        Part("unix:output-qemu/packer-qemu.monitor,", "unix:TEMPORARY,"),
        Always,
        "a socket is no part of the artifact",
    ),
    difference("-qmp", Part(",server,nowait", ",server=on,wait=off"), Always, DEPRECATED),
    difference(
        "-qmp",
        Added("unix:TEMPORARY,server=off"),
        Always,
        "the build watches and controls the machine through it",
    ),
    difference(
        "-serial",
        Added("file:TEMPORARY"),
        Unsaid(&["serial", "nographic", "nodefaults"]),
        "evidence when an installation fails",
    ),
    difference(
        "qemu-img",
        All(
            &["convert -O qcow2 base.img output-qemu/packer-qemu"],
            &["convert -o cluster_size=32k -O qcow2 base.img output-qemu/packer-qemu"],
        ),
        Given("qemu_img_args"),
        "the rule of later Packers: `convert` counts for the copy too",
    ),
];

/// What we must give where Packer gives this; `used` gets the numbers of the differences that mattered.
pub(crate) fn apply(packers: &Switches, options: &Value, used: &mut BTreeSet<usize>) -> Switches {
    let mut expected = packers.clone();
    for (number, difference) in ALL.iter().enumerate() {
        if difference.when.holds(packers, options) && difference.change(&mut expected) {
            used.insert(number);
        }
    }
    expected
}

impl Difference {
    /// Whether anything changed.
    fn change(&self, expected: &mut Switches) -> bool {
        let before = expected.get(self.switch).cloned().unwrap_or_default();
        let after: Vec<String> = match self.change {
            Part(from, to) => before.iter().map(|value| value.replace(from, to)).collect(),
            All(from, to) if before == from => to.iter().map(|&value| value.to_owned()).collect(),
            All(..) => before.clone(),
            Added(value) => before.iter().cloned().chain([value.to_owned()]).collect(),
        };
        let changed = before != after;
        if changed && after.is_empty() {
            expected.remove(self.switch);
        } else if changed {
            expected.insert(self.switch.to_owned(), after);
        }
        changed
    }
}

impl When {
    fn holds(&self, packers: &Switches, options: &Value) -> bool {
        let said = |word: &str| {
            packers
                .iter()
                .any(|(switch, values)| switch.contains(word) || values.iter().any(|value| value.contains(word)))
        };
        match self {
            Always => true,
            Silent(option) => options.get(option).is_none(),
            Given(option) => options.get(option).is_some(),
            Set(option, value) => options.get(option).and_then(Value::as_str) == Some(value),
            Said(switch) => packers.contains_key(*switch),
            Unsaid(words) => !words.iter().any(|word| said(word)),
        }
    }
}

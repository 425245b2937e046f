//! Every difference from Packer's calls that is meant. `docs/differences.md` tells readers of them.

use std::collections::BTreeSet;

use crate::trial::Template;

/// One difference: Packer's form, ours, and why; the same words are in the page for readers.
#[derive(Debug)]
pub(crate) struct Difference {
    when: When,
    /// How a call of Packer's begins.
    call: &'static str,
    change: Change,
    pub(crate) why: &'static str,
}

/// Where a difference is looked for.
#[derive(Debug)]
enum When {
    Always,
    In(&'static [&'static str]),
    NotIn(&'static [&'static str]),
    /// VirtualBox is of this version or a later one.
    Since(u32),
}

#[derive(Debug)]
enum Change {
    /// A part of the call, and what we write in its place.
    Part(&'static str, &'static str),
    /// We make no such call.
    Left,
    /// A call that we make before it.
    Before(&'static str),
    /// A call that we make after it.
    Then(&'static str),
    /// We make only the first of such calls.
    Once,
    /// Shift is released after the key that was pressed with it.
    ShiftLast,
    /// We send fewer keys at a time.
    Paced,
    /// Such calls that follow one another are one, if none is the template's own.
    Together(&'static [&'static str]),
    /// At the end VirtualBox is to forget the images that such calls put in.
    Forgotten,
}

use Change::{Before, Forgotten, Left, Once, Paced, Part, ShiftLast, Then, Together};
use When::{Always, In, NotIn, Since};

const fn difference(when: When, call: &'static str, change: Change, why: &'static str) -> Difference {
    Difference { when, call, change, why }
}

const LOOPBACK: &str = "VirtualBox 7 hides this host's loopback address, where seeds are served, from guests";
const PORTS: &str = "VirtualBox attaches nothing beyond a controller's last port";
const CONTROLLER: &str = "nothing can be attached to a controller that is not there";
const DESKTOP: &str = "modifyvm NAME --vrdeaddress";
const KEYS: &str = "controlvm NAME keyboardputscancode ";
const DISC_OUT: &str =
    "storageattach NAME --storagectl 'IDE Controller' --port 0 --device 1 --type dvddrive --medium none";
const FLOPPY_OUT: &str = "storageattach NAME --storagectl 'Floppy Controller' --port 0 --device 0 --medium none";

const ONE_CALL: &str = "each call takes VirtualBox a tenth of a second";

const REPLACED: &str = "the former snapshot is replaced, as the option says, when the build has succeeded";
const FORGOTTEN: &str = "VirtualBox would remember images for good that are gone after the build";
const UNREGISTERED: &str = "a machine that is deleted takes its drives with it";
const EVIDENCE: &str = "a failed build leaves the last picture of its screen";

/// Templates whose build fails after the machine was made, of these those with discs still in it, and those in which
/// it was to run.
const FAILS: &[&str] =
    &["fails_to_attach", "fails_to_start", "fails_to_export", "fails_in_commands", "fails_in_commands_post"];
const FAILS_EQUIPPED: &[&str] = &["fails_to_start", "fails_in_commands"];
const FAILS_STARTED: &[&str] = &["fails_to_start", "fails_to_export", "fails_in_commands_post"];

/// In the order in which they are applied: a later one sees what an earlier one made.
pub(crate) const ALL: &[Difference] = &[
    difference(
        NotIn(&["window", "ovf_skip_export"]),
        "setextradata global ",
        Left,
        "the settings are the user's own, and matter only where a window is shown",
    ),
    difference(
        Always,
        "createvm --name NAME",
        Part(" --register", " --register --uuid UUID"),
        "the next run knows without doubt which machine a killed build left",
    ),
    difference(
        In(&["hardware"]),
        "modifyvm NAME --cpus 4",
        Then("modifyvm NAME --ioapic on"),
        "the rule of later Packers: without it no second processor starts",
    ),
    difference(
        Since(7),
        "modifyvm NAME --audio ",
        Part("--audio ", "--audio-driver "),
        "the rule of later Packers: VirtualBox 7 renamed the option",
    ),
    difference(
        Always,
        "createhd ",
        Part("createhd ", "createmedium disk "),
        "`createhd` is a name that VirtualBox gave up",
    ),
    difference(In(&["all_sata"]), "storagectl NAME --name 'SATA", Part("portcount 1", "portcount 4"), PORTS),
    difference(In(&["iso_sata"]), "storagectl NAME --name 'SATA", Part("portcount 1", "portcount 2"), PORTS),
    difference(
        In(&["additions_sata"]),
        "storagectl NAME --name 'IDE Controller' --add ide",
        Then("storagectl NAME --name 'SATA Controller' --add sata --portcount 3"),
        CONTROLLER,
    ),
    difference(
        In(&["ovf_without_ide"]),
        "import ",
        Then("storagectl NAME --name 'IDE Controller' --add ide"),
        CONTROLLER,
    ),
    difference(
        In(&["ovf_new_names"]),
        "storageattach ",
        Part("'IDE Controller'", "IDE"),
        "an imported machine's controllers have the names that its maker gave them",
    ),
    difference(
        NotIn(&["ovf_options", "ovf_skip_export"]),
        "import ",
        Part(" --vmname NAME", " --vmname NAME --basefolder output-virtualbox-ovf"),
        "what a killed import leaves lies in a folder of the build",
    ),
    difference(In(&["ssh_without_mapping"]), DESKTOP, Then("modifyvm NAME --nat-localhostreachable1 on"), LOOPBACK),
    difference(Since(7), "modifyvm NAME --nic1 nat", Then("modifyvm NAME --nat-localhostreachable1 on"), LOOPBACK),
    difference(Always, "modifyvm NAME --boot1", Together(&["modifyvm NAME "]), ONE_CALL),
    difference(Always, DESKTOP, Together(&["modifyvm NAME --nic1 nat", "modifyvm NAME --nat-localhost"]), ONE_CALL),
    difference(Always, "modifyvm NAME --nic1 nat", Together(&["modifyvm NAME --nat-localhostreachable1"]), ONE_CALL),
    difference(Always, "storageattach ", Part("TEMPORARY.vfd", "TEMPORARY.img"), "the image is the one that QEMU gets"),
    difference(Always, KEYS, ShiftLast, "the rule of later Packers, and of people: Shift is let go last"),
    difference(
        In(&["keys_at_our_pace"]),
        KEYS,
        Paced,
        "a boot prompt keeps 15 keys until it takes them, and loses the others",
    ),
    difference(
        In(&["additions_by_default"]),
        "list systemproperties",
        Left,
        "nothing in the template asks for the guest additions",
    ),
    difference(
        NotIn(&["power_button_ignored"]),
        "controlvm NAME poweroff",
        Part("poweroff", "acpipowerbutton"),
        "a guest that hears the power button writes out its disks first",
    ),
    difference(
        In(&["power_button_ignored"]),
        "controlvm NAME poweroff",
        Before("controlvm NAME acpipowerbutton"),
        "a guest that hears the power button writes out its disks first",
    ),
    difference(
        In(&["vm_snapshot_again"]),
        "snapshot NAME take built",
        Before("snapshot NAME delete 00000000-0000-0000-0000-000000000002"),
        REPLACED,
    ),
    difference(
        In(&["vm_snapshot_again"]),
        "snapshot NAME restore 00000000-0000-0000-0000-000000000002",
        Left,
        REPLACED,
    ),
    difference(In(FAILS_STARTED), FLOPPY_OUT, Left, UNREGISTERED),
    difference(In(FAILS_EQUIPPED), DISC_OUT, Left, UNREGISTERED),
    difference(Always, FLOPPY_OUT, Once, "the drive is gone by then"),
    difference(In(FAILS_STARTED), "unregistervm NAME", Before("controlvm NAME screenshotpng TEMPORARY.png"), EVIDENCE),
    difference(In(FAILS), "unregistervm NAME", Part("NAME", "UUID"), "another machine may have taken the name by then"),
    difference(
        In(&["fails_to_attach"]),
        "unregistervm ",
        Then("closemedium disk output-virtualbox-iso/NAME.vdi --delete"),
        "VirtualBox deletes only the disks that are attached",
    ),
    difference(
        In(&["fails_to_restore"]),
        "snapshot NAME restore 00000000-0000-0000-0000-000000000002",
        Left,
        "a machine that did not leave its snapshot needs no way back",
    ),
    difference(In(&["fails_to_create"]), "createvm ", Then("closemedium dvd installer.iso"), FORGOTTEN),
    difference(In(&["fails_to_attach"]), "closemedium disk", Then("closemedium dvd installer.iso"), FORGOTTEN),
    difference(Always, "storageattach ", Forgotten, FORGOTTEN),
];

/// What we must call where Packer makes these calls; `used` gets the numbers of the differences that mattered.
pub(crate) fn apply(packers: &[String], template: &Template, used: &mut BTreeSet<usize>) -> Vec<String> {
    let mut expected = packers.to_vec();
    for (number, difference) in ALL.iter().enumerate().filter(|(_, difference)| difference.when.holds(template)) {
        let changed = difference.apply(&expected);
        if changed != expected {
            used.insert(number);
        }
        expected = changed;
    }
    expected
}

impl When {
    fn holds(&self, template: &Template) -> bool {
        let name = template.name.as_str();
        match self {
            Always => true,
            In(names) => names.contains(&name),
            NotIn(names) => !names.contains(&name),
            Since(version) => template.major_version() >= *version,
        }
    }
}

impl Difference {
    fn apply(&self, calls: &[String]) -> Vec<String> {
        match self.change {
            Paced => paced(calls, self.call),
            Together(others) => together(calls, self.call, others),
            Forgotten => [calls, &forgotten(calls)].concat(),
            _ => calls.iter().enumerate().flat_map(|(index, call)| self.change(&calls[..index], call)).collect(),
        }
    }

    fn change(&self, former: &[String], call: &str) -> Vec<String> {
        let is_meant = |call: &str| call.starts_with(self.call);
        let same = call.to_owned();
        match self.change {
            _ if !is_meant(call) => vec![same],
            Part(from, to) => vec![call.replace(from, to)],
            Left => Vec::new(),
            Before(other) => vec![other.to_owned(), same],
            Then(other) => vec![same, other.to_owned()],
            Once if former.iter().any(|call| is_meant(call)) => Vec::new(),
            ShiftLast => vec![shift_last(call)],
            Once | Paced | Together(_) | Forgotten => vec![same],
        }
    }
}

/// Puts what follows a call that begins so into it, as long as it begins like one of `others`.
fn together(calls: &[String], start: &str, others: &[&str]) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    for call in calls {
        match joined.last_mut() {
            Some(last) if last.starts_with(start) && others.iter().any(|other| call.starts_with(other)) => {
                last.push_str(call.trim_start_matches("modifyvm NAME"));
            }
            _ => joined.push(call.clone()),
        }
    }
    joined
}

/// The codes of all calls that begin so, in a call of twelve keys and others of six; a key has two codes.
fn paced(calls: &[String], start: &str) -> Vec<String> {
    let codes: Vec<_> =
        calls.iter().filter_map(|call| call.strip_prefix(start)).flat_map(|codes| codes.split(' ')).collect();
    let first = calls.iter().position(|call| call.starts_with(start)).unwrap_or(calls.len());
    let mut paced: Vec<_> = calls.iter().filter(|call| !call.starts_with(start)).cloned().collect();
    let (burst, others) = codes.split_at(codes.len().min(24));
    let batches = std::iter::once(burst).chain(others.chunks(12));
    paced.splice(first..first, batches.map(|codes| format!("{start}{}", codes.join(" "))));
    paced
}

/// The calls that forget the images which these ones put into drives.
fn forgotten(calls: &[String]) -> Vec<String> {
    let mut forgotten: Vec<_> = calls.iter().filter_map(|call| forget(call)).collect();
    forgotten.sort();
    forgotten
}

fn forget(attach: &str) -> Option<String> {
    let kinds = [("--type dvddrive --medium ", "dvd"), ("--type fdd --medium ", "floppy")];
    let image = |(option, kind)| attach.split_once(option).map(|(_, image)| format!("closemedium {kind} {image}"));
    kinds.into_iter().find_map(image).filter(|_| !attach.ends_with(" none"))
}

/// `2a KEY aa RELEASE`, in which Packer lets Shift go first.
fn shift_last(call: &str) -> String {
    let mut codes: Vec<_> = call.split(' ').collect();
    for index in 3..codes.len() {
        if codes[index - 1] == "aa" && codes[index - 3] == "2a" {
            codes.swap(index - 1, index);
        }
    }
    codes.join(" ")
}

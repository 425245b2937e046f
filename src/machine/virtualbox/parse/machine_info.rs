//! `showvminfo --machinereadable`.

use std::path::PathBuf;

use super::pairs::pairs;

/// What is asked of a machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::machine::virtualbox) struct MachineInfo {
    pub(in crate::machine::virtualbox) uuid: String,
    /// VirtualBox's word, such as `poweroff`, `running` or `aborted`.
    pub(in crate::machine::virtualbox) state: String,
    pub(in crate::machine::virtualbox) settings_file: PathBuf,
    /// Some process has the machine locked, or is about to let go of it.
    pub(in crate::machine::virtualbox) is_locked: bool,
    /// Names and chips of the storage controllers.
    pub(in crate::machine::virtualbox) controllers: Vec<Controller>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::machine::virtualbox) struct Controller {
    pub(in crate::machine::virtualbox) name: String,
    /// Such as `PIIX4`, `IntelAhci` or `I82078`.
    pub(in crate::machine::virtualbox) chip: String,
}

impl MachineInfo {
    /// Whether the machine has power, be it on its way up or down.
    pub(in crate::machine::virtualbox) fn is_on(&self) -> bool {
        !matches!(self.state.as_str(), "poweroff" | "saved" | "aborted" | "aborted-saved" | "teleported" | "")
    }

    /// Whether it will be off by itself in a moment.
    pub(in crate::machine::virtualbox) fn is_going_off(&self) -> bool {
        matches!(self.state.as_str(), "stopping" | "saving")
    }

    /// A controller of the same kind as that of a new machine, whatever its name is.
    pub(in crate::machine::virtualbox) fn controller_like(&self, name: &str) -> Option<&str> {
        match name {
            "IDE Controller" => self.controller(&["PIIX4", "PIIX3", "ICH6"]),
            "SATA Controller" => self.controller(&["IntelAhci"]),
            "VirtioSCSI Controller" => self.controller(&["VirtioSCSI"]),
            _ => None,
        }
    }

    pub(in crate::machine::virtualbox) fn controller(&self, chips: &[&str]) -> Option<&str> {
        let mut names = self.controllers.iter().filter(|one| chips.contains(&one.chip.as_str())).map(|one| &*one.name);
        names.next()
    }
}

pub(in crate::machine::virtualbox) fn machine_info(text: &str) -> MachineInfo {
    let mut info = MachineInfo::default();
    let (mut names, mut chips) = (Vec::new(), Vec::new());
    for (key, value) in pairs(text) {
        match key {
            // The first counts: descriptions stand at the end and hold anything.
            "UUID" if info.uuid.is_empty() => value.clone_into(&mut info.uuid),
            "VMState" if info.state.is_empty() => value.clone_into(&mut info.state),
            "CfgFile" if info.settings_file.as_os_str().is_empty() => info.settings_file = PathBuf::from(value),
            "SessionName" | "SessionType" => info.is_locked = true,
            _ => {
                names.extend(key.strip_prefix("storagecontrollername").map(|number| (number, value)));
                chips.extend(key.strip_prefix("storagecontrollertype").map(|number| (number, value)));
            }
        }
    }
    info.controllers = names.into_iter().map(|(number, name)| controller(number, name, &chips)).collect();
    info
}

fn controller(number: &str, name: &str, chips: &[(&str, &str)]) -> Controller {
    let chip = chips.iter().find(|(other, _)| *other == number).map_or("", |(_, chip)| chip);
    Controller { name: name.to_owned(), chip: chip.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNNING: &str = include_str!("recorded/running-7.2.22.txt");
    /// In the form of 5.1, with a description of the user's.
    const OFF: &str = include_str!("recorded/off-5.1.txt");

    #[test]
    fn a_running_machine_is_locked_and_on() {
        let info = machine_info(RUNNING);
        assert_eq!((info.state.as_str(), info.uuid.as_str()), ("running", "c6aab1a0-cab8-40f3-8c7e-11841ffdb1f3"));
        assert!(info.is_locked && info.is_on() && !info.is_going_off());
        assert_eq!(info.settings_file, PathBuf::from("/home/user/VirtualBox VMs/box/box.vbox"));
        assert_eq!(info.controller_like("SATA Controller"), Some("SATA Controller"));
        assert_eq!(info.controller(&["I82078"]), None);
    }

    #[test]
    fn controllers_are_known_by_their_chips_and_descriptions_count_for_nothing() {
        let info = machine_info(OFF);
        assert_eq!((info.state.as_str(), info.uuid.as_str()), ("aborted", "3c0ffee0-6f2d-484d-b4ee-00c0ffee0000"));
        assert!(!info.is_on() && !info.is_locked);
        assert_eq!(info.controller_like("IDE Controller"), Some("IDE"));
        assert_eq!(info.controller_like("SATA Controller"), Some("SATA_Controller"));
        assert_eq!(info.controller_like("VirtioSCSI Controller"), None);
        assert_eq!(info.controller(&["I82078"]), Some("Floppy Controller"));
    }

    #[test]
    fn any_line_end_and_no_line_at_all_will_do() {
        let text = RUNNING.replace('\n', "\r\n");
        assert_eq!(machine_info(&text), machine_info(RUNNING));
        assert_eq!(machine_info(""), MachineInfo::default());
        assert!(!machine_info("").is_on());
    }

    #[test]
    fn states_between_on_and_off_count_as_on() {
        for state in ["running", "paused", "stopping", "starting", "saving", "restoring", "gurumeditation"] {
            assert!(machine_info(&format!("VMState=\"{state}\"")).is_on(), "{state}");
        }
        for state in ["poweroff", "saved", "aborted", "aborted-saved", "teleported"] {
            assert!(!machine_info(&format!("VMState=\"{state}\"")).is_on(), "{state}");
        }
    }
}

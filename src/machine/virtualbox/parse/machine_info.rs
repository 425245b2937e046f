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
    /// The snapshot that the machine goes on from.
    pub(in crate::machine::virtualbox) current_snapshot: Option<String>,
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
            "UUID" => value.clone_into(&mut info.uuid),
            "VMState" => value.clone_into(&mut info.state),
            "CfgFile" => info.settings_file = PathBuf::from(value),
            "SessionName" | "SessionType" => info.is_locked = true,
            "CurrentSnapshotUUID" => info.current_snapshot = Some(value.to_owned()),
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

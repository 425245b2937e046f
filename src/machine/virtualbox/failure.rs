//! What `VBoxManage` refuses, with the cause and the fix where we know them.

use std::process::ExitStatus;

use super::parse;
use crate::machine::Error;
use crate::process;

pub(super) const NO_MODULE: &str = "VirtualBox's kernel module (vboxdrv) is not loaded, so no machine can start; \
    load it with `sudo modprobe vboxdrv`, or build it with `sudo /sbin/vboxconfig` (packages: install \
    virtualbox-dkms and the kernel's headers)";

/// A call that failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Process(process::Error),
    #[error("cannot keep the output of VBoxManage")]
    Output(#[source] std::io::Error),
    #[error("`{command}` failed ({status}): {}", shown(.stderr))]
    Refused { command: String, status: ExitStatus, stderr: String },
}

/// A cause: texts that tell it, and what to say of it.
struct Cause {
    signs: &'static [&'static str],
    text: &'static str,
}

/// The first that fits counts.
const CAUSES: &[Cause] = &[
    Cause { signs: &["VERR_VM_DRIVER_NOT_INSTALLED", "VERR_VM_DRIVER_LOAD_ERROR", "vboxdrv"], text: NO_MODULE },
    Cause {
        signs: &["VERR_VMX_IN_VMX_ROOT_MODE", "VERR_SVM_IN_USE"],
        text: "another hypervisor (such as KVM) has the processor; end its machines and unload its module",
    },
    Cause {
        signs: &["VERR_DISK_FULL", "No space left on device", "VERR_NO_DISK_SPACE"],
        text: "the disk is full; free some space, or put `output_directory` on another disk",
    },
    Cause {
        signs: &["Machine settings file", "already a machine", "already exists as a machine"],
        text: "VirtualBox has a machine of this name, or files of one; remove it with `VBoxManage unregistervm NAME \
               --delete` (or delete the files), or give the template another `vm_name`",
    },
    Cause {
        signs: &["VERR_ALREADY_EXISTS"],
        text: "the disk is there already; remove the file, or choose another `output_directory`",
    },
    Cause {
        signs: &[
            MEDIUM_LOCKED,
            "VBOX_E_OBJECT_IN_USE",
            "is locked for reading",
            "is locked for writing",
            "VERR_SHARING_VIOLATION",
        ],
        text: "another machine uses the medium; end or detach it there",
    },
    Cause {
        signs: &["is already locked", "while it is locked", "VBOX_E_INVALID_OBJECT_STATE"],
        text: "another process holds the machine; close its window and settings, and power it off",
    },
    Cause {
        signs: &["Unknown or invalid guest OS type", "Guest OS type", "is invalid: VBOX_E_OBJECT_NOT_FOUND"],
        text: "VirtualBox does not know `guest_os_type`; `VBoxManage list ostypes` names them all",
    },
    Cause {
        signs: &["Could not find a registered machine"],
        text: "VirtualBox has no machine of this name; `VBoxManage list vms` names them all",
    },
    Cause {
        signs: &["Could not find a controller named"],
        text: "the machine has no such controller; `VBoxManage showvminfo` names those it has",
    },
    Cause {
        signs: &["VERR_ACCESS_DENIED", "Permission denied"],
        text: "a file or folder may not be written or read; give this user the rights",
    },
    Cause {
        signs: &["Unknown option", "unknown option", "Invalid parameter", "Unknown argument", "Syntax error"],
        text: "this version of VirtualBox does not know an option of the call",
    },
];

/// Given with the code of a locked machine, but the other machine will not let go of it.
const MEDIUM_LOCKED: &str = "Locking of attached media failed";

/// A window cannot open.
const NO_WINDOW: &str = "the machine's window cannot be opened; set `headless` to true";

impl Failure {
    /// Somebody else has the machine; it may be a matter of moments.
    pub(super) fn is_locked(&self) -> bool {
        let locked = self.says("VBOX_E_INVALID_OBJECT_STATE") || self.says("is already locked");
        locked && !self.says(MEDIUM_LOCKED)
    }

    /// The service is between two states of the machine.
    pub(super) fn is_not_ready(&self) -> bool {
        self.says("E_ACCESSDENIED") || self.says("is not ready")
    }

    /// There is no such machine.
    pub(super) fn is_absent(&self) -> bool {
        self.says("Could not find a registered machine") || self.says("VBOX_E_OBJECT_NOT_FOUND")
    }

    /// It is no error but an answer, given with a bad exit code.
    pub(super) fn has_no_errors(&self) -> bool {
        matches!(self, Self::Refused { stderr, .. } if parse::errors(stderr).is_empty())
    }

    pub(super) fn says(&self, text: &str) -> bool {
        matches!(self, Self::Refused { stderr, .. } if stderr.contains(text))
    }

    fn cause(&self) -> Option<&'static str> {
        let Self::Refused { command, stderr, .. } = self else { return None };
        if command.contains("startvm") && command.ends_with("gui") && !stderr.contains("vboxdrv") && !is_driver(stderr)
        {
            return Some(NO_WINDOW);
        }
        let fits = |cause: &&Cause| cause.signs.iter().any(|sign| stderr.contains(sign));
        CAUSES.iter().find(fits).map(|cause| cause.text)
    }
}

fn is_driver(stderr: &str) -> bool {
    stderr.contains("VERR_VM_DRIVER") || stderr.contains("VERR_VMX") || stderr.contains("VERR_SVM")
}

/// The errors without their program's name, or all there is.
fn shown(stderr: &str) -> String {
    let errors = parse::errors(stderr);
    let lines: Vec<_> = errors.into_iter().filter(|line| !line.starts_with("Context:")).collect();
    if lines.is_empty() { process::tail(stderr.trim()).to_owned() } else { process::tail(&lines.join("; ")).to_owned() }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match (failure.cause(), failure) {
            (_, Failure::Process(error)) => Self::Process(error),
            (_, Failure::Output(source)) => Self::Io { action: "keep the output of VBoxManage".to_owned(), source },
            (Some(cause), refused) => Self::Host { message: format!("{cause}\n{refused}") },
            (None, refused) => Self::Host { message: refused.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    fn refused(command: &str, stderr: &str) -> Failure {
        Failure::Refused { command: command.to_owned(), status: ExitStatus::from_raw(256), stderr: stderr.to_owned() }
    }

    /// What people see, up to the first line end: the cause and the fix.
    fn cause(command: &str, stderr: &str) -> String {
        let text = Error::from(refused(command, stderr)).to_string();
        text.lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn causes_are_told_with_their_fix() {
        for (stderr, fix) in [
            (
                "VBoxManage: error: The virtual machine 'x' has terminated unexpectedly (VERR_VM_DRIVER_NOT_INSTALLED)",
                "modprobe",
            ),
            (
                "VBoxManage: error: VT-x is being used by another hypervisor (VERR_VMX_IN_VMX_ROOT_MODE)",
                "unload its module",
            ),
            ("VBoxManage: error: VDI: cannot write (VERR_DISK_FULL)", "free some space"),
            ("VBoxManage: error: Machine settings file '/x/x.vbox' already exists", "unregistervm NAME --delete"),
            ("VBoxManage: error: VDI: cannot create image '/x.vdi' (VERR_ALREADY_EXISTS)", "output_directory"),
            ("VBoxManage: error: Details: code VBOX_E_OBJECT_IN_USE (0x80bb000c)", "detach it there"),
            ("VBoxManage: error: Cannot unregister the machine 'box' while it is locked", "power it off"),
            ("VBoxManage: error: Unknown or invalid guest OS type given.", "list ostypes"),
            ("VBoxManage: error: Could not find a registered machine named 'nix'", "list vms"),
        ] {
            assert!(cause("VBoxManage x", stderr).contains(fix), "{stderr}: {}", cause("VBoxManage x", stderr));
        }
    }

    #[test]
    fn a_window_that_cannot_open_is_told_from_a_missing_module() {
        let missing = "VBoxManage: error: The VM session could not be opened (VERR_FILE_NOT_FOUND)";
        assert!(cause("VBoxManage startvm box --type gui", missing).contains("`headless`"));
        let module = "VBoxManage: error: (VERR_VM_DRIVER_NOT_INSTALLED)";
        assert!(cause("VBoxManage startvm box --type gui", module).contains("modprobe"));
    }

    #[test]
    fn errors_are_shown_without_their_context() {
        let stderr = "0%...VBoxManage: error: Odd\nVBoxManage: error: Context: \"x\" at line 3 of file y.cpp\n";
        assert!(refused("VBoxManage x", stderr).to_string().ends_with(": Odd"));
        assert!(refused("VBoxManage x", "Segmentation fault\n").to_string().ends_with(": Segmentation fault"));
    }

    #[test]
    fn an_answer_with_a_bad_exit_code_is_no_error() {
        assert!(refused("VBoxManage snapshot", "").has_no_errors());
        assert!(refused("VBoxManage x", "VBoxManage: error: VBOX_E_INVALID_OBJECT_STATE").is_locked());
    }

    #[test]
    fn a_medium_of_a_running_machine_is_not_waited_for() {
        let medium = refused(
            "VBoxManage startvm",
            "VBoxManage: error: Locking of attached media failed. A possible reason is that one of the media is \
             attached to a running VM\nVBoxManage: error: Details: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)\n",
        );
        assert!(!medium.is_locked());
        assert!(medium.cause().unwrap().contains("uses the medium"));
        let machine = refused(
            "VBoxManage startvm",
            "VBoxManage: error: Details: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)\n",
        );
        assert!(machine.is_locked());
        assert!(machine.cause().unwrap().contains("holds the machine"));
    }
}

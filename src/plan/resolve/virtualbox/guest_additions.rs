//! VirtualBox's additions for the guest.

use std::io::Read;
use std::path::Path;

use crate::plan::decode::Decoder;
use crate::plan::provisioner::{ProvisionerAction, ProvisionerPlan, Scripts};
use crate::plan::virtualbox::{GuestAdditionsMode, GuestAdditionsNeed, GuestAdditionsPlan, VirtualBoxOrigin};
use crate::plan::{BuildPlan, BuilderPlan, HypervisorPlan, fields};
use crate::template::interpolate::Site;

const DEFAULT_PATH: &str = "VBoxGuestAdditions.iso";

/// How much of a script is searched; a longer one is no script.
const SCRIPT_LIMIT: u64 = 1 << 20;

pub(super) fn guest_additions(
    decoder: &mut Decoder<'_>,
    origin: &VirtualBoxOrigin,
    has_session: bool,
) -> GuestAdditionsPlan {
    let site = Site::Struct(fields::GUEST_ADDITIONS);
    let default_interface = match origin {
        VirtualBoxOrigin::Iso(hardware) => hardware.iso_interface.as_str(),
        VirtualBoxOrigin::Ovf { .. } | VirtualBoxOrigin::Machine { .. } => "ide",
    };
    let mode = mode(decoder, has_session);
    let need = match mode {
        GuestAdditionsMode::Attach => GuestAdditionsNeed::Needed,
        GuestAdditionsMode::Upload if decoder.is_set("guest_additions_mode") => GuestAdditionsNeed::Wished,
        GuestAdditionsMode::Upload | GuestAdditionsMode::Disable => GuestAdditionsNeed::None,
    };
    GuestAdditionsPlan {
        mode,
        need,
        path: decoder.late_or("guest_additions_path", DEFAULT_PATH, site),
        url: decoder.late("guest_additions_url", site),
        sha256: decoder.string("guest_additions_sha256").map(|hex| hex.to_lowercase()),
        interface: decoder.string_or("guest_additions_interface", default_interface),
    }
}

fn mode(decoder: &mut Decoder<'_>, has_session: bool) -> GuestAdditionsMode {
    let written = decoder.choice("guest_additions_mode");
    match written.as_deref() {
        Some("attach") => GuestAdditionsMode::Attach,
        Some("disable") => GuestAdditionsMode::Disable,
        _ if has_session => GuestAdditionsMode::Upload,
        _ => {
            let message = "the guest additions cannot be uploaded without a communicator";
            let error = crate::diag::Diagnostic::error(message).at(&decoder.span("guest_additions_mode"));
            decoder.push(error.help("set `guest_additions_mode` to `disable` or `attach`"));
            GuestAdditionsMode::Disable
        }
    }
}

/// Once the provisioners are known: additions that one of them mentions must be there.
pub(in crate::plan::resolve) fn note_mentions(plan: &mut BuildPlan, working_folder: &Path) {
    let Some(name) = plan.machine().and_then(|machine| machine.virtualbox()).and_then(uploaded_name) else { return };
    let mentions = |provisioner: &ProvisionerPlan| mentions(&provisioner.action, &name, working_folder);
    if plan.provisioners.iter().any(mentions)
        && let BuilderPlan::Machine(machine) = &mut plan.builder
        && let HypervisorPlan::VirtualBox(virtualbox) = &mut machine.hypervisor
    {
        virtualbox.guest_additions.need = GuestAdditionsNeed::Needed;
    }
}

/// The part of the file's name that is the same for all versions; scripts put the rest together themselves.
fn uploaded_name(plan: &crate::plan::virtualbox::VirtualBoxPlan) -> Option<String> {
    if plan.guest_additions.mode != GuestAdditionsMode::Upload {
        return None;
    }
    let path = plan.guest_additions.path.to_string();
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.split(['{', '.']).next().unwrap_or_default().trim_end_matches(['_', '-']);
    (!stem.is_empty()).then(|| stem.to_owned())
}

fn mentions(action: &ProvisionerAction, name: &str, working_folder: &Path) -> bool {
    if action.works_without_guest() {
        return false;
    }
    let in_scripts = action.guest_scripts().is_some_and(|scripts| script_files_mention(scripts, name, working_folder));
    in_scripts || action.lates().iter().any(|late| late.to_string().contains(name))
}

fn script_files_mention(scripts: &Scripts, name: &str, working_folder: &Path) -> bool {
    let Scripts::Files(paths) = scripts else { return false };
    paths.iter().any(|path| file_mentions(&working_folder.join(path), name))
}

/// A script that cannot be read is reported elsewhere.
fn file_mentions(path: &Path, name: &str) -> bool {
    let Ok(file) = fs_err::File::open(path) else { return false };
    let mut bytes = Vec::new();
    let read = file.take(SCRIPT_LIMIT).read_to_end(&mut bytes);
    read.is_ok() && String::from_utf8_lossy(&bytes).contains(name)
}

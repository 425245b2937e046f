//! VirtualBox's additions for the guest.

use crate::plan::decode::Decoder;
use crate::plan::fields;
use crate::plan::virtualbox::{GuestAdditionsMode, GuestAdditionsPlan, VirtualBoxOrigin};
use crate::template::interpolate::Site;

const DEFAULT_PATH: &str = "VBoxGuestAdditions.iso";

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
    GuestAdditionsPlan {
        mode: mode(decoder, has_session),
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

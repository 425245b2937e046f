//! `elevated_user` and `elevated_password`

use crate::plan::decode::Decoder;
use crate::plan::fields;
use crate::plan::provisioner::{ElevationPlan, GuestSystem, LateSecret};
use crate::plan::resolve::Purpose;
use crate::template::interpolate::{Late, Site};

/// `None` where no user is named.
pub(super) fn elevation(decoder: &mut Decoder<'_>) -> Option<ElevationPlan> {
    let (user, password) = (late(decoder, "elevated_user"), late(decoder, "elevated_password"));
    if user.is_none() && password.is_some() {
        decoder.reject("elevated_password", "`elevated_password` needs `elevated_user`");
    }
    Some(ElevationPlan { user: user?, password: password.map(LateSecret::new) })
}

/// The same for programs that manage configuration. They run on other systems, too, which have no such tasks.
pub(super) fn of_program(decoder: &mut Decoder<'_>, system: GuestSystem, purpose: Purpose) -> Option<ElevationPlan> {
    let (user, password) = (late(decoder, "elevated_user"), late(decoder, "elevated_password"));
    if user.is_some() && system != GuestSystem::Windows {
        let finding = purpose.finding("`elevated_user` is for guests with Windows");
        let span = decoder.span("elevated_user");
        decoder.push(finding.at(&span).help("set `guest_os_type` to `windows` if the guest is one"));
    }
    Some(ElevationPlan { user: user?, password: password.map(LateSecret::new) })
}

fn late(decoder: &mut Decoder<'_>, key: &'static str) -> Option<Late> {
    decoder.late(key, Site::Map(fields::BUILD))
}

//! `elevated_user` and `elevated_password`

use crate::plan::decode::Decoder;
use crate::plan::fields;
use crate::plan::provisioner::{ElevationPlan, LateSecret};
use crate::template::interpolate::Site;

/// `None` where no user is named.
pub(super) fn elevation(decoder: &mut Decoder<'_>) -> Option<ElevationPlan> {
    let site = Site::Map(fields::BUILD);
    let user = decoder.late("elevated_user", site);
    let password = decoder.late("elevated_password", site).map(LateSecret::new);
    if user.is_none() && password.is_some() {
        decoder.reject("elevated_password", "`elevated_password` needs `elevated_user`");
    }
    Some(ElevationPlan { user: user?, password })
}

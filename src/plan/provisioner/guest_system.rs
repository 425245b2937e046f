//! `guest_os_type`

use serde::Serialize;

/// The family of the guest's system, which decides on shell, paths and sudo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GuestSystem {
    #[default]
    Unix,
    Windows,
}

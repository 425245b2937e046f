//! What `VBoxManage` prints, read by pure functions. Results come on standard output; warnings may come before
//! them, and progress goes to standard error.

mod failure;
mod lists;
mod machine_info;
mod pairs;
mod snapshots;
mod version;

pub(super) use failure::errors;
pub(super) use lists::default_additions;
pub(super) use machine_info::{MachineInfo, machine_info};
pub(super) use snapshots::{Snapshot, snapshots};
pub(super) use version::{Banner, banner};

//! What provisioners ask of the guest's system, and of files that go there.

use std::path::PathBuf;

use crate::plan::communicator::CommunicatorPlan;
use crate::plan::decode::{Decoder, Expect};
use crate::plan::provisioner::GuestSystem;
use crate::plan::resolve::Purpose;

/// What a decoder may know of the build around a provisioner.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings<'a> {
    pub(super) session: &'a CommunicatorPlan,
    pub(super) purpose: Purpose,
}

/// `guest_os_type`. A guest that is reached through WinRM runs Windows.
pub(super) fn system(decoder: &mut Decoder<'_>, surroundings: Surroundings<'_>) -> GuestSystem {
    match (decoder.choice("guest_os_type").as_deref(), surroundings.session) {
        (Some("windows"), _) | (None, CommunicatorPlan::WinRm(_)) => GuestSystem::Windows,
        _ => GuestSystem::Unix,
    }
}

/// A file or folder of this host, which must be there.
pub(super) fn local(decoder: &mut Decoder<'_>, key: &'static str, expect: Expect) -> Option<PathBuf> {
    let path = decoder.string(key)?;
    let span = decoder.span(key);
    decoder.require(&format!("`{key}`"), &path, expect, &span);
    Some(path.into())
}

/// Folders of this host, which must be there.
pub(super) fn folders(decoder: &mut Decoder<'_>, key: &'static str) -> Vec<PathBuf> {
    let folders = decoder.spanned_strings(key);
    for folder in &folders {
        decoder.require(&format!("`{key}`"), &folder.value, Expect::Folder, &folder.span);
    }
    folders.into_iter().map(|folder| folder.value.into()).collect()
}

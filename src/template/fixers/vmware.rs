//! VMware: disks on ESX hosts.

use crate::template::value::Kind;

use super::Role;
use super::component::Component;

/// What ESX makes where a template is silent.
const USUAL_DISK: &str = "zeroedthick";

/// Of a disk on an ESX host only a thin one can be compacted.
pub(super) fn skip_compaction(component: &mut Component<'_>) {
    if !component.is(Role::Builder, &["vmware-iso"]) || component.text("remote_type") != Some("esx5") {
        return;
    }
    let Some((key, host)) = component.options.entries.iter().find(|(key, _)| key.value == "remote_type").cloned()
    else {
        return;
    };
    if component.options.get("disk_type_id").is_none() {
        component.set("disk_type_id", Kind::String(USUAL_DISK.to_owned()), &key.span, &host.span);
    }
    let is_compactable = component.text("disk_type_id").is_none_or(|disk| disk == "thin");
    let is_said = component.options.get("skip_compaction").is_some_and(|value| value.kind != Kind::Bool(false));
    if !is_compactable && !is_said {
        component.set("skip_compaction", Kind::Bool(true), &key.span, &host.span);
        component.warn(&key, "a disk on an ESX host that is not thin cannot be compacted", "`skip_compaction` is set");
    }
}

//! VirtualBox: how the guest additions come into the guest.

use crate::template::value::{Kind, Value};

use super::component::Component;

const OLD: &str = "guest_additions_attach";

/// It was a switch before there were modes.
pub(super) fn guest_additions_attach(component: &mut Component<'_>) {
    if !component.is_builder_of("virtualbox") {
        return;
    }
    let Some(attach) = component.options.get(OLD).and_then(|value| flag(&value.kind)) else { return };
    let Some((key, Value { span, .. })) = component.remove(OLD) else { return };
    if component.is_set("guest_additions_mode") {
        return component.warn_unused(&key, "guest_additions_mode");
    }
    let mode = if attach { "attach" } else { "upload" };
    component.warn_replaced(&key, &format!("`\"guest_additions_mode\": \"{mode}\"`"));
    component.set("guest_additions_mode", Kind::String(mode.to_owned()), &key.span, &span);
}

fn flag(kind: &Kind) -> Option<bool> {
    match kind {
        Kind::Bool(flag) => Some(*flag),
        Kind::String(text) => text.parse().ok(),
        _ => None,
    }
}

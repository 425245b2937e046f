//! QEMU: sizes.

use crate::template::value::Kind;

use super::Role;
use super::component::Component;

/// A number is a size in MiB; whole ones are written with their unit.
pub(super) fn disk_size(component: &mut Component<'_>) {
    if !component.is(Role::Builder, &["qemu"]) {
        return;
    }
    let size = match component.options.get("disk_size").map(|value| &value.kind) {
        Some(Kind::Number(digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => format!("{digits}M"),
        _ => return,
    };
    let Some((key, value)) = component.remove("disk_size") else { return };
    component.warn(&key, "`disk_size` is a number", &format!("it is written with its unit: \"{size}\""));
    component.set("disk_size", Kind::String(size), &key.span, &value.span);
}

//! Amazon's builders.

use crate::template::value::Kind;

use super::component::Component;

/// `ssh_private_ip` was a switch before there were more than two interfaces.
pub(super) fn private_ip(component: &mut Component<'_>) {
    if !component.is_builder_of("amazon-") || component.is_set("ssh_interface") {
        return;
    }
    let interface = match component.options.get("ssh_private_ip").map(|value| &value.kind) {
        Some(Kind::Bool(true)) => "private_ip",
        Some(Kind::Bool(false)) => "public_ip",
        Some(Kind::String(text)) if text == "true" => "private_ip",
        Some(Kind::String(text)) if text == "false" => "public_ip",
        _ => return,
    };
    let Some((key, value)) = component.remove("ssh_private_ip") else { return };
    component.warn_replaced(&key, &format!("`\"ssh_interface\": \"{interface}\"`"));
    component.set("ssh_interface", Kind::String(interface.to_owned()), &key.span, &value.span);
}

/// One network became a list of them.
pub(super) fn source_cidrs(component: &mut Component<'_>) {
    const OLD: &str = "temporary_security_group_source_cidr";
    const NEW: &str = "temporary_security_group_source_cidrs";
    if !component.is_builder_of("amazon-") || component.text(OLD).is_none() {
        return;
    }
    let Some((key, value)) = component.remove(OLD) else { return };
    if component.is_set(NEW) {
        return component.warn_unused(&key, NEW);
    }
    component.warn_replaced(&key, &format!("a list, `{NEW}`"));
    let span = value.span.clone();
    component.set(NEW, Kind::List(vec![value]), &key.span, &span);
}

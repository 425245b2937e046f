//! Options that mean nothing any more.

use super::Role;
use super::component::Component;

const PARALLELS: [&str; 2] = ["parallels-iso", "parallels-pvm"];

pub(super) fn fix(component: &mut Component<'_>) {
    if component.is(Role::Builder, &PARALLELS) {
        remove(component, "headless");
        remove(component, "parallels_tools_host_path");
    }
    if component.is(Role::Builder, &["hyperv-iso"]) {
        remove(component, "vhd_temp_path");
    }
    if component.is_builder_of("amazon-") {
        remove(component, "spot_price_auto_product");
    }
    if component.kind.starts_with("docker") {
        remove(component, "login_email");
    }
}

fn remove(component: &mut Component<'_>, old: &str) {
    if let Some((key, _)) = component.remove(old) {
        component.warn(&key, &format!("`{}` has no meaning any more", key.value), "it is left out; remove it");
    }
}

//! The vagrant post-processor: options for one provider.

use crate::source::Spanned;
use crate::template::value::{Kind, Object};

use super::Role;
use super::component::Component;

/// The providers whose options once stood beside the common ones.
const PROVIDERS: [&str; 5] = ["aws", "digitalocean", "parallels", "virtualbox", "vmware"];

pub(super) fn overrides(component: &mut Component<'_>) {
    if !component.is(Role::PostProcessor, &["vagrant"]) {
        return;
    }
    for provider in PROVIDERS {
        if component.options.get(provider).is_some_and(|value| matches!(value.kind, Kind::Map(_))) {
            move_into_override(component, provider);
        }
    }
}

fn move_into_override(component: &mut Component<'_>, provider: &str) {
    let Some((key, options)) = component.remove(provider) else { return };
    component.warn_replaced(&key, &format!("`\"override\": {{\"{provider}\": ...}}`"));
    if !component.is_set("override") {
        let empty = Object { entries: Vec::new(), span: options.span.clone() };
        component.set("override", Kind::Map(empty), &key.span, &options.span);
    }
    // What is wrong with another kind of value is said by the one who reads it.
    if let Some(Kind::Map(overrides)) = component.options.get_mut("override").map(|value| &mut value.kind)
        && overrides.get(provider).is_none()
    {
        overrides.entries.push((Spanned::new(provider.to_owned(), key.span), options));
    }
}

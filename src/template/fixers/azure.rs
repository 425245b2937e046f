//! Azure: a key that was misspelled until it was noticed.

use crate::source::Spanned;
use crate::template::value::Kind;

use super::Role;
use super::component::Component;

/// It is in a map of the chroot builder's.
pub(super) fn exclude_from_latest(component: &mut Component<'_>) {
    const OLD: &str = "exlude_from_latest";
    const NEW: &str = "exclude_from_latest";
    if !component.is(Role::Builder, &["azure-chroot"]) {
        return;
    }
    let destination = component.options.get_mut("shared_image_destination");
    let Some(Kind::Map(destination)) = destination.map(|value| &mut value.kind) else { return };
    let Some((key, value)) = destination.remove(OLD) else { return };
    if destination.get(NEW).is_some() {
        return component.warn_unused(&key, NEW);
    }
    destination.entries.push((Spanned::new(NEW.to_owned(), key.span.clone()), value));
    component.warn_replaced(&key, &format!("`{NEW}`"));
}

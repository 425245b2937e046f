//! vSphere: a machine's one network card and one disk became lists.

use crate::source::Spanned;
use crate::template::value::{Kind, Object, Value};

use super::Role;
use super::component::Component;

/// An option and its name in the list's entries.
type Moved = (&'static str, &'static str);

const CARD: [Moved; 3] = [("network", "network"), ("networkCard", "network_card"), ("network_card", "network_card")];
const DISK: [Moved; 3] = [
    ("disk_size", "disk_size"),
    ("disk_thin_provisioned", "disk_thin_provisioned"),
    ("disk_eagerly_scrub", "disk_eagerly_scrub"),
];

pub(super) fn lists(component: &mut Component<'_>) {
    if component.is(Role::Builder, &["vsphere-iso"]) {
        move_into_list(component, &CARD, "network_adapters");
        move_into_list(component, &DISK, "storage");
    }
}

/// The entry goes before those that are in the list already.
fn move_into_list(component: &mut Component<'_>, options: &[Moved], list: &str) {
    let mut entries: Vec<(Spanned<String>, Value)> = Vec::new();
    for (old, new) in options {
        let Some((key, value)) = component.remove(old) else { continue };
        component.warn_replaced(&key, &format!("a part of `{list}`"));
        entries.retain(|(name, _)| name.value != *new);
        entries.push((Spanned::new((*new).to_owned(), key.span), value));
    }
    let Some(span) = entries.first().map(|(_, value)| value.span.clone()) else { return };
    let mut values = vec![Value { kind: Kind::Map(Object { entries, span: span.clone() }), span: span.clone() }];
    match component.remove(list) {
        Some((_, Value { kind: Kind::List(present), .. })) => values.extend(present),
        Some((_, Value { kind: Kind::Null, .. })) | None => {}
        Some((_, other)) => values.push(other),
    }
    component.set(list, Kind::List(values), &span, &span);
}

//! docker-tag: one tag became a list of them.

use std::collections::BTreeSet;

use crate::template::value::{Kind, Value};

use super::Role;
use super::component::Component;

pub(super) fn tags(component: &mut Component<'_>) {
    if !component.is(Role::PostProcessor, &["docker-tag"]) {
        return;
    }
    let Some((key, old)) = component.remove("tag") else { return };
    component.warn_replaced(&key, "a list, `tags`");
    let span = old.span.clone();
    let present = component.remove("tags").map(|(_, value)| items(value)).unwrap_or_default();
    let mut seen = BTreeSet::new();
    let is_new = |tag: &Value| !matches!(&tag.kind, Kind::String(text) if !seen.insert(text.clone()));
    let tags = items(old).into_iter().chain(present).filter(is_new).collect();
    component.set("tags", Kind::List(tags), &key.span, &span);
}

/// A text is a list too, with commas between the items.
fn items(value: Value) -> Vec<Value> {
    let Value { kind, span } = value;
    match kind {
        Kind::List(items) => items,
        Kind::String(text) => {
            let items = text.split(',');
            items.map(|item| Value { kind: Kind::String(item.to_owned()), span: span.clone() }).collect()
        }
        kind => vec![Value { kind, span }],
    }
}

//! docker-tag: one tag became a list of them.

use crate::template::value::{Kind, Value};

use super::Role;
use super::component::Component;

pub(super) fn tags(component: &mut Component<'_>) {
    if !component.is(Role::PostProcessor, &["docker-tag"]) {
        return;
    }
    let Some((key, old)) = component.remove("tag") else { return };
    let (key_span, span) = (key.span.clone(), old.span.clone());
    component.warn_replaced(&key, "a list, `tags`");
    let mut tags = component.remove("tags").map(|(_, value)| items(value)).unwrap_or_default();
    for tag in items(old) {
        if !tags.iter().any(|known| known.kind == tag.kind) {
            tags.push(tag);
        }
    }
    component.set("tags", Kind::List(tags), &key_span, &span);
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

//! Which options were asked for: tables and decoders must not drift apart.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::plan::catalog::{Component, Role};

type Asked = BTreeMap<(Role, &'static str), BTreeSet<&'static str>>;

thread_local! {
    static ASKED: RefCell<Asked> = RefCell::default();
}

pub(super) fn record(component: &'static Component, key: &'static str) {
    ASKED.with_borrow_mut(|asked| asked.entry((component.role, component.kind)).or_default().insert(key));
}

/// The options of a component that this thread has asked for so far.
pub(in crate::plan) fn asked(component: &'static Component) -> BTreeSet<&'static str> {
    ASKED.with_borrow(|asked| asked.get(&(component.role, component.kind)).cloned().unwrap_or_default())
}

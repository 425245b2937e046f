//! The builders.

mod qemu;
mod small;
mod virtualbox;

use super::option::Opt;
use super::{Component, Role};

pub(super) const ALL: &[Component] = &[
    Component { runs: true, ..builder("qemu", qemu::OPTIONS) },
    builder("virtualbox-iso", virtualbox::ISO_OPTIONS),
    builder("virtualbox-ovf", virtualbox::OVF_OPTIONS),
    builder("virtualbox-vm", virtualbox::VM_OPTIONS),
    builder("null", small::NULL),
    builder("file", small::FILE),
];

const fn builder(kind: &'static str, options: &'static [&'static [Opt]]) -> Component {
    Component::new(Role::Builder, kind, options)
}

//! The builders.

mod qemu;
mod small;
mod virtualbox;

use super::option::Opt;
use super::{Component, Role};

pub(super) const ALL: &[Component] = &[
    Component { runs: true, ..builder("qemu", qemu::OPTIONS) },
    Component { runs: true, ..builder("virtualbox-iso", virtualbox::ISO_OPTIONS) },
    Component { runs: true, ..builder("virtualbox-ovf", virtualbox::OVF_OPTIONS) },
    Component { runs: true, ..builder("virtualbox-vm", virtualbox::VM_OPTIONS) },
    Component { runs: true, ..builder("null", small::NULL) },
    Component { runs: true, ..builder("file", small::FILE) },
    builder("vagrant", small::VAGRANT),
];

const fn builder(kind: &'static str, options: &'static [&'static [Opt]]) -> Component {
    Component::new(Role::Builder, kind, options)
}

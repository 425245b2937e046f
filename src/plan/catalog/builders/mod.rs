//! The builders.

mod qemu;

use super::option::Options;
use super::{Component, Role};

pub(super) const ALL: &[Component] =
    &[Component { kind: "qemu", role: Role::Builder, options: Options(qemu::OPTIONS), runs: true }];

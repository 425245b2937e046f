//! The provisioners.

mod shell;
mod small;

use super::option::{Opt, Options, duration, integer};
use super::{Component, Role};

pub(super) const ALL: &[Component] = &[
    runs("shell", &[EVERY, shell::SCRIPTS, shell::ENVIRONMENT, shell::SHELL]),
    runs("shell-local", &[EVERY, shell::SCRIPTS, shell::ENVIRONMENT, shell::SHELL_LOCAL]),
    runs("file", &[EVERY, small::FILE]),
];

pub(super) use shell::{ENVIRONMENT, SCRIPTS, SHELL_LOCAL};

/// What every provisioner has.
const EVERY: &[Opt] = &[
    duration("pause_before", "wait before it runs; 0 by default"),
    duration("timeout", "how long it may take; no limit by default"),
    integer("max_retries", "how often it is tried again when it fails; 0 by default"),
];

const fn runs(kind: &'static str, options: &'static [&'static [Opt]]) -> Component {
    Component { kind, role: Role::Provisioner, options: Options(options), runs: true }
}

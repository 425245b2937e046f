//! The provisioners.

mod ansible;
mod configuration;
mod shell;
mod small;
mod windows;

pub(super) use shell::{ENVIRONMENT, SCRIPTS, SHELL_LOCAL};
pub(in crate::plan) use windows::EXECUTION_POLICIES;

use super::option::{Opt, duration, flag, integer};
use super::{Component, Role};

pub(super) const ALL: &[Component] = &[
    Component { runs: true, ..provisioner("shell", &[EVERY, SCRIPTS, ENVIRONMENT, shell::SHELL]) },
    Component { runs: true, ..provisioner("shell-local", &[EVERY, SCRIPTS, ENVIRONMENT, SHELL_LOCAL]) },
    Component { runs: true, ..provisioner("file", &[EVERY, small::FILE]) },
    Component { runs: true, ..provisioner("breakpoint", &[EVERY, small::BREAKPOINT]) },
    Component { runs: true, ..provisioner("sleep", &[EVERY, small::SLEEP]) },
    Component { runs: true, rules: windows::POWERSHELL_RULES, ..provisioner("powershell", windows::POWERSHELL) },
    Component { runs: true, rules: &[windows::ONE_SCRIPT], ..provisioner("windows-shell", windows::WINDOWS_SHELL) },
    Component { runs: true, ..provisioner("windows-restart", &[EVERY, windows::RESTART]) },
    Component { runs: true, ..provisioner("windows-update", &[EVERY, windows::UPDATE]) },
    Component { runs: true, ..provisioner("ansible", &[EVERY, ansible::ANSIBLE]) },
    Component {
        runs: true,
        rules: ansible::LOCAL_RULES,
        ..provisioner("ansible-local", &[EVERY, ansible::ANSIBLE_LOCAL])
    },
    Component { runs: true, ..provisioner("chef-solo", configuration::CHEF_SOLO) },
    Component {
        runs: true,
        rules: configuration::CHEF_CLIENT_RULES,
        ..provisioner("chef-client", configuration::CHEF_CLIENT)
    },
    Component { runs: true, ..provisioner("puppet-masterless", configuration::PUPPET_MASTERLESS) },
    Component { runs: true, ..provisioner("puppet-server", configuration::PUPPET_SERVER) },
    Component { runs: true, rules: configuration::SALT_RULES, ..provisioner("salt-masterless", configuration::SALT) },
];

/// What every provisioner has.
const EVERY: &[Opt] = &[
    duration("pause_before", "wait before it runs; 0 by default"),
    duration("timeout", "how long it may take; no limit by default"),
    integer("max_retries", "how often it is tried again when it fails; 0 by default"),
    flag("continue_on_error", "go on with the build when it fails, after its retries; false by default"),
];

const fn provisioner(kind: &'static str, options: &'static [&'static [Opt]]) -> Component {
    Component::new(Role::Provisioner, kind, options)
}

//! Options that have another name today, and nothing else changed.

use crate::template::value::Value;

use super::Role;
use super::component::Component;

struct Rename {
    old: &'static str,
    new: &'static str,
    role: Role,
    of: Of,
}

/// The components that an option belongs to.
enum Of {
    /// All of that role.
    All,
    These(&'static [&'static str]),
    /// Those whose type begins so.
    Family(&'static str),
}

const RENAMES: [Rename; 18] = [
    builder("ssh_key_path", "ssh_private_key_file", Of::All),
    builder("ssh_disable_agent", "ssh_disable_agent_forwarding", Of::All),
    builder("ssh_wait_timeout", "ssh_timeout", Of::All),
    builder("ssh_host_port_min", "host_port_min", Of::These(&["qemu"])),
    builder("ssh_host_port_max", "host_port_max", Of::These(&["qemu"])),
    builder("ssh_skip_nat_mapping", "skip_nat_mapping", Of::These(&["qemu"])),
    builder("ssh_host_port_min", "host_port_min", Of::Family("virtualbox")),
    builder("ssh_host_port_max", "host_port_max", Of::Family("virtualbox")),
    builder("ssh_skip_nat_mapping", "skip_nat_mapping", Of::Family("virtualbox")),
    builder("guest_os_distribution", "guest_os_type", Of::These(&["parallels-iso", "parallels-pvm"])),
    builder("clone_from_vmxc_path", "clone_from_vmcx_path", Of::These(&["hyperv-vmcx"])),
    builder("cpu", "cpus", Of::Family("hyperv-")),
    builder("ram_size", "memory", Of::Family("hyperv-")),
    builder("access_key", "organization_id", Of::These(&["scaleway"])),
    builder("shutdown_behaviour", "shutdown_behavior", Of::Family("amazon-")),
    builder("enhanced_networking", "ena_support", Of::Family("amazon-")),
    Rename { old: "filename", new: "output", role: Role::PostProcessor, of: Of::These(&["manifest"]) },
    Rename { old: "galaxycommand", new: "galaxy_command", role: Role::Provisioner, of: Of::These(&["ansible-local"]) },
];

const fn builder(old: &'static str, new: &'static str, of: Of) -> Rename {
    Rename { old, new, role: Role::Builder, of }
}

pub(super) fn fix(component: &mut Component<'_>) {
    for rename in &RENAMES {
        if rename.applies(component) {
            rename.apply(component);
        }
    }
}

impl Rename {
    fn applies(&self, component: &Component<'_>) -> bool {
        component.role == self.role
            && match self.of {
                Of::All => true,
                Of::These(kinds) => kinds.contains(&component.kind),
                Of::Family(start) => component.kind.starts_with(start),
            }
    }

    /// Whoever writes both means the new one: the old one is there for old versions.
    fn apply(&self, component: &mut Component<'_>) {
        let Some((key, Value { kind, span })) = component.remove(self.old) else { return };
        if component.is_set(self.new) {
            return component.warn_unused(&key, self.new);
        }
        component.set(self.new, kind, &key.span, &span);
        let message = format!("`{}` is the old name of `{}`", key.value, self.new);
        component.warn(&key, &message, &format!("it is read as `{}`", self.new));
    }
}

//! The command line, made from the plan and from what is known at run time. Pure: the same input gives
//! the same arguments, and nothing of the host is looked at.
//!
//! The order of work: default switches (`defaults`, `devices`), the template's rows with what QEMU no
//! longer understands rewritten (`repairs`), Packer's rule of replacement (`overrides`), `qemuargs_append`,
//! and last our own additions (`additions`).

mod accelerators;
mod additions;
mod defaults;
mod devices;
mod overrides;
mod preview;
mod repairs;
mod rows;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::firmware::Firmware;
use crate::machine::Error;
use crate::plan::MachinePlan;
use crate::plan::qemu::QemuPlan;
use crate::process::Cmd;
use crate::template::interpolate::Fields;

pub use additions::{QMP_SOCKET, SERIAL_LOG, VNC_SOCKET};
pub use defaults::TPM_SOCKET;
pub use devices::disk_paths;
pub(super) use preview::planned_display;
pub use preview::preview;

/// The guest's own variable store, in the output directory.
pub const EFI_VARIABLES: &str = "efivars.fd";
/// Where a guest of QEMU's user networking reaches the host.
pub const GUEST_VIEW_OF_HOST: &str = "10.0.2.2";

/// What the plan does not know. Numbers are texts because a preview has placeholders in their place.
#[derive(Clone, Debug)]
pub struct Runtime {
    pub accelerator: Accelerator,
    /// Path or URL of the installer; `None` for a disk image.
    pub installer: Option<String>,
    /// The generated seed CD.
    pub cd: Option<PathBuf>,
    pub floppy: Option<PathBuf>,
    pub output_directory: PathBuf,
    /// For sockets and logs.
    pub work_directory: PathBuf,
    /// The host's end of the forwarded guest port; `0` when nothing is forwarded.
    pub host_port: String,
    /// VNC display number: the port less 5900.
    pub vnc_display: String,
    /// `None`: nothing but VNC.
    pub display: Option<String>,
    /// Code and variable store of a UEFI machine.
    pub firmware: Option<Firmware>,
    /// `.HTTPIP .HTTPPort .HTTPDir .HTTPContent .Name`; what this module knows is added.
    pub fields: Fields,
}

/// What runs the guest's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accelerator {
    /// QEMU's name, or `none` for QEMU's own default.
    pub name: String,
    /// Also replaces what `qemuargs` say: the user asked for it, or the first of several is not usable.
    pub forced: bool,
}

/// Who put an argument on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The builder's options.
    Default,
    /// `qemuargs`.
    Template,
    /// `qemuargs_append`.
    Appended,
    /// Boxwright, beyond what Packer gives; see `additions`.
    Own,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Argument {
    pub switch: String,
    pub value: Option<String>,
    pub origin: Origin,
}

impl Argument {
    fn new(switch: &str, value: impl Into<String>) -> Self {
        Self { switch: switch.to_owned(), value: Some(value.into()), origin: Origin::Default }
    }

    /// The switch without its dashes: QEMU takes one or two.
    fn name(&self) -> &str {
        self.switch.trim_start_matches('-')
    }

    fn text(&self) -> &str {
        self.value.as_deref().unwrap_or_default()
    }
}

impl std::fmt::Display for Argument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{} {value}", self.switch),
            None => f.write_str(&self.switch),
        }
    }
}

/// The final command line and how it came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CommandLine {
    pub program: String,
    pub arguments: Vec<Argument>,
    /// What rows of the template replaced, dropped or were turned into, and what was added.
    pub changes: Vec<String>,
    /// What the user should mend.
    pub warnings: Vec<String>,
}

impl CommandLine {
    pub fn to_cmd(&self) -> Cmd {
        let words = |argument: &Argument| std::iter::once(argument.switch.clone()).chain(argument.value.clone());
        Cmd::new(&self.program).args(self.arguments.iter().flat_map(words))
    }

    /// For `plan`: one line for each difference from the builder's defaults.
    pub fn explain(&self) -> Vec<String> {
        self.changes.iter().chain(&self.warnings).cloned().collect()
    }

    /// The values of a switch, spelt with one dash or two.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.arguments.iter().filter(move |argument| argument.name() == name).map(Argument::text)
    }

    fn has(&self, name: &str) -> bool {
        self.arguments.iter().any(|argument| argument.name() == name)
    }

    /// The accelerators the arguments ask for, best first; empty when they leave it to QEMU.
    pub fn accelerators(&self) -> Vec<String> {
        accelerators::requested(&self.arguments)
    }

    /// The machine type the arguments ask for.
    pub fn machine_type(&self) -> Option<&str> {
        let machines = self.arguments.iter().filter(|argument| is_machine(argument));
        machines.filter_map(|argument| argument.text().split(',').enumerate().find_map(machine_type_of)).next_back()
    }
}

fn machine_type_of((at, part): (usize, &str)) -> Option<&str> {
    part.strip_prefix("type=").or((at == 0 && !part.contains('=')).then_some(part))
}

fn is_machine(argument: &Argument) -> bool {
    matches!(argument.name(), "machine" | "M")
}

/// The QEMU part of a plan.
pub fn qemu_plan(plan: &MachinePlan) -> &QemuPlan {
    plan.qemu().expect("this driver is given machines of its own kind only")
}

/// The final command line.
pub fn command_line(plan: &MachinePlan, runtime: &Runtime) -> Result<CommandLine, Error> {
    let qemu = qemu_plan(plan);
    let fields = fields(plan, runtime);
    let mut line = CommandLine {
        program: qemu.qemu_binary.clone(),
        arguments: defaults::arguments(plan, qemu, runtime),
        changes: Vec::new(),
        warnings: Vec::new(),
    };
    let rows = rows::render(&qemu.arguments, &fields, Origin::Template)?;
    let (rows, extra) = repairs::rewrite(rows, &mut line);
    overrides::apply(&mut line, rows);
    overrides::rescue_network_card(&mut line, &qemu.net_device);
    line.arguments.extend(extra);
    line.arguments.extend(rows::render(&qemu.arguments_append, &fields, Origin::Appended)?);
    accelerators::settle(&mut line, &runtime.accelerator);
    additions::add(&mut line, runtime);
    Ok(line)
}

/// The dot-variables of `qemuargs`.
fn fields(plan: &MachinePlan, runtime: &Runtime) -> Fields {
    let mut fields = runtime.fields.clone();
    fields.insert("OutputDir".to_owned(), path_text(&runtime.output_directory));
    fields.insert("SSHHostPort".to_owned(), ssh_host_port(plan, runtime));
    fields.entry("Name".to_owned()).or_insert_with(|| plan.vm_name.clone());
    fields
}

/// The host's end of the forward: with `skip_nat_mapping` no port is looked for, the guest's number is taken.
fn ssh_host_port(plan: &MachinePlan, runtime: &Runtime) -> String {
    match plan.guest_port {
        Some(port) if qemu_plan(plan).skip_nat_mapping => port.to_string(),
        _ => runtime.host_port.clone(),
    }
}

fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A text as the value of an option in a comma-separated list: QEMU wants commas doubled.
fn escaped(text: &str) -> String {
    text.replace(',', ",,")
}

fn escaped_path(path: &Path) -> String {
    escaped(&path_text(path))
}

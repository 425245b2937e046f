//! Provisioners, resolved: what they share, and one file for each.

mod ansible;
mod ansible_local;
mod breakpoint;
mod chef;
mod elevation;
mod file;
mod guest_system;
mod puppet;
mod salt;
mod scripts;
mod shell;
mod shell_local;
mod windows;

use std::time::Duration;

use serde::Serialize;

use crate::template::interpolate::Late;

pub use self::ansible::{AnsiblePlan, GalaxyPlan, InventoryPlan, ProxyPlan};
pub use self::ansible_local::{AnsibleLocalPlan, LocalInventory};
pub use self::breakpoint::{BreakpointPlan, SleepPlan};
pub use self::chef::{Attributes, ChefInstall, ChefJob, ChefPlan, ClientPlan, SoloPlan};
pub use self::elevation::{ElevationPlan, LateSecret};
pub use self::file::{Direction, FilePlan};
pub use self::guest_system::GuestSystem;
pub use self::puppet::{PuppetJob, PuppetPlan};
pub use self::salt::{Formula, SaltPlan};
pub use self::scripts::{Environment, Scripts};
pub use self::shell::ShellPlan;
pub use self::shell_local::ShellLocalPlan;
pub use self::windows::{PowerShellPlan, UpdateFilter, WindowsRestartPlan, WindowsShellPlan, WindowsUpdatePlan};

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProvisionerPlan {
    /// Packer's type, such as `shell`.
    pub kind: String,
    pub pause_before: Duration,
    pub timeout: Option<Duration>,
    pub max_retries: u32,
    /// Its failure is told and does not end the build.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub continue_on_error: bool,
    pub action: ProvisionerAction,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProvisionerAction {
    Shell(Box<ShellPlan>),
    ShellLocal(Box<ShellLocalPlan>),
    File(Box<FilePlan>),
    Puppet(Box<PuppetPlan>),
    Chef(Box<ChefPlan>),
    Salt(Box<SaltPlan>),
    Ansible(Box<AnsiblePlan>),
    AnsibleLocal(Box<AnsibleLocalPlan>),
    Breakpoint(Box<BreakpointPlan>),
    Sleep(SleepPlan),
    #[serde(rename = "powershell")]
    PowerShell(Box<PowerShellPlan>),
    WindowsShell(Box<WindowsShellPlan>),
    WindowsRestart(Box<WindowsRestartPlan>),
    WindowsUpdate(Box<WindowsUpdatePlan>),
    /// This program does not run it; a plan that is run has none.
    NotRun,
}

impl ProvisionerAction {
    /// Its texts that are complete only at run time.
    pub fn lates(&self) -> Vec<&Late> {
        match self {
            Self::Shell(plan) => plan.lates(),
            Self::ShellLocal(plan) => plan.lates(),
            Self::File(plan) => plan.lates(),
            Self::Puppet(plan) => plan.lates(),
            Self::Chef(plan) => plan.lates(),
            Self::Ansible(plan) => plan.lates(),
            Self::AnsibleLocal(plan) => plan.lates(),
            Self::Breakpoint(plan) => plan.note.iter().collect(),
            Self::PowerShell(plan) => plan.lates(),
            Self::WindowsShell(plan) => plan.lates(),
            Self::WindowsUpdate(plan) => plan.elevation.lates().collect(),
            Self::Salt(_) | Self::Sleep(_) | Self::WindowsRestart(_) | Self::NotRun => Vec::new(),
        }
    }

    /// The scripts that run in the guest.
    pub fn guest_scripts(&self) -> Option<&Scripts> {
        match self {
            Self::Shell(plan) => Some(&plan.scripts),
            Self::PowerShell(plan) => Some(&plan.scripts),
            Self::WindowsShell(plan) => Some(&plan.scripts),
            _ => None,
        }
    }

    /// Whom it runs commands as, beside the user of the session.
    pub fn elevation(&self) -> Option<&ElevationPlan> {
        match self {
            Self::PowerShell(plan) => plan.elevation.as_ref(),
            Self::WindowsUpdate(plan) => Some(&plan.elevation),
            _ => None,
        }
    }

    /// Whether it can do its work where there is no guest.
    pub fn works_without_guest(&self) -> bool {
        matches!(self, Self::ShellLocal(_) | Self::Breakpoint(_) | Self::Sleep(_))
    }

    /// Whether files on this host can come from it.
    pub fn can_make_files(&self) -> bool {
        match self {
            Self::ShellLocal(_) | Self::Ansible(_) => true,
            Self::File(plan) => plan.direction == Direction::Download,
            _ => false,
        }
    }
}

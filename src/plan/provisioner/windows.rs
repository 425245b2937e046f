//! `powershell`, `windows-shell`, `windows-restart` and `windows-update`

use std::time::Duration;

use serde::Serialize;

use super::{ElevationPlan, Environment, Scripts};
use crate::template::interpolate::Late;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PowerShellPlan {
    pub scripts: Scripts,
    pub environment: Environment,
    /// printf form with two `%s`: name and value, written for double quotes. It makes a script of its own.
    pub env_var_format: Late,
    /// `None`: a random name.
    pub remote_path: Option<String>,
    pub remote_env_var_path: Option<String>,
    /// Fields: `.Vars` (the path of the environment's script), `.Path` and the build data.
    pub execute_command: Late,
    /// `None`: as the user of the session.
    pub elevation: Option<ElevationPlan>,
    /// The command that runs as the other user, with the same fields.
    pub elevated_execute_command: Late,
    /// For PowerShell's `Set-PSDebug -Trace`; 0 is none.
    pub debug_mode: u32,
    pub valid_exit_codes: Vec<u32>,
    pub start_retry_timeout: Duration,
    pub pause_after: Duration,
    pub skip_clean: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WindowsShellPlan {
    pub scripts: Scripts,
    pub environment: Environment,
    /// printf form with two `%s`: name and value as they are.
    pub env_var_format: Late,
    pub remote_path: String,
    /// Fields: `.Vars`, `.Path` and the build data.
    pub execute_command: Late,
    pub valid_exit_codes: Vec<u32>,
    pub start_retry_timeout: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WindowsRestartPlan {
    pub restart_command: String,
    /// Runs until it succeeds, once the guest answers again.
    pub restart_check_command: Option<String>,
    pub restart_timeout: Duration,
    /// Keys that exist while a restart is pending; none where nobody asks for them.
    pub registry_keys: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WindowsUpdatePlan {
    /// In the words of the Windows Update Agent.
    pub search_criteria: String,
    /// The first that matches decides; an update that none matches stays out.
    pub filters: Vec<UpdateFilter>,
    /// Most updates between two restarts.
    pub update_limit: u32,
    /// How often the installing is begun again after an error.
    pub update_max_retries: u32,
    /// Of each restart.
    pub restart_timeout: Duration,
    pub elevation: ElevationPlan,
}

/// A PowerShell expression over the update `$_`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UpdateFilter {
    Include(String),
    Exclude(String),
}

impl PowerShellPlan {
    pub(super) fn lates(&self) -> Vec<&Late> {
        let own = [&self.execute_command, &self.elevated_execute_command, &self.env_var_format];
        let elevation = self.elevation.iter().flat_map(ElevationPlan::lates);
        self.scripts.lates().chain(self.environment.values()).chain(own).chain(elevation).collect()
    }
}

impl WindowsShellPlan {
    pub(super) fn lates(&self) -> Vec<&Late> {
        let own = [&self.execute_command, &self.env_var_format];
        self.scripts.lates().chain(self.environment.values()).chain(own).collect()
    }
}

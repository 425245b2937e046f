//! `shell-local`

use serde::Serialize;

use super::{Environment, Scripts};
use crate::template::interpolate::Late;

/// Also the post-processor `shell-local`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShellLocalPlan {
    pub scripts: Scripts,
    pub environment: Environment,
    pub env_var_format: String,
    /// An argument list. Fields: `.Vars .Script .Command` and the build data.
    pub execute_command: Vec<Late>,
    pub valid_exit_codes: Vec<u32>,
    /// Empty: everywhere.
    pub only_on: Vec<String>,
    pub tempfile_extension: String,
}

impl ShellLocalPlan {
    pub fn lates(&self) -> Vec<&Late> {
        self.scripts.lates().chain(self.environment.values()).chain(&self.execute_command).collect()
    }
}

//! `shell-local`

use serde::Serialize;

use super::{Environment, Scripts};
use crate::template::interpolate::Late;

/// Also the post-processor `shell-local`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShellLocalPlan {
    pub scripts: Scripts,
    pub environment: Environment,
    pub env_var_format: Late,
    /// An argument list. Fields: `.Vars .Script .Command` and the build data.
    pub execute_command: Vec<Late>,
    pub valid_exit_codes: Vec<u32>,
    /// Empty: everywhere.
    pub only_on: Vec<String>,
    pub tempfile_extension: String,
}

impl ShellLocalPlan {
    pub fn lates(&self) -> Vec<&Late> {
        let own = self.execute_command.iter().chain([&self.env_var_format]);
        self.scripts.lates().chain(self.environment.values()).chain(own).collect()
    }
}

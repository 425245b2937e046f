//! `shell`

use std::time::Duration;

use serde::Serialize;

use super::{Environment, Scripts};
use crate::template::interpolate::Late;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShellPlan {
    pub scripts: Scripts,
    /// Of the template; the `PACKER_…` ones are added at run time.
    pub environment: Environment,
    /// printf form with two `%s`: name and quoted value.
    pub env_var_format: Late,
    pub use_env_var_file: bool,
    /// Fields: `.Vars .Path .EnvVarFile` and the build data.
    pub execute_command: Late,
    pub remote_folder: Late,
    /// `None`: a name of our own.
    pub remote_file: Option<Late>,
    /// Overrides folder and file.
    pub remote_path: Option<Late>,
    pub binary: bool,
    pub valid_exit_codes: Vec<u32>,
    pub expect_disconnect: bool,
    pub start_retry_timeout: Duration,
    pub pause_after: Duration,
    pub skip_clean: bool,
}

impl ShellPlan {
    pub(super) fn lates(&self) -> Vec<&Late> {
        let places = [&self.remote_folder].into_iter().chain(&self.remote_file).chain(&self.remote_path);
        let own = [&self.execute_command, &self.env_var_format];
        self.scripts.lates().chain(self.environment.values()).chain(own).chain(places).collect()
    }
}

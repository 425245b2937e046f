//! Provisioners, resolved.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::template::interpolate::Late;

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
    /// This program does not run it; a plan that is run has none.
    NotRun,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scripts {
    /// Lines that become one script; `shebang` (without `#!`) is `None` when the text brings its own.
    Inline {
        lines: Vec<Late>,
        shebang: Option<String>,
    },
    Files(Vec<PathBuf>),
}

/// Environment of a script: values may hold late values.
pub type Environment = BTreeMap<String, Late>;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShellPlan {
    pub scripts: Scripts,
    /// Of the template; the `PACKER_…` ones are added at run time.
    pub environment: Environment,
    /// printf form with two `%s`: name and quoted value.
    pub env_var_format: String,
    pub use_env_var_file: bool,
    /// Fields: `.Vars .Path .EnvVarFile` and the build data.
    pub execute_command: Late,
    pub remote_folder: String,
    /// `None`: a name of our own.
    pub remote_file: Option<String>,
    /// Overrides folder and file.
    pub remote_path: Option<String>,
    pub binary: bool,
    pub valid_exit_codes: Vec<u32>,
    pub expect_disconnect: bool,
    pub start_retry_timeout: Duration,
    pub pause_after: Duration,
    pub skip_clean: bool,
}

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

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FilePlan {
    pub sources: Vec<Late>,
    /// Uploaded instead of a source.
    pub content: Option<Late>,
    pub destination: Late,
    pub direction: Direction,
    pub generated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Upload,
    Download,
}

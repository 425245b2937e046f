//! Where values come from besides the template: the command line, files and the environment.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::diag::Diagnostics;
use crate::io::secrets::{Secret, Secrets};
use crate::template::hcl::DataRequest;

/// What happens to data sources while a template is loaded.
#[derive(Clone, Copy, Debug)]
pub enum DataMode {
    /// Nothing is asked; what they would give stays unknown.
    Unknown,
    /// The same, after this function has looked at what they would be asked.
    Check(fn(&DataRequest) -> Diagnostics),
    /// They are read by this function.
    Read(fn(&DataRequest) -> Result<BTreeMap<String, String>, Diagnostics>),
}

/// What the caller of a template brings along.
#[derive(Clone)]
pub struct VariableInputs {
    /// `-var NAME=VALUE`, in order; the last one of a name wins.
    pub vars: Vec<(String, String)>,
    /// `-var-file PATH`, in order; any `-var` wins over them.
    pub files: Vec<PathBuf>,
    /// What `{{env}}` sees.
    pub environment: BTreeMap<String, Secret>,
    /// When the program started.
    pub started: jiff::Timestamp,
    /// Do not ask for the variables that are required.
    pub syntax_only: bool,
    /// Warn of values for variables that nobody declared.
    pub warn_undeclared: bool,
    pub data: DataMode,
    /// Takes every sensitive text as soon as it is known.
    pub secrets: Secrets,
}

impl VariableInputs {
    /// No variables, and the environment and clock of this process.
    pub fn from_process() -> Self {
        let environment = std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), Secret::new(value.to_string_lossy())))
            .collect();
        Self { environment, started: jiff::Timestamp::now(), ..Self::fixed() }
    }

    /// No variables, an empty environment, and a clock that stands at the Unix epoch.
    pub fn fixed() -> Self {
        Self {
            vars: Vec::new(),
            files: Vec::new(),
            environment: BTreeMap::new(),
            started: jiff::Timestamp::UNIX_EPOCH,
            syntax_only: false,
            warn_undeclared: true,
            data: DataMode::Unknown,
            secrets: Secrets::default(),
        }
    }
}

/// Values may be secrets: only names are shown.
impl std::fmt::Debug for VariableInputs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.vars.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("VariableInputs")
            .field("vars", &names)
            .field("files", &self.files)
            .field("started", &self.started)
            .field("syntax_only", &self.syntax_only)
            .finish_non_exhaustive()
    }
}

//! Why a build failed: the stage's own error, or the end of the machine, a signal or a defect.

use std::time::Duration;

use crate::error::{Classify, ErrorKind};
use crate::event::Stage;

/// The first error of a build and the stage it happened in.
#[derive(Debug)]
pub struct BuildError {
    pub stage: Option<Stage>,
    pub cause: Cause,
}

#[derive(Debug, thiserror::Error)]
pub enum Cause {
    #[error(transparent)]
    Fetch(#[from] crate::fetch::Error),
    #[error(transparent)]
    Seed(#[from] crate::seed::Error),
    #[error(transparent)]
    Port(#[from] crate::cache::ports::Error),
    #[error(transparent)]
    Machine(#[from] crate::machine::Error),
    #[error(transparent)]
    Communicator(#[from] crate::comm::Error),
    #[error(transparent)]
    Provision(#[from] crate::provision::Error),
    /// Post-processors fail one by one; the others still run.
    #[error("{}", .0.iter().map(|error| crate::error::chain(error)).collect::<Vec<_>>().join("; "))]
    PostProcessors(Vec<crate::post::Error>),
    #[error("boot command: {0}")]
    BootCommand(String),
    #[error("{0}")]
    Render(#[from] crate::template::interpolate::RenderError),
    #[error("output folder `{path}` exists; remove it, or use -force to replace it")]
    OutputExists { path: String },
    #[error("cannot {action}")]
    Io { action: String, source: std::io::Error },
    #[error("the machine stopped {during}; its console output and last screen may tell why")]
    MachineStopped { during: &'static str },
    #[error("the machine was still running {} s after {after}", .timeout.as_secs())]
    StillRunning { after: String, timeout: Duration },
    /// Resolving a plan that is to be run finds this before.
    #[error("this program does not run builders of this type")]
    NotRun,
    #[error("cancelled")]
    Cancelled,
    #[error("defect in this program: {0}")]
    Panic(String),
}

impl Cause {
    pub fn io(action: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}

impl Classify for Cause {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Fetch(error) => error.kind(),
            Self::Seed(error) => error.kind(),
            Self::Port(error) => error.kind(),
            Self::Machine(error) => error.kind(),
            Self::Communicator(error) => error.kind(),
            Self::Provision(error) => error.kind(),
            Self::PostProcessors(errors) => errors.first().map_or(ErrorKind::Internal, Classify::kind),
            Self::Io { .. } => ErrorKind::Environment,
            Self::NotRun | Self::BootCommand(_) | Self::Render(_) | Self::OutputExists { .. } => ErrorKind::User,
            Self::MachineStopped { .. } | Self::StillRunning { .. } => ErrorKind::Guest,
            Self::Cancelled => ErrorKind::Cancelled,
            Self::Panic(_) => ErrorKind::Internal,
        }
    }
}

impl BuildError {
    pub fn cancelled() -> Self {
        Self { stage: None, cause: Cause::Cancelled }
    }

    pub fn kind(&self) -> ErrorKind {
        self.cause.kind()
    }

    pub fn message(&self) -> String {
        crate::error::chain(&self.cause)
    }
}

//! `breakpoint` and `sleep`

use std::time::Duration;

use serde::Serialize;

use crate::template::interpolate::Late;

/// Waits for somebody at the terminal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BreakpointPlan {
    pub note: Option<Late>,
    /// It is only told that it was passed over.
    pub disable: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SleepPlan {
    pub duration: Duration,
}

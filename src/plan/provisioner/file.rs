//! `file`

use serde::Serialize;

use crate::template::interpolate::Late;

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

impl FilePlan {
    pub(super) fn lates(&self) -> Vec<&Late> {
        self.sources.iter().chain(&self.content).chain([&self.destination]).collect()
    }
}

//! What `doctor` finds out about a host.

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Ok,
    Missing,
    /// It is there and does not work.
    Broken,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub name: String,
    pub state: State,
    pub detail: String,
    /// What to do about it; nothing for `State::Ok`.
    pub fix: Option<String>,
}

impl Finding {
    /// No build runs without it.
    pub fn is_required(&self) -> bool {
        self.name.starts_with("qemu-")
    }

    pub(super) fn ok(name: &str, detail: impl Into<String>) -> Self {
        Self { name: name.to_owned(), state: State::Ok, detail: detail.into(), fix: None }
    }

    pub(super) fn missing(name: &str, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name: name.to_owned(), state: State::Missing, detail: detail.into(), fix: Some(fix.into()) }
    }

    pub(super) fn broken(name: &str, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: State::Broken, ..Self::missing(name, detail, fix) }
    }
}

//! Data sources, resolved.

use std::collections::BTreeMap;

/// What is read before anything is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataPlan {
    Http(HttpRequest),
    /// Gives back what it is given.
    Null {
        input: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    pub url: String,
    pub method: String,
    pub headers: BTreeMap<String, String>,
    pub body: Option<String>,
}

//! Functions from and to other notations.

pub(super) mod base64;
mod csv;
pub(super) mod json;
mod url;
mod yaml;

use super::table::Function;

pub(super) const GROUPS: &[&[Function]] =
    &[base64::FUNCTIONS, csv::FUNCTIONS, json::FUNCTIONS, url::FUNCTIONS, yaml::FUNCTIONS];

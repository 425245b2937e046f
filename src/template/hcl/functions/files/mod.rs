//! Functions on paths and on files that are there before anything is built.

mod contents;
mod paths;
mod set;

use super::table::Function;

pub(super) const GROUPS: &[&[Function]] = &[contents::FUNCTIONS, paths::FUNCTIONS];

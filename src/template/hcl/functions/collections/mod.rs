//! Functions on lists, sets and maps.

mod lists;
mod maps;
mod sets;
mod unify;

use super::table::Function;

pub(super) const GROUPS: &[&[Function]] = &[lists::FUNCTIONS, maps::FUNCTIONS, sets::FUNCTIONS];

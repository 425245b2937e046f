//! Functions on texts.

mod format;
mod re2;
mod regex;
mod strings;

use super::table::Function;

pub(super) const GROUPS: &[&[Function]] = &[format::FUNCTIONS, regex::FUNCTIONS, strings::FUNCTIONS];

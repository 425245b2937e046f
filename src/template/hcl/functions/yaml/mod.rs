//! YAML.

mod decode;
mod encode;
mod plain;
mod quoted;

use super::table::{Function, any, text};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("yamldecode", &[text("src")], |a| decode::decode(a.text(0))),
    Function::new("yamlencode", &[any("value").or_null()], |a| encode::encode(a.any(0))),
];

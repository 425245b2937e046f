//! YAML.

mod decode;
mod encode;
mod plain;
mod quoted;

use crate::template::hcl::functions::table::{Function, any, text};

pub(in crate::template::hcl::functions) const FUNCTIONS: &[Function] = &[
    Function::new("yamldecode", &[text("src")], |a| decode::decode(a.text(0))),
    Function::new("yamlencode", &[any("value").or_null()], |a| encode::encode(a.any(0))),
];

//! User variables: defaults, `-var-file`, `-var`, and what they resolve to.

mod file;
mod inputs;
pub(super) mod resolve;

pub use super::hcl::DataRequest;
pub use inputs::{DataMode, VariableInputs};

use std::collections::BTreeMap;

use crate::io::secrets::Secret;

/// The variables of a template with their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variables(pub Vec<Variable>);

#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    pub name: String,
    /// As written in the template; `None` where a declared variable is required.
    pub default: Option<String>,
    /// `None` while no value is known.
    pub value: Option<Secret>,
    pub sensitive: bool,
    /// Whether the template names it; others come from the command line alone.
    pub declared: bool,
}

impl Variable {
    /// Whether the template asks for a value.
    pub fn is_required(&self) -> bool {
        self.declared && self.default.is_none()
    }
}

impl Variables {
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.0.iter().find(|variable| variable.name == name)
    }

    /// Those that have a value, for `{{user}}`.
    pub fn values(&self) -> BTreeMap<String, Secret> {
        self.0.iter().filter_map(|variable| Some((variable.name.clone(), variable.value.clone()?))).collect()
    }

    /// The values that must be masked in all output.
    pub fn sensitive(&self) -> impl Iterator<Item = &Secret> {
        self.0.iter().filter(|variable| variable.sensitive).filter_map(|variable| variable.value.as_ref())
    }
}

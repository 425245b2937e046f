//! User variables: defaults, `-var-file`, `-var`, and what they resolve to.

use crate::io::secrets::Secret;

/// The variables of a template with their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variables(pub Vec<Variable>);

#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    pub name: String,
    /// As written in the template; `None` is required.
    pub default: Option<String>,
    /// `None` while no value is known.
    pub value: Option<Secret>,
    pub sensitive: bool,
}

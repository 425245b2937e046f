//! What things are called in HCL2, where names are identifiers.

use std::collections::{BTreeMap, BTreeSet};

/// The new names of variables and builders.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By the old name of a variable: `var.x` or `local.x`.
    variables: BTreeMap<String, String>,
    /// By the new name: the text that is its default.
    defaults: BTreeMap<String, String>,
    /// By the old name of a builder.
    builds: BTreeMap<String, BuildName>,
    /// Whether a build is called otherwise than its source.
    pub(super) renames: bool,
}

/// The names of one build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BuildName {
    /// The builder's type.
    pub(super) kind: String,
    /// The name of the source block.
    pub(super) label: String,
    /// What the build calls it, as an expression, where the old name cannot be a label.
    pub(super) renamed: Option<String>,
}

impl Names {
    pub(super) fn add_variable(&mut self, old: &str, reference: String) {
        self.variables.insert(old.to_owned(), reference);
    }

    /// The expression for a variable. All that are used are known; another name cannot do harm.
    pub(super) fn variable(&self, old: &str) -> String {
        self.variables.get(old).cloned().unwrap_or_else(|| format!("var.{}", identifier(old)))
    }

    pub(super) fn add_default(&mut self, reference: &str, default: &str) {
        self.defaults.insert(reference.to_owned(), default.to_owned());
    }

    /// The default of the variable that an expression is.
    pub(super) fn default_behind(&self, expression: &str) -> Option<&str> {
        self.defaults.get(expression).map(String::as_str)
    }

    pub(super) fn add_build(&mut self, old: &str, name: BuildName) {
        self.renames |= name.renamed.is_some();
        self.builds.insert(old.to_owned(), name);
    }

    pub(super) fn build(&self, old: &str) -> Option<&BuildName> {
        self.builds.get(old)
    }
}

/// Gives each name out once.
#[derive(Debug, Default)]
pub(super) struct Taken {
    names: BTreeSet<String>,
    /// How often an identifier was asked for.
    asked: BTreeMap<String, u64>,
}

impl Taken {
    /// An identifier for a name, with a number behind it when there is one already.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let base = identifier(name);
        let number = self.asked.entry(base.clone()).or_default();
        loop {
            *number += 1;
            let candidate = if *number == 1 { base.clone() } else { format!("{base}_{number}") };
            if self.names.insert(candidate.clone()) {
                return candidate;
            }
        }
    }
}

/// The name with `_` for all that cannot stand in an identifier.
pub(super) fn identifier(name: &str) -> String {
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
    let text: String = name.chars().map(|character| if is_part(character) { character } else { '_' }).collect();
    match text.chars().next() {
        Some(first) if first.is_ascii_alphabetic() || first == '_' => text,
        _ => format!("_{text}"),
    }
}

pub(super) fn is_identifier(name: &str) -> bool {
    !name.is_empty() && identifier(name) == name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_identifiers() {
        for (old, new) in [("a-b_1", "a-b_1"), ("iso.url", "iso_url"), ("1a", "_1a"), ("", "_"), ("é b", "__b")] {
            assert_eq!(identifier(old), new);
        }
        let mut taken = Taken::default();
        assert_eq!(["a.b", "a_b", "a b"].map(|name| taken.unique(name)), ["a_b", "a_b_2", "a_b_3"]);
    }
}

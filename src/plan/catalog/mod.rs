//! All options of all components we know, as data: what a template may say, of which type, and what it means.
//!
//! The decoders read options by these tables, components that this program does not run are checked by them
//! alone, and the JSON Schema for editors is made of them.

mod builders;
mod data_sources;
mod groups;
mod names;
mod option;
mod post_processors;
mod provisioners;
#[cfg(test)]
mod read_by_decoders;
pub mod schema;

pub use names::{known_names, needs_network};
pub use option::{Opt, Options, Shape};
pub use post_processors::{CONVERT_COMPRESSIONS, CONVERT_EXTENSIONS, CONVERT_FORMATS, VAGRANT_PROVIDERS};
pub(super) use provisioners::EXECUTION_POLICIES;

/// What a component does in a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    Builder,
    Provisioner,
    PostProcessor,
    DataSource,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Builder, Self::Provisioner, Self::PostProcessor, Self::DataSource];

    /// For messages.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Builder => "builder",
            Self::Provisioner => "provisioner",
            Self::PostProcessor => "post-processor",
            Self::DataSource => "data source",
        }
    }
}

/// A builder, provisioner, post-processor or data source whose options we know.
#[derive(Debug)]
pub struct Component {
    /// Packer's name of it: `qemu`.
    pub kind: &'static str,
    pub role: Role,
    pub options: Options,
    /// What options have to do with each other. Decoders of components that run ask for the check, or see
    /// to it themselves.
    pub rules: &'static [Rule],
    /// Whether this program runs it. Otherwise its options are only checked.
    pub runs: bool,
}

/// What some options have to do with each other.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Exactly one of them is set.
    OneOf(&'static [&'static str]),
    /// At most one of both is set.
    Exclusive(&'static str, &'static str),
    /// The first needs the second.
    Needs(&'static str, &'static str),
}

/// All components of a role.
pub fn components(role: Role) -> &'static [Component] {
    match role {
        Role::Builder => builders::ALL,
        Role::Provisioner => provisioners::ALL,
        Role::PostProcessor => post_processors::ALL,
        Role::DataSource => data_sources::ALL,
    }
}

/// The component of this name, if its options are known.
pub fn component(role: Role, kind: &str) -> Option<&'static Component> {
    components(role).iter().find(|component| component.kind == kind)
}

impl Component {
    const fn new(role: Role, kind: &'static str, options: &'static [&'static [Opt]]) -> Self {
        Self { kind, role, options: Options(options), rules: &[], runs: false }
    }

    /// Components of the same role that have an option which this one lacks.
    pub fn others_with(&self, option: &str) -> Vec<&'static str> {
        let others = components(self.role).iter().filter(|other| other.kind != self.kind);
        others.filter(|other| other.options.find(option).is_some()).map(|other| other.kind).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_stands_once_and_says_what_it_does() {
        for component in Role::ALL.into_iter().flat_map(components) {
            let mut names: Vec<_> = component.options.iter().map(|option| option.name).collect();
            names.sort_unstable();
            let repeated = names.windows(2).find(|pair| pair[0] == pair[1]);
            assert_eq!(repeated, None, "{}", component.kind);
            for option in component.options.iter() {
                assert!(option.doc.len() > 5 && !option.doc.ends_with('.'), "{}: {}", component.kind, option.name);
            }
        }
    }

    #[test]
    fn a_component_is_found_by_role_and_name() {
        assert!(component(Role::Builder, "qemu").unwrap().runs);
        assert!(component(Role::Builder, "shell").is_none());
        assert!(component(Role::Provisioner, "shell-local").is_some());
        assert!(component(Role::PostProcessor, "shell-local").is_some());
    }
}

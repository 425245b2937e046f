//! All options of all components we know, as data: what a template may say, of which type, and what it means.
//!
//! The decoders read options by these tables, components that this program does not run are checked by them
//! alone, and the JSON Schema for editors is made of them.

mod builders;
mod groups;
mod names;
mod option;
mod post_processors;
mod provisioners;

pub use names::{known_names, needs_network};
pub use option::{Opt, Options, Shape};

/// What a component does in a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    Builder,
    Provisioner,
    PostProcessor,
}

impl Role {
    /// For messages.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Builder => "builder",
            Self::Provisioner => "provisioner",
            Self::PostProcessor => "post-processor",
        }
    }
}

/// A builder, provisioner or post-processor whose options we know.
#[derive(Debug)]
pub struct Component {
    /// Packer's name of it: `qemu`.
    pub kind: &'static str,
    pub role: Role,
    pub options: Options,
    /// Whether this program runs it. Otherwise its options are only checked.
    pub runs: bool,
}

/// All components of a role.
pub fn components(role: Role) -> &'static [Component] {
    match role {
        Role::Builder => builders::ALL,
        Role::Provisioner => provisioners::ALL,
        Role::PostProcessor => post_processors::ALL,
    }
}

/// The component of this name, if its options are known.
pub fn component(role: Role, kind: &str) -> Option<&'static Component> {
    components(role).iter().find(|component| component.kind == kind)
}

impl Component {
    /// Components of the same role that have an option which this one lacks.
    pub fn others_with(&self, option: &str) -> Vec<&'static str> {
        let others = components(self.role).iter().filter(|other| other.kind != self.kind);
        others.filter(|other| other.options.find(option).is_some()).map(|other| other.kind).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 3] = [Role::Builder, Role::Provisioner, Role::PostProcessor];

    #[test]
    fn every_option_stands_once_and_says_what_it_does() {
        for component in ROLES.into_iter().flat_map(components) {
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

//! Tables and decoders must not drift apart: every option of a component that runs is read by its decoder,
//! or is marked as one without effect. That decoders ask for no other option is asserted where they ask.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Component, Options, Role, Shape, components};
use crate::plan::decode::asked;
use crate::plan::resolve::{ResolveOptions, resolve};
use crate::source::SourceFile;
use crate::template::Template;
use crate::template::variables::VariableInputs;

/// A template with this component, as empty as can be; its decoder reads it all the same.
fn template(component: &Component) -> Value {
    let nested = component.options.iter().filter(|option| matches!(option.shape, Shape::Nested(_)));
    let mut written = json!({"type": component.kind});
    nested.for_each(|option| written[option.name] = json!({}));
    let builder = json!({"type": "qemu", "communicator": "none"});
    match component.role {
        Role::Builder => json!({"builders": [written]}),
        Role::Provisioner => json!({"builders": [builder], "provisioners": [written]}),
        Role::PostProcessor => json!({"builders": [builder], "post-processors": [written]}),
        Role::DataSource => json!({}),
    }
}

fn read(component: &Component) {
    let source = SourceFile::new("template.json", template(component).to_string());
    let (template, diagnostics) = Template::parse(&source, std::path::Path::new("/"), &VariableInputs::fixed());
    let template = template.unwrap_or_else(|| panic!("{}: {diagnostics:?}", component.kind));
    resolve(&template, &ResolveOptions::default());
}

fn with_effect(options: Options) -> BTreeSet<&'static str> {
    let mut names = BTreeSet::new();
    for option in options.iter().filter(|option| !option.inert) {
        names.insert(option.name);
        if let Shape::Nested(inner) = option.shape {
            names.extend(with_effect(inner));
        }
    }
    names
}

#[test]
fn every_option_with_effect_is_read() {
    for component in [Role::Builder, Role::Provisioner, Role::PostProcessor].into_iter().flat_map(components) {
        if !component.runs && !component.kind.starts_with("virtualbox-") {
            continue;
        }
        read(component);
        let expected = with_effect(component.options);
        let asked = asked(component);
        let unread: Vec<_> = expected.difference(&asked).collect();
        assert!(unread.is_empty(), "{} `{}` does not read {unread:?}", component.role.describe(), component.kind);
    }
}

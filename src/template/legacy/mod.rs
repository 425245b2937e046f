//! What the keys of a legacy JSON template mean. Everything that is wrong is reported, not only the first.

mod builders;
mod component;
mod filter;
mod object;
mod post_processors;
mod provisioners;
mod root;
mod undefined;
mod version;

use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, Diagnostics};

use super::fixers;
use super::interpolate::{Facts, Scope};
use super::value::{Kind, Value};
use super::variables::VariableInputs;
use super::variables::resolve::resolve;
use super::{Build, Template};
pub(super) use component::Content;
use root::Root;

/// The template that a document describes, as far as it can be understood.
///
/// What Packer looks at only when it starts to work with a template, versions, values and names of builders, is
/// no matter of syntax: a look at the syntax alone warns of it.
pub(super) fn read(
    document: Value,
    folder: &Path,
    inputs: &VariableInputs,
    diagnostics: &mut Diagnostics,
) -> Option<Template> {
    let span = document.span;
    let Kind::Map(mut object) = document.kind else {
        diagnostics.push(
            Diagnostic::error(format!("a template is a map, not {}", document.kind.describe()))
                .at(&span)
                .help("the outermost value of a template is { ... }"),
        );
        return None;
    };
    fixers::mend_template(&mut object, diagnostics);
    let uses = undefined::uses(&object);
    let root = Root::read(object, diagnostics);
    let facts = Facts {
        started: inputs.started,
        working_folder: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
        template_folder: folder.to_owned(),
    };
    let names: Vec<String> = root.sensitive.iter().map(|name| name.value.clone()).collect();
    let variables = resolve(root.variables, &names, inputs, facts.clone(), diagnostics);
    undefined::report(uses, &variables, diagnostics);
    let scope = Scope::new(facts.clone(), variables.values());
    let mut start = Diagnostics::default();
    version::check(root.min_packer_version.as_ref(), &mut start);
    builders::require(root.builders.as_ref(), &span, &mut start);
    let builders = builders::read(root.builders, diagnostics);
    let content = Content {
        builders: builders::name(builders, &scope, &mut start),
        provisioners: provisioners::read_all(root.provisioners, diagnostics),
        error_cleanup_provisioner: root
            .error_cleanup_provisioner
            .and_then(|value| provisioners::read_cleanup(value, diagnostics)),
        post_processors: post_processors::read(root.post_processors, diagnostics),
    };
    filter::check(&content, &mut start);
    diagnostics.extend(if inputs.syntax_only { start.into_warnings() } else { start });
    Some(Template {
        path: PathBuf::from(&span.source.name),
        folder: folder.to_owned(),
        working_folder: facts.working_folder,
        started: facts.started,
        description: root.description,
        plugins: Vec::new(),
        variables,
        builds: content.builders.iter().enumerate().map(build).collect(),
        content: super::Content::Legacy(content),
    })
}

fn build((index, builder): (usize, &component::Builder)) -> Build {
    let (name, kind) = (builder.name.clone(), builder.kind.clone());
    Build { source_name: name.clone(), name, kind, index }
}

#[cfg(test)]
mod tests;

//! The templates below `boxes/`, and their plans.

use std::path::{Path, PathBuf};

use boxwright::diag::Diagnostics;
use boxwright::plan::BuildPlan;
use boxwright::plan::resolve::{ResolveOptions, resolve};
use boxwright::template::Template;
use boxwright::template::variables::VariableInputs;

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names of the folders, in order.
pub(crate) fn names() -> Vec<String> {
    let entries = fs_err::read_dir(root().join("boxes")).unwrap().map(|entry| entry.unwrap().path());
    let folders = entries.filter(|path| path.is_dir());
    let mut names: Vec<_> = folders.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The one template of a box, which has the box's name.
pub(crate) fn path(name: &str) -> PathBuf {
    let candidates = ["json", "pkr.hcl"].map(|extension| root().join(format!("boxes/{name}/{name}.{extension}")));
    let there: Vec<_> = candidates.into_iter().filter(|path| path.is_file()).collect();
    let [path] = there.as_slice() else { panic!("boxes/{name} has not one template of its name: {there:?}") };
    path.clone()
}

/// What a user would give with `-var`.
pub(crate) type Variables<'a> = &'a [(&'a str, &'a str)];

pub(crate) fn plans(name: &str, variables: Variables<'_>) -> (Vec<BuildPlan>, Diagnostics) {
    let mut inputs = VariableInputs::fixed();
    inputs.vars = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let (template, mut diagnostics) = Template::load(&path(name), &inputs);
    let Some(template) = template else { return (Vec::new(), diagnostics) };
    let (plans, found) = resolve(&template, &ResolveOptions { force: true, ..ResolveOptions::default() });
    diagnostics.extend(found);
    (plans, diagnostics)
}

/// The plans of a template in which nothing is wrong.
pub(crate) fn good_plans(name: &str, variables: Variables<'_>) -> Vec<BuildPlan> {
    let (plans, diagnostics) = plans(name, variables);
    assert!(!diagnostics.has_errors(), "{name}: {diagnostics:?}");
    plans
}

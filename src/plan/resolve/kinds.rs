//! Component types: those that run, those that are known by name, and mistyped ones.

use crate::diag::Diagnostic;
use crate::plan::catalog::{self, Component, Role};
use crate::source::Spanned;

/// What becomes of a post-processor.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    Run(&'static Component),
    /// Nothing is done for it; the warning was given.
    Skip,
}

pub(super) fn builder(kind: &Spanned<String>, build: &str) -> Result<&'static Component, Diagnostic> {
    let old_names = ["virtualbox", "vmware", "parallels", "hyperv"];
    let help = format!("leave the build out with `-except={build}`, or choose with `-only`");
    if old_names.contains(&kind.value.as_str()) {
        return Err(not_run(Role::Builder, kind).help(help));
    }
    known(Role::Builder, kind)?.ok_or_else(|| not_run(Role::Builder, kind).help(help))
}

pub(super) fn provisioner(kind: &Spanned<String>) -> Result<&'static Component, Diagnostic> {
    let help = "keep it from this build with `only` or `except` in the provisioner";
    known(Role::Provisioner, kind)?.ok_or_else(|| not_run(Role::Provisioner, kind).help(help))
}

/// `Ok` may come with a warning.
pub(super) fn post_processor(kind: &Spanned<String>, name: &str) -> Result<(Fate, Option<Diagnostic>), Diagnostic> {
    if let Some(component) = known(Role::PostProcessor, kind)? {
        return Ok((Fate::Run(component), None));
    }
    if catalog::needs_network(&kind.value) {
        let warning =
            Diagnostic::warning(format!("post-processor `{}` needs a network service and is skipped", kind.value));
        return Ok((Fate::Skip, Some(warning.at(&kind.span))));
    }
    Err(not_run(Role::PostProcessor, kind).help(format!("leave it out with `-except={name}`")))
}

/// The component, `None` if this program does not run it, or an error where nobody knows its name.
fn known(role: Role, kind: &Spanned<String>) -> Result<Option<&'static Component>, Diagnostic> {
    let names = catalog::known_names(role);
    if !names.contains(&kind.value.as_str()) {
        let error = Diagnostic::error(format!("unknown {} type `{}`", role.describe(), kind.value));
        return Err(error.at(&kind.span).suggest(&kind.value, names));
    }
    Ok(catalog::component(role, &kind.value).filter(|component| component.runs))
}

fn not_run(role: Role, kind: &Spanned<String>) -> Diagnostic {
    let message = format!("{} type `{}` is known but not run by this program", role.describe(), kind.value);
    Diagnostic::error(message).at(&kind.span)
}

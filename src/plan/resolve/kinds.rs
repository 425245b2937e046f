//! Component types: those that run, those that are only checked, those that are known by name, and mistyped ones.

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::catalog::{self, Component, Role};
use crate::source::Spanned;

use super::Purpose;

/// What becomes of a component.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    Run(&'static Component),
    /// This program does not run it; its options are checked.
    Check(&'static Component),
    /// Known by name only.
    Foreign,
    /// Nothing is done for it.
    Skip,
}

/// `None` for a name that nobody knows, and for what a run would need and does not have. What is to be said
/// of it goes to the diagnostics.
pub(super) fn fate(
    role: Role,
    kind: &Spanned<String>,
    purpose: Purpose,
    diagnostics: &mut Diagnostics,
) -> Option<Fate> {
    let names = catalog::known_names(role);
    let name = kind.value.as_str();
    if !names.contains(&name) {
        let error = Diagnostic::error(format!("unknown {} type `{name}`", role.describe())).at(&kind.span);
        diagnostics.push(error.suggest(name, names));
        return None;
    }
    let component = catalog::component(role, name);
    if let Some(component) = component.filter(|component| component.runs) {
        return Some(Fate::Run(component));
    }
    if role == Role::PostProcessor && catalog::needs_network(name) {
        let warning = Diagnostic::warning(format!("post-processor `{name}` needs a network service and is skipped"));
        diagnostics.push(warning.at(&kind.span));
        return Some(Fate::Skip);
    }
    diagnostics.push(not_run(role, kind, component.is_some(), purpose));
    match purpose {
        Purpose::Check => Some(component.map_or(Fate::Foreign, Fate::Check)),
        Purpose::Run => None,
    }
}

fn not_run(role: Role, kind: &Spanned<String>, is_checked: bool, purpose: Purpose) -> Diagnostic {
    let (role_name, name) = (role.describe(), &kind.value);
    let what = match (purpose, is_checked) {
        (Purpose::Run, _) => format!("{role_name} type `{name}` is known but not run by this program"),
        (Purpose::Check, true) => format!("{role_name} type `{name}` is checked, but not run by this program"),
        (Purpose::Check, false) => {
            format!("{role_name} type `{name}` is known by name only: its options are not checked, and it is not run")
        }
    };
    let finding = purpose.finding(what).at(&kind.span);
    finding.help(match role {
        Role::Builder => "leave its builds out with `-except`, or choose others with `-only`",
        Role::Provisioner => "keep it from the builds with `only` or `except` in the provisioner",
        Role::PostProcessor | Role::DataSource => "leave it out with `-except`",
    })
}

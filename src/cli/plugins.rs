//! `plugins`: what Packer has in plugins is built in here.

use clap::{Args, Subcommand};

use super::inputs::{TemplateArgs, boolean};
use super::load::{self, Depth, Manner};
use crate::diag::Diagnostic;
use crate::error::exit;
use crate::io::secrets::Secrets;
use crate::plan::catalog::{Component, Role, components};
use crate::template::{Language, Template};
use crate::ui::{Reporter, Style};

#[derive(Debug, Args)]
pub(super) struct PluginsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the components that are built in
    Installed,
    /// Does nothing: plugins are built in
    Install(InstallArgs),
    /// Does nothing: plugins are built in
    Remove(RemoveArgs),
    /// List the plugins that an HCL2 template requires
    Required(Box<TemplateArgs>),
}

#[derive(Debug, Args)]
struct InstallArgs {
    /// The address, such as github.com/hashicorp/qemu
    plugin: String,
    /// Accepted for Packer's sake
    version: Option<String>,
    /// Accepted for Packer's sake
    #[arg(long, hide = true, value_name = "PATH")]
    path: Option<String>,
    /// Accepted for Packer's sake
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean)]
    force: Option<bool>,
}

#[derive(Debug, Args)]
struct RemoveArgs {
    /// The address, such as github.com/hashicorp/qemu
    plugin: String,
    /// Accepted for Packer's sake
    version: Option<String>,
}

pub(super) fn run(args: &PluginsArgs, machine_readable: bool) -> u8 {
    let mut ui = Reporter::stdout(load::settings(machine_readable), Secrets::default());
    match &args.action {
        Action::Installed => installed(&mut ui),
        Action::Install(args) => {
            ui.text("", Style::Say, &format!("nothing to install: {} {}", args.plugin, state(&args.plugin).describe()));
        }
        Action::Remove(args) => {
            let text = format!("nothing to remove: {} {}", args.plugin, state(&args.plugin).describe());
            ui.text("", Style::Say, &text);
        }
        Action::Required(args) => return show_required(args, machine_readable),
    }
    exit::SUCCESS
}

fn installed(ui: &mut Reporter) {
    for component in all().filter(|component| component.runs) {
        ui.data("", "component", &[component.role.describe(), component.kind]);
        ui.text("", Style::Say, &format!("{} {}", component.role.describe(), component.kind));
    }
}

/// What the template requires, and whether it is here. A template that requires nothing is fine.
pub(super) fn show_required(args: &TemplateArgs, machine_readable: bool) -> u8 {
    let secrets = Secrets::default();
    let mut ui = Reporter::stdout(load::settings(machine_readable), secrets.clone());
    let Some(loaded) = load::load(args, Manner::of(Depth::Syntax), &mut ui, &secrets) else { return exit::FAILURE };
    if loaded.template.language() == Language::Json {
        load::show(&mut ui, &no_plugins_in_json(&loaded.template).into());
        return exit::FAILURE;
    }
    if loaded.template.plugins.is_empty() {
        ui.text("", Style::Say, "The template requires no plugin.");
    }
    for plugin in &loaded.template.plugins {
        let state = state(&plugin.source);
        ui.data("", "plugin", &[&plugin.name, &plugin.source, &plugin.version, state.name()]);
        let text = format!("{} ({} {}) {}", plugin.name, plugin.source, plugin.version, state.describe());
        ui.text("", Style::Say, &text);
    }
    exit::SUCCESS
}

fn no_plugins_in_json(template: &Template) -> Diagnostic {
    let path = template.path.display();
    Diagnostic::error(format!("{path} is a JSON template, and only HCL2 templates name their plugins"))
        .help("there is nothing to install: go on with `validate` or `build`")
}

/// What there is of a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    BuiltIn,
    CheckedOnly,
    Unknown,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::BuiltIn => "built-in",
            Self::CheckedOnly => "checked-only",
            Self::Unknown => "unknown",
        }
    }

    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::BuiltIn => "is built in",
            Self::CheckedOnly => "is not built in; its options are checked, but it cannot run here",
            Self::Unknown => "is not built in; builds that use it cannot run here",
        }
    }
}

/// A plugin is known by the last part of its address, which the names of its components begin with.
pub(super) fn state(address: &str) -> State {
    let name = address.rsplit('/').next().unwrap_or(address);
    let belongs = |kind: &str| kind.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    let known: Vec<_> = all().filter(|component| belongs(component.kind)).collect();
    match known.iter().any(|component| component.runs) {
        true => State::BuiltIn,
        false if known.is_empty() => State::Unknown,
        false => State::CheckedOnly,
    }
}

fn all() -> impl Iterator<Item = &'static Component> {
    Role::ALL.into_iter().flat_map(components)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_known_by_the_names_of_its_components() {
        assert_eq!(state("github.com/hashicorp/qemu"), State::BuiltIn);
        assert_eq!(state("github.com/hashicorp/vagrant"), State::BuiltIn);
        assert_eq!(state("github.com/somebody/nothing"), State::Unknown);
    }
}

//! `init`: the plugins that an HCL2 template requires. All that there are are built in, so nothing is fetched.

use clap::Args;

use super::args::{TemplateArgs, boolean};
use super::{load, plugins};
use crate::diag::Diagnostic;
use crate::error::exit;
use crate::io::secrets::Secrets;
use crate::template::{Language, Template};
use crate::ui::{Reporter, Style};

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    #[command(flatten)]
    template: TemplateArgs,
    /// Accepted for Packer's sake; there is nothing to upgrade
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean)]
    upgrade: Option<bool>,
    /// Accepted for Packer's sake; there is nothing to replace
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean)]
    force: Option<bool>,
}

pub(super) fn run(args: &InitArgs, machine_readable: bool) -> u8 {
    show_required(&args.template, machine_readable)
}

/// What the template requires, and whether it is here. A template that requires nothing is fine.
pub(super) fn show_required(args: &TemplateArgs, machine_readable: bool) -> u8 {
    let secrets = Secrets::default();
    let mut ui = Reporter::stdout(load::settings(machine_readable), secrets.clone());
    let Some(loaded) = load::load(args, load::Depth::Syntax, &mut ui, &secrets) else { return exit::FAILURE };
    if loaded.template.language() == Language::Json {
        load::show(&mut ui, &no_plugins_in_json(&loaded.template).into());
        return exit::FAILURE;
    }
    if loaded.template.plugins.is_empty() {
        ui.text("", Style::Say, "The template requires no plugin.");
    }
    for plugin in &loaded.template.plugins {
        let state = plugins::state(&plugin.source);
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

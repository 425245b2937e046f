//! `inspect`: what a template consists of.

use clap::Args;

use super::inputs::OptionalTemplateArgs;
use super::load;
use crate::error::exit;
use crate::io::secrets::Secrets;
use crate::plan::show;
use crate::template::{Outline, Template};
use crate::ui::{Reporter, Style};

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    #[command(flatten)]
    template: OptionalTemplateArgs,
}

pub(super) fn run(args: &InspectArgs, machine_readable: bool) -> u8 {
    let secrets = Secrets::default();
    let mut ui = Reporter::stdout(load::settings(machine_readable), secrets.clone());
    let Some(loaded) = load::load_optional(&args.template, &mut ui, &secrets) else { return exit::FAILURE };
    data(&loaded.template, &mut ui);
    for section in show::inspect_sections(&loaded.template) {
        ui.text("", Style::Say, &section);
    }
    exit::SUCCESS
}

/// Packer's machine-readable lines.
fn data(template: &Template, ui: &mut Reporter) {
    for variable in &template.variables.0 {
        let required = if variable.default.is_none() { "1" } else { "0" };
        let default = if variable.sensitive { "<sensitive>" } else { variable.default.as_deref().unwrap_or_default() };
        ui.data("", "template-variable", &[&variable.name, default, required]);
    }
    let outline = template.outline();
    for (name, kind) in builders(template, &outline) {
        ui.data("", "template-builder", &[&name, &kind]);
    }
    for provisioner in outline.provisioners() {
        ui.data("", "template-provisioner", &[provisioner]);
    }
}

/// Names in JSON as they are written, because functions in them are for builds.
fn builders(template: &Template, outline: &Outline) -> Vec<(String, String)> {
    match outline {
        Outline::Legacy(outline) => outline.builders.clone(),
        Outline::Hcl(_) => template.builds.iter().map(|build| (build.name.clone(), build.kind.value.clone())).collect(),
    }
}

//! `inspect`: what a template consists of.

use super::args::InspectArgs;
use super::load;
use crate::error::exit;
use crate::io::secrets::Secrets;
use crate::plan::show;
use crate::template::Template;
use crate::ui::{Reporter, Style};

pub(super) fn run(args: &InspectArgs, machine_readable: bool) -> u8 {
    let secrets = Secrets::default();
    let mut ui = Reporter::stdout(load::settings(machine_readable), secrets.clone());
    let Some(loaded) = load::load(&args.template, true, &mut ui, &secrets) else { return exit::FAILURE };
    data(&loaded.template, &mut ui);
    ui.text("", Style::Say, show::inspect_text(&loaded.template).trim_end());
    exit::SUCCESS
}

/// Packer's machine-readable lines.
fn data(template: &Template, ui: &mut Reporter) {
    for variable in &template.variables.0 {
        let required = if variable.default.is_none() { "1" } else { "0" };
        let default = if variable.sensitive { "<sensitive>" } else { variable.default.as_deref().unwrap_or_default() };
        ui.data("", "template-variable", &[&variable.name, default, required]);
    }
    for build in &template.builds {
        ui.data("", "template-builder", &[&build.name, &build.kind.value]);
    }
    for provisioner in template.outline().provisioners() {
        ui.data("", "template-provisioner", &[provisioner]);
    }
}

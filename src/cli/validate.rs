//! `validate`: everything that can be checked without a hypervisor.

use super::args::ValidateArgs;
use super::load;
use crate::error::exit;
use crate::io::secrets::Secrets;
use crate::plan::resolve::ResolveOptions;
use crate::plan::{BuildPlan, Checksum};
use crate::ui::{Reporter, Style};

pub(super) fn run(args: &ValidateArgs, machine_readable: bool) -> u8 {
    let secrets = Secrets::default();
    let mut ui = Reporter::stdout(load::settings(machine_readable), secrets.clone());
    let Some(loaded) = load::load(&args.template, args.syntax_only, &mut ui, &secrets) else { return exit::FAILURE };
    if args.syntax_only {
        ui.text("", Style::Say, "Syntax-only check passed. Everything looks okay.");
        return exit::SUCCESS;
    }
    let (plans, good) = load::resolve(&loaded, &args.template, ResolveOptions::default(), &mut ui);
    if !good || !checksum_files_are_there(&plans, &mut ui) {
        return exit::FAILURE;
    }
    ui.text("", Style::Say, "The configuration is valid.");
    exit::SUCCESS
}

/// A checksum that stands in a file is looked up, as Packer does it.
fn checksum_files_are_there(plans: &[BuildPlan], ui: &mut Reporter) -> bool {
    let images = plans.iter().filter_map(|plan| Some((plan, plan.machine()?.iso.as_ref()?)));
    let files: Vec<_> = images.filter(|(_, iso)| matches!(iso.checksum, Checksum::File { .. })).collect();
    if files.is_empty() {
        return true;
    }
    let failures = super::block_on(async {
        let mut failures = Vec::new();
        for (plan, iso) in files {
            if let Err(error) = crate::fetch::resolve_checksum(&iso.checksum, &iso.urls).await {
                failures.push(format!("build `{}`: {}", plan.name, crate::error::chain(&error)));
            }
        }
        failures
    });
    for failure in &failures {
        ui.text("", Style::Error, failure);
    }
    failures.is_empty()
}

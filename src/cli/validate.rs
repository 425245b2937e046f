//! `validate`: everything that can be checked without a hypervisor.

use serde::Serialize;

use clap::Args;

use super::inputs::{OutputFormat, TemplateArgs, boolean};
use super::load::{self, Depth, Manner};
use crate::diag::{Counts, Diagnostic, Diagnostics, Record};
use crate::error::exit;
use crate::io::secrets::Secrets;
use crate::plan::resolve::ResolveOptions;
use crate::plan::{BuildPlan, Checksum};
use crate::ui::{Reporter, Settings, Style};

#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    pub(super) template: TemplateArgs,
    /// How to write what was found
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: OutputFormat,
    /// Only check that the template can be read
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) syntax_only: bool,
    /// Read data sources; without it what they give is not known
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) evaluate_datasources: bool,
    /// No warning of values in variable files that no variable asks for
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) no_warn_undeclared_var: bool,
}

pub(super) fn run(args: &ValidateArgs, machine_readable: bool) -> u8 {
    let secrets = Secrets::default();
    let diagnostics = check(args, &secrets);
    match args.format {
        OutputFormat::Text => {
            let mut ui = Reporter::stdout(load::settings(machine_readable), secrets);
            report(args, &diagnostics, &mut ui);
        }
        OutputFormat::Json => {
            let text = document(&diagnostics, &secrets);
            let settings = Settings { machine_readable, ..Settings::default() };
            Reporter::stdout(settings, secrets).text("", Style::Say, &text);
        }
    }
    if diagnostics.has_errors() { exit::FAILURE } else { exit::SUCCESS }
}

/// Everything that is to be said about the template.
fn check(args: &ValidateArgs, secrets: &Secrets) -> Diagnostics {
    let depth = match (args.syntax_only, args.evaluate_datasources) {
        (true, _) => Depth::Syntax,
        (false, true) => Depth::WithData,
        (false, false) => Depth::Check,
    };
    let manner = Manner { depth, warn_undeclared: !args.no_warn_undeclared_var };
    let (loaded, mut diagnostics) = load::read(&args.template, manner, secrets);
    let Some(loaded) = loaded.filter(|_| !args.syntax_only) else { return diagnostics };
    let (plans, found) = load::plans(&loaded, &args.template.inputs, ResolveOptions::default());
    diagnostics.extend(found);
    if !diagnostics.has_errors() {
        diagnostics.extend(checksum_files(&plans));
    }
    diagnostics
}

/// A checksum that stands in a file is looked up, as Packer does it.
fn checksum_files(plans: &[BuildPlan]) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let images = plans.iter().filter_map(|plan| Some((plan, plan.machine()?.iso.as_ref()?)));
    let files: Vec<_> = images.filter(|(_, iso)| matches!(iso.checksum, Checksum::File { .. })).collect();
    if files.is_empty() {
        return diagnostics;
    }
    super::block_on(async {
        for (plan, iso) in files {
            if let Err(error) = crate::fetch::resolve_checksum(&iso.checksum, &iso.urls).await {
                let message = format!("build `{}`: {}", plan.name, crate::error::chain(&error));
                diagnostics.push(Diagnostic::error(message));
            }
        }
    });
    diagnostics
}

fn report(args: &ValidateArgs, diagnostics: &Diagnostics, ui: &mut Reporter) {
    load::show(ui, diagnostics);
    if diagnostics.has_errors() {
        return;
    }
    let verdict = if args.syntax_only {
        "Syntax-only check passed. Everything looks okay."
    } else {
        "The configuration is valid."
    };
    ui.text("", Style::Say, verdict);
}

/// The verdict for programs.
#[derive(Serialize)]
struct Verdict {
    valid: bool,
    diagnostics: Vec<Record>,
    /// How many there are beyond these.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<Counts>,
}

/// Secrets are masked before quotes inside of them are escaped.
fn document(diagnostics: &Diagnostics, secrets: &Secrets) -> String {
    let records = diagnostics.records().into_iter().map(|record| record.map_texts(|text| secrets.mask(text)));
    let left_out = Some(diagnostics.left_out()).filter(|counts| *counts != Counts::default());
    let verdict = Verdict { valid: !diagnostics.has_errors(), diagnostics: records.collect(), left_out };
    serde_json::to_string_pretty(&verdict).expect("records have text keys only")
}

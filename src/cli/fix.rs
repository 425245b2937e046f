//! `fix`: a JSON template of an earlier Packer version, written as it is written today.

use std::sync::Arc;

use clap::Args;

use super::inputs::{TemplateArgs, boolean};
use super::load;
use crate::diag::Diagnostics;
use crate::error::exit;
use crate::io::secrets::Secrets;
use crate::source::SourceFile;
use crate::template::variables::VariableInputs;
use crate::template::{Template, fixers, load as template_file};
use crate::ui::{Reporter, Settings, Style};

#[derive(Debug, Args)]
pub(super) struct FixArgs {
    #[command(flatten)]
    template: TemplateArgs,
    /// Check the rewritten template
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "true", value_parser = boolean)]
    pub(super) validate: bool,
}

/// The rewritten template goes to the standard output, and everything else beside it.
pub(super) fn run(args: &FixArgs, machine_readable: bool) -> u8 {
    let mut notes = notes(machine_readable);
    let path = &args.template.template;
    let (text, diagnostics) = match template_file::read_json(path) {
        Ok(source) => fixers::rewrite(&source),
        Err(diagnostic) => (None, diagnostic.into()),
    };
    load::show(&mut notes, &diagnostics);
    let Some(text) = text else { return exit::FAILURE };
    let settings = Settings { machine_readable, ..Settings::default() };
    Reporter::stdout(settings, Secrets::default()).text("", Style::Say, &text);
    if !args.validate {
        return exit::SUCCESS;
    }
    let source = SourceFile::new(format!("the rewritten {}", path.display()), text);
    let diagnostics = read(&source, &args.template).1;
    load::show(&mut notes, &diagnostics);
    if diagnostics.has_errors() { exit::FAILURE } else { exit::SUCCESS }
}

/// Findings about a template whose text goes to the standard output stand beside it.
pub(super) fn notes(machine_readable: bool) -> Reporter {
    if machine_readable {
        return Reporter::stdout(load::settings(true), Secrets::default());
    }
    Reporter::stderr(Settings::default(), Secrets::default())
}

/// Reads a text as the template that was named; required variables need no value for that.
pub(super) fn read(source: &Arc<SourceFile>, args: &TemplateArgs) -> (Option<Template>, Diagnostics) {
    let inputs = VariableInputs {
        vars: args.inputs.variables.clone(),
        files: args.inputs.variable_files.clone(),
        syntax_only: true,
        ..VariableInputs::from_process()
    };
    match template_file::folder_of(&args.template) {
        Ok(folder) => Template::parse(source, &folder, &inputs),
        Err(diagnostic) => (None, diagnostic.into()),
    }
}

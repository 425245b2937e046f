//! `hcl2_upgrade`: a JSON template, written as HCL2.

use std::path::{Path, PathBuf};

use clap::Args;

use super::inputs::{TemplateArgs, boolean};
use super::{fix, load};
use crate::diag::{Diagnostic, Diagnostics};
use crate::error::exit;
use crate::io::secrets::Secrets;
use crate::plan::catalog::{self, Shape};
use crate::template::fixers::Role;
use crate::template::load as template_file;
use crate::template::upgrade::{self, Form};
use crate::ui::{Reporter, Settings, Style};

#[derive(Debug, Args)]
pub(super) struct Hcl2UpgradeArgs {
    #[command(flatten)]
    template: TemplateArgs,
    /// Where to; without it, beside the template with .pkr.hcl behind its name. `-` is the standard output
    #[arg(long, value_name = "PATH")]
    pub(super) output_file: Option<PathBuf>,
    /// With comments that explain the parts
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) with_annotations: bool,
}

pub(super) fn run(args: &Hcl2UpgradeArgs, machine_readable: bool) -> u8 {
    let mut notes = fix::notes(machine_readable);
    let (text, diagnostics) = upgraded(args);
    load::show(&mut notes, &diagnostics);
    let Some(text) = text.filter(|_| !diagnostics.has_errors()) else { return exit::FAILURE };
    let output = args.output_file.clone().unwrap_or_else(|| beside(&args.template.template));
    let mut ui = Reporter::stdout(Settings { machine_readable, ..Settings::default() }, Secrets::default());
    if output == Path::new("-") {
        ui.text("", Style::Say, text.trim_end());
        return exit::SUCCESS;
    }
    match fs_err::write(&output, text) {
        Ok(()) => {
            ui.text("", Style::Say, &format!("wrote {}", output.display()));
            exit::SUCCESS
        }
        Err(error) => {
            notes.text("", Style::Error, &format!("cannot write the HCL2 template: {error}"));
            exit::FAILURE
        }
    }
}

fn upgraded(args: &Hcl2UpgradeArgs) -> (Option<String>, Diagnostics) {
    let source = match template_file::read_json(&args.template.template) {
        Ok(source) => source,
        Err(diagnostic) => return (None, diagnostic.into()),
    };
    let (template, mut diagnostics) = fix::read(&source, &args.template);
    let Some(template) = template else { return (None, diagnostics) };
    if template.language() != crate::template::Language::Json {
        return (None, Diagnostic::error("the template is HCL2 already").into());
    }
    let style = upgrade::Style { annotations: args.with_annotations, form: &form };
    let (text, found) = upgrade::upgrade(&source, &template, style);
    diagnostics.extend(found);
    (text, diagnostics)
}

/// `ubuntu.json.pkr.hcl`
fn beside(template: &Path) -> PathBuf {
    if template == Path::new("-") {
        return template.to_owned();
    }
    let mut name = template.as_os_str().to_owned();
    name.push(".pkr.hcl");
    PathBuf::from(name)
}

/// What the tables say about an option.
fn form(role: Role, kind: &str, option: &str) -> Form {
    let role = match role {
        Role::Builder => catalog::Role::Builder,
        Role::Provisioner => catalog::Role::Provisioner,
        Role::PostProcessor => catalog::Role::PostProcessor,
    };
    let option = catalog::component(role, kind).and_then(|component| component.options.find(option));
    match option.map(|option| option.shape) {
        Some(Shape::Texts | Shape::Files | Shape::Folders | Shape::Paths | Shape::Integers) => Form::List,
        Some(Shape::Flag | Shape::Trilean) => Form::Flag,
        Some(Shape::Integer) => Form::Integer,
        Some(Shape::Duration) => Form::Duration,
        Some(Shape::Nested(_)) => Form::Block,
        _ => Form::Other,
    }
}

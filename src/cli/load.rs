//! From the command line to plans: load, resolve, show what is wrong.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::diag::{Diagnostic, Diagnostics};
use crate::error::ErrorKind;
use crate::io::secrets::Secrets;
use crate::plan::BuildPlan;
use crate::plan::decode::duration;
use crate::plan::provisioner::LateSecret;
use crate::plan::resolve::{ResolveOptions, resolve as resolve_plans};
use crate::source::SourceFile;
use crate::template::Template;
use crate::template::variables::{DataMode, VariableInputs};
use crate::ui::{Reporter, Settings, Style};

use super::data;
use super::inputs::{ConfigType, InputArgs, OptionalTemplateArgs, TemplateArgs};

/// What a command works on.
pub(super) struct Loaded {
    pub(super) template: Template,
    pub(super) secrets: Secrets,
}

/// How a command reads a template.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub(super) depth: Depth,
    /// Warn of values in variable files that no variable asks for.
    pub(super) warn_undeclared: bool,
}

impl Manner {
    /// What commands do that have no flags for it.
    pub(super) fn of(depth: Depth) -> Self {
        Self { depth, warn_undeclared: true }
    }
}

/// How far a template is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// Required variables are not asked for.
    Syntax,
    /// Data sources stay unknown.
    Check,
    WithData,
}

/// Reads the template. `None`: it cannot be used, and why has been said.
pub(super) fn load(args: &TemplateArgs, manner: Manner, ui: &mut Reporter, secrets: &Secrets) -> Option<Loaded> {
    let (loaded, diagnostics) = read(args, manner, secrets);
    show(ui, &diagnostics);
    loaded
}

/// The same with what there is to say. Nothing is loaded exactly when there are errors.
pub(super) fn read(args: &TemplateArgs, manner: Manner, secrets: &Secrets) -> (Option<Loaded>, Diagnostics) {
    loaded(Template::load(&args.template, &inputs(&args.inputs, manner, secrets)), secrets)
}

/// The template as far as it can be looked at without the variables that it requires; without a template, an
/// empty one.
pub(super) fn load_optional(args: &OptionalTemplateArgs, ui: &mut Reporter, secrets: &Secrets) -> Option<Loaded> {
    let inputs = inputs(&args.inputs, Manner::of(Depth::Syntax), secrets);
    let read = match &args.template {
        Some(path) => Template::load(path, &inputs),
        None => Template::parse(&stand_in(args.inputs.config_type), Path::new("."), &inputs),
    };
    let (loaded, diagnostics) = loaded(read, secrets);
    show(ui, &diagnostics);
    loaded
}

/// The smallest template of a language.
fn stand_in(language: ConfigType) -> Arc<SourceFile> {
    match language {
        ConfigType::Json => SourceFile::new("no template", r#"{"builders": [{"type": "null"}]}"#),
        ConfigType::Hcl2 => SourceFile::new("none.pkr.hcl", ""),
    }
}

fn inputs(args: &InputArgs, manner: Manner, secrets: &Secrets) -> VariableInputs {
    VariableInputs {
        vars: args.variables.clone(),
        files: args.variable_files.clone(),
        syntax_only: manner.depth == Depth::Syntax,
        warn_undeclared: manner.warn_undeclared,
        data: match manner.depth {
            Depth::Syntax => DataMode::Unknown,
            Depth::Check => DataMode::Check(data::check),
            Depth::WithData => DataMode::Read(data::read),
        },
        secrets: secrets.clone(),
        ..VariableInputs::from_process()
    }
}

fn loaded(
    (template, diagnostics): (Option<Template>, Diagnostics),
    secrets: &Secrets,
) -> (Option<Loaded>, Diagnostics) {
    if let Some(template) = &template {
        template.variables.sensitive().for_each(|secret| secrets.add(secret.reveal()));
    }
    let template = template.filter(|_| !diagnostics.has_errors());
    (template.map(|template| Loaded { template, secrets: secrets.clone() }), diagnostics)
}

/// Resolves the selected builds; `options` holds what the command adds to what the user says. The flag tells
/// whether every one of them can run.
pub(super) fn resolve(
    loaded: &Loaded,
    args: &TemplateArgs,
    options: ResolveOptions,
    ui: &mut Reporter,
) -> (Vec<BuildPlan>, bool) {
    let (plans, diagnostics) = plans(loaded, &args.inputs, options);
    show(ui, &diagnostics);
    (plans, !diagnostics.has_errors())
}

/// The same with what there is to say.
pub(super) fn plans(loaded: &Loaded, args: &InputArgs, options: ResolveOptions) -> (Vec<BuildPlan>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let options = ResolveOptions {
        only: args.only.clone(),
        except: args.except.clone(),
        key_interval: key_interval(&mut diagnostics),
        ..options
    };
    let (plans, found) = resolve_plans(&loaded.template, &options);
    for plan in &plans {
        add_secrets(&loaded.secrets, plan);
    }
    diagnostics.extend(found);
    (plans, diagnostics)
}

/// `PACKER_KEY_INTERVAL`, for templates that set none.
fn key_interval(diagnostics: &mut Diagnostics) -> Option<Duration> {
    let text = std::env::var("PACKER_KEY_INTERVAL").ok().filter(|text| !text.is_empty())?;
    let interval = duration::parse(&text).ok().and_then(duration::Signed::positive);
    if interval.is_none() {
        let message = format!("PACKER_KEY_INTERVAL is `{text}`, which is no duration like 20ms");
        diagnostics.push(Diagnostic::warning(message));
    }
    interval
}

/// A password that equals the user's name (the `vagrant` convention) is public, and masking it would mask
/// the name everywhere.
fn add_secrets(secrets: &Secrets, plan: &BuildPlan) {
    for (username, password) in plan.communicator.passwords() {
        if password.reveal() != username {
            secrets.add(password.reveal());
        }
    }
    let provisioners = plan.provisioners.iter().chain(&plan.error_cleanup_provisioner);
    for elevation in provisioners.filter_map(|provisioner| provisioner.action.elevation()) {
        let password = elevation.password.as_ref().and_then(LateSecret::known);
        if let Some(password) = password.filter(|password| elevation.user.known().as_ref() != Some(password)) {
            secrets.add(&password);
        }
    }
}

pub(super) fn show(ui: &mut Reporter, diagnostics: &Diagnostics) {
    if diagnostics.is_empty() {
        return;
    }
    let style = if diagnostics.has_errors() { Style::Error } else { Style::Message };
    ui.text("", style, diagnostics.render(ui.settings().color).trim_end());
    for record in diagnostics.records() {
        ui.data("", "diagnostic", &record.fields().each_ref().map(String::as_str));
    }
    if diagnostics.has_errors() {
        ui.data("", "error-kind", &[crate::ui::kind_name(ErrorKind::User)]);
    }
}

/// The look of a command without progress.
pub(super) fn settings(machine_readable: bool) -> Settings {
    Settings { machine_readable, color: !machine_readable && Settings::terminal_has_color(), ..Settings::default() }
}

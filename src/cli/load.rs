//! From the command line to plans: load, resolve, show what is wrong.

use std::time::Duration;

use crate::diag::Diagnostics;
use crate::error::ErrorKind;
use crate::io::secrets::Secrets;
use crate::plan::BuildPlan;
use crate::plan::communicator::CommunicatorPlan;
use crate::plan::decode::duration;
use crate::plan::resolve::{ResolveOptions, resolve as resolve_plans};
use crate::template::Template;
use crate::template::variables::VariableInputs;
use crate::ui::{Reporter, Settings, Style};

use super::args::TemplateArgs;

/// What a command works on.
pub(super) struct Loaded {
    pub(super) template: Template,
    pub(super) secrets: Secrets,
}

/// Reads the template. `None`: it cannot be used, and why has been said.
pub(super) fn load(args: &TemplateArgs, syntax_only: bool, ui: &mut Reporter, secrets: &Secrets) -> Option<Loaded> {
    let inputs = VariableInputs {
        vars: args.variables.clone(),
        files: args.variable_files.clone(),
        syntax_only,
        secrets: secrets.clone(),
        ..VariableInputs::from_process()
    };
    let (template, diagnostics) = Template::load(&args.template, &inputs);
    if let Some(template) = &template {
        template.variables.sensitive().for_each(|secret| secrets.add(secret.reveal()));
    }
    show(ui, &diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    template.map(|template| Loaded { template, secrets: secrets.clone() })
}

/// Resolves the selected builds; `purpose` holds what the command adds to what the user says. The flag tells
/// whether every one of them can run.
pub(super) fn resolve(
    loaded: &Loaded,
    args: &TemplateArgs,
    options: ResolveOptions,
    ui: &mut Reporter,
) -> (Vec<BuildPlan>, bool) {
    let options = ResolveOptions {
        only: args.only.clone(),
        except: args.except.clone(),
        key_interval: key_interval(ui),
        ..options
    };
    let (plans, diagnostics) = resolve_plans(&loaded.template, &options);
    for plan in &plans {
        add_secrets(&loaded.secrets, plan);
    }
    show(ui, &diagnostics);
    (plans, !diagnostics.has_errors())
}

/// `PACKER_KEY_INTERVAL`, for templates that set none.
fn key_interval(ui: &mut Reporter) -> Option<Duration> {
    let text = std::env::var("PACKER_KEY_INTERVAL").ok().filter(|text| !text.is_empty())?;
    let interval = duration::parse(&text).ok().and_then(duration::Signed::positive);
    if interval.is_none() {
        ui.text("", Style::Error, &format!("warning: PACKER_KEY_INTERVAL is `{text}`, which is no duration like 20ms"));
    }
    interval
}

/// A password that equals the user's name (the `vagrant` convention) is public, and masking it would mask
/// the name everywhere.
fn add_secrets(secrets: &Secrets, plan: &BuildPlan) {
    if let CommunicatorPlan::Ssh(ssh) = &plan.communicator
        && let Some(password) = &ssh.password
        && password.reveal() != ssh.username
    {
        secrets.add(password.reveal());
    }
}

pub(super) fn show(ui: &mut Reporter, diagnostics: &Diagnostics) {
    if diagnostics.is_empty() {
        return;
    }
    let style = if diagnostics.has_errors() { Style::Error } else { Style::Message };
    ui.text("", style, diagnostics.render(ui.settings().color).trim_end());
    if diagnostics.has_errors() {
        ui.data("", "error-kind", &[crate::ui::kind_name(ErrorKind::User)]);
    }
}

/// The look of a command without progress.
pub(super) fn settings(machine_readable: bool) -> Settings {
    Settings { machine_readable, color: !machine_readable && Settings::terminal_has_color(), ..Settings::default() }
}

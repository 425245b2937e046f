//! Provisioners: the options they share, and one file for each type.

mod file;
pub(super) mod scripts;
mod shell;
pub(super) mod shell_local;

use std::time::Duration;

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::decode::Decoder;
use crate::plan::provisioner::{ProvisionerAction, ProvisionerPlan};
use crate::source::Spanned;
use crate::template::Provisioner;
use crate::template::value::{Object, Value};

use super::{BuildContext, kinds, overlay};

pub(super) fn provisioners(context: &BuildContext<'_>, diagnostics: &mut Diagnostics) -> Vec<ProvisionerPlan> {
    let raw_name = &context.builder.raw_name.value;
    let admitted = context.template.provisioners.iter().filter(|provisioner| provisioner.filter.admits(raw_name));
    admitted.filter_map(|provisioner| plan(context, provisioner, diagnostics)).collect()
}

pub(super) fn error_cleanup(context: &BuildContext<'_>, diagnostics: &mut Diagnostics) -> Option<ProvisionerPlan> {
    let provisioner = context.template.error_cleanup_provisioner.as_ref()?;
    if !provisioner.filter.admits(&context.builder.raw_name.value) {
        return None;
    }
    plan(context, provisioner, diagnostics)
}

fn plan(
    context: &BuildContext<'_>,
    provisioner: &Provisioner,
    diagnostics: &mut Diagnostics,
) -> Option<ProvisionerPlan> {
    diagnostics.take(kinds::provisioner(&provisioner.kind))?;
    let mut decoder = context.decoder(options(context, provisioner));
    let kind = provisioner.kind.value.clone();
    let pause_before = pause(&mut decoder);
    let timeout = decoder.positive_duration("timeout");
    let max_retries = decoder.number("max_retries", 0..=i64::from(u32::MAX)).unwrap_or(0);
    let action = action(&kind, &mut decoder);
    diagnostics.extend(decoder.finish());
    Some(ProvisionerPlan { kind, pause_before, timeout, max_retries, action })
}

fn pause(decoder: &mut Decoder<'_>) -> Duration {
    decoder.duration("pause_before").unwrap_or_default()
}

/// The provisioner's own options with this build's `override` laid over, and the shared ones put back.
fn options(context: &BuildContext<'_>, provisioner: &Provisioner) -> Object {
    let raw_name = &context.builder.raw_name.value;
    let over = provisioner.overrides.iter().find(|(name, _)| name == raw_name);
    let mut options = match over {
        Some((_, over)) => overlay::lay(over, &provisioner.config),
        None => provisioner.config.clone(),
    };
    let shared: [(&str, &Option<Value>); 3] = [
        ("pause_before", &provisioner.pause_before),
        ("timeout", &provisioner.timeout),
        ("max_retries", &provisioner.max_retries),
    ];
    for (name, value) in shared {
        if let (Some(value), None) = (value, options.get(name)) {
            options.entries.push((Spanned::new(name.to_owned(), value.span.clone()), value.clone()));
        }
    }
    options
}

/// `kinds` has refused every other type.
fn action(kind: &str, decoder: &mut Decoder<'_>) -> ProvisionerAction {
    match kind {
        "file" => ProvisionerAction::File(Box::new(file::file(decoder))),
        "shell-local" => ProvisionerAction::ShellLocal(Box::new(shell_local::shell_local(decoder))),
        _ => ProvisionerAction::Shell(Box::new(shell::shell(decoder))),
    }
}

/// An error about a component as a whole.
fn incomplete(decoder: &mut Decoder<'_>, message: &str) {
    let error = Diagnostic::error(message).at(&decoder.whole_span().clone());
    decoder.push(error);
}

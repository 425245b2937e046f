//! Provisioners: the options they share, and one file for each type.

mod ansible;
mod ansible_local;
mod breakpoint;
mod chef;
mod elevation;
mod file;
mod guest;
mod powershell;
mod puppet;
mod salt;
pub(super) mod scripts;
mod shell;
pub(super) mod shell_local;
mod windows;

use std::time::Duration;

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::catalog::Role;
use crate::plan::communicator::CommunicatorPlan;
use crate::plan::decode::Decoder;
use crate::plan::provisioner::{ProvisionerAction, ProvisionerPlan};
use crate::source::Span;
use crate::template::Provisioner;

use super::BuildContext;
use super::kinds::{self, Fate};
use guest::Surroundings;

pub(super) fn plan(
    context: &BuildContext<'_>,
    session: &CommunicatorPlan,
    provisioner: Provisioner,
    diagnostics: &mut Diagnostics,
) -> Option<ProvisionerPlan> {
    let fate = kinds::fate(Role::Provisioner, &provisioner.kind, context.options.purpose, diagnostics)?;
    let kind = provisioner.kind.value;
    let (component, runs) = match fate {
        Fate::Run(component) => (component, true),
        Fate::Check(component) => (component, false),
        Fate::Foreign | Fate::Skip => return Some(foreign(kind)),
    };
    let mut decoder = context.decoder(component, provisioner.config);
    let pause_before = pause(&mut decoder);
    let timeout = decoder.switchable_duration("timeout").filter(|timeout| !timeout.is_zero());
    let max_retries = decoder.number("max_retries", 0..=i64::from(u32::MAX)).unwrap_or(0);
    let continue_on_error = decoder.boolean("continue_on_error");
    let surroundings = Surroundings { session, purpose: context.options.purpose };
    let action = if runs { action(&kind, surroundings, &mut decoder) } else { checked(&mut decoder) };
    if runs && !has_place(context, &action) {
        decoder.push(without_guest(&kind, decoder.whole_span()));
        diagnostics.extend(decoder.finish());
        return None;
    }
    diagnostics.extend(decoder.finish());
    Some(ProvisionerPlan { kind, pause_before, timeout, max_retries, continue_on_error, action })
}

/// The `file` builder has no guest; Packer lets such provisioners work on one of make-believe.
fn has_place(context: &BuildContext<'_>, action: &ProvisionerAction) -> bool {
    context.build.kind.value != "file" || action.works_without_guest()
}

fn without_guest(kind: &str, span: &Span) -> Diagnostic {
    let warning = Diagnostic::warning(format!("provisioner `{kind}` has no guest to work in and is left out")).at(span);
    warning.help("the `file` builder only makes a file; `shell-local` can work on it")
}

/// Nothing of it is looked at.
fn foreign(kind: String) -> ProvisionerPlan {
    let (pause_before, action) = (Duration::ZERO, ProvisionerAction::NotRun);
    ProvisionerPlan { kind, pause_before, timeout: None, max_retries: 0, continue_on_error: false, action }
}

/// One that this program does not run.
fn checked(decoder: &mut Decoder<'_>) -> ProvisionerAction {
    decoder.check_by_table();
    ProvisionerAction::NotRun
}

fn pause(decoder: &mut Decoder<'_>) -> Duration {
    decoder.switchable_duration("pause_before").unwrap_or_default()
}

/// `kinds` has refused every other type.
fn action(kind: &str, surroundings: Surroundings<'_>, decoder: &mut Decoder<'_>) -> ProvisionerAction {
    match kind {
        "ansible" => ProvisionerAction::Ansible(Box::new(ansible::ansible(decoder))),
        "ansible-local" => ProvisionerAction::AnsibleLocal(Box::new(ansible_local::ansible_local(decoder))),
        "breakpoint" => ProvisionerAction::Breakpoint(Box::new(breakpoint::breakpoint(decoder))),
        "sleep" => ProvisionerAction::Sleep(breakpoint::sleep(decoder)),
        "powershell" => ProvisionerAction::PowerShell(Box::new(powershell::powershell(decoder))),
        "windows-shell" => ProvisionerAction::WindowsShell(Box::new(powershell::windows_shell(decoder))),
        "windows-restart" => ProvisionerAction::WindowsRestart(Box::new(windows::windows_restart(decoder))),
        "windows-update" => ProvisionerAction::WindowsUpdate(Box::new(windows::windows_update(decoder))),
        "file" => ProvisionerAction::File(Box::new(file::file(decoder))),
        "chef-solo" => ProvisionerAction::Chef(Box::new(chef::solo(decoder, surroundings))),
        "chef-client" => ProvisionerAction::Chef(Box::new(chef::client(decoder, surroundings))),
        "puppet-masterless" => ProvisionerAction::Puppet(Box::new(puppet::masterless(decoder, surroundings))),
        "puppet-server" => ProvisionerAction::Puppet(Box::new(puppet::server(decoder, surroundings))),
        "salt-masterless" => ProvisionerAction::Salt(Box::new(salt::salt(decoder, surroundings))),
        "shell-local" => ProvisionerAction::ShellLocal(Box::new(shell_local::shell_local(decoder))),
        _ => ProvisionerAction::Shell(Box::new(shell::shell(decoder))),
    }
}

//! `plan`: the resolved plan and the hypervisor's command line.

use serde::Serialize;

use clap::Args;

use super::inputs::{AcceleratorArgs, OutputFormat, TemplateArgs, boolean};
use super::load::{self, Depth, Manner};
use crate::cache::Cache;
use crate::error::{chain, exit};
use crate::io::secrets::Secrets;
use crate::machine;
use crate::machine::qemu::arguments::preview;
use crate::machine::qemu::host::Host;
use crate::machine::virtualbox;
use crate::plan::resolve::ResolveOptions;
use crate::plan::{BuildPlan, HypervisorPlan, MachinePlan, show};
use crate::ui::{Reporter, Settings, Style};

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    template: TemplateArgs,
    /// How to write the plan
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: OutputFormat,
    /// Ask this host for what only it knows: QEMU's version, accelerator, firmware
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) host: bool,
    #[command(flatten)]
    pub(super) accelerator: AcceleratorArgs,
}

/// A plan with what the hypervisor would be given.
#[derive(Serialize)]
struct Planned<'a> {
    #[serde(flatten)]
    plan: &'a BuildPlan,
    /// Of QEMU; empty for builds without it.
    command_line: Vec<String>,
    /// Of `VBoxManage`, in their order; empty for builds without it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    calls: Vec<Vec<String>>,
    /// What each template line replaced or dropped.
    explanation: Vec<String>,
}

pub(super) fn run(args: &PlanArgs, machine_readable: bool) -> u8 {
    let secrets = Secrets::default();
    let mut ui = reporter(args.format, machine_readable, &secrets);
    let Some(loaded) = load::load(&args.template, Manner::of(Depth::Check), &mut ui, &secrets) else {
        return exit::FAILURE;
    };
    let options = ResolveOptions {
        accelerator_override: args.accelerator.accelerator.clone(),
        force: true,
        ..ResolveOptions::default()
    };
    let (plans, good) = load::resolve(&loaded, &args.template, options, &mut ui);
    let mut planned = Vec::new();
    for plan in &plans {
        match with_command_line(plan, args.host) {
            Ok(one) => planned.push(one),
            Err(error) => ui.text("", Style::Error, &format!("build `{}`: {}", plan.name, chain(&error))),
        }
    }
    let good = good && planned.len() == plans.len();
    match args.format {
        OutputFormat::Text => planned.iter().for_each(|planned| ui.text("", Style::Say, &text(planned))),
        OutputFormat::Json => {
            let json = serde_json::to_string_pretty(&planned).expect("a plan has string keys only");
            let settings = Settings { machine_readable, ..Settings::default() };
            Reporter::stdout(settings, secrets).text("", Style::Say, &json);
        }
    }
    if good { exit::SUCCESS } else { exit::FAILURE }
}

/// Warnings must not stand in the JSON.
fn reporter(format: OutputFormat, machine_readable: bool, secrets: &Secrets) -> Reporter {
    if format == OutputFormat::Json && !machine_readable {
        return Reporter::stderr(Settings::default(), secrets.clone());
    }
    Reporter::stdout(load::settings(machine_readable), secrets.clone())
}

/// With `on_host` the hypervisor is asked; without, what only the host knows shows as a name in angle brackets.
fn with_command_line(plan: &BuildPlan, on_host: bool) -> Result<Planned<'_>, machine::Error> {
    let planned = Planned { plan, command_line: Vec::new(), calls: Vec::new(), explanation: Vec::new() };
    match plan.machine().map(|machine| (machine, &machine.hypervisor)) {
        None => Ok(planned),
        Some((machine, HypervisorPlan::Qemu(_))) => with_qemu(planned, machine, on_host),
        Some((machine, HypervisorPlan::VirtualBox(_))) => {
            let version = if on_host { Some(super::block_on(virtualbox::preview::host_version())?) } else { None };
            Ok(Planned { calls: virtualbox::preview::preview(machine, version)?, ..planned })
        }
    }
}

fn with_qemu<'a>(planned: Planned<'a>, machine: &MachinePlan, on_host: bool) -> Result<Planned<'a>, machine::Error> {
    let host = if on_host { Some(super::block_on(Host::examine(machine, &Cache::locate()))?) } else { None };
    let preview = preview(machine, host.as_ref())?;
    let command = preview.to_cmd();
    let words = std::iter::once(command.program()).chain(command.arguments().iter().map(std::ops::Deref::deref));
    let command_line = words.map(|word| word.to_string_lossy().into_owned()).collect();
    Ok(Planned { command_line, explanation: preview.explain(), ..planned })
}

fn text(planned: &Planned<'_>) -> String {
    let mut text = show::plan_text(std::slice::from_ref(planned.plan));
    if !planned.command_line.is_empty() {
        text.push_str("  command line:\n");
    }
    for line in lines_by_switch(&planned.command_line) {
        text.extend(["    ", &line, "\n"]);
    }
    if !planned.calls.is_empty() {
        text.push_str("  VBoxManage:\n");
    }
    for call in &planned.calls {
        text.extend(["    ", &shell_words::join(call), "\n"]);
    }
    for line in &planned.explanation {
        text.extend(["  note: ", line, "\n"]);
    }
    text
}

/// One line for each switch with its value.
fn lines_by_switch(words: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        let quoted = shell_words::quote(word);
        match lines.last_mut() {
            Some(line) if !word.starts_with('-') && lines_take_value(line) => {
                line.push(' ');
                line.push_str(&quoted);
            }
            _ => lines.push(quoted.into_owned()),
        }
    }
    lines
}

fn lines_take_value(line: &str) -> bool {
    line.starts_with('-') && !line.contains(' ')
}

//! The plan of one build.

use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::catalog::Role;
use crate::plan::communicator::{CommunicatorPlan, TemporaryKey};
use crate::plan::decode::Decoder;
use crate::plan::{BuildPlan, BuilderPlan, HypervisorPlan, IsoPlan, MachinePlan, ShutdownPlan};

use super::bounds::Bounds;
use super::kinds::{self, Fate};
use super::{
    BuildContext, Purpose, boot, communicator, http, iso, late_values, media, outputs, post_processors, provisioners,
    qemu, small, virtualbox,
};

/// `None` when something is wrong with the build.
pub(super) fn plan(context: &BuildContext<'_>, bounds: &mut Bounds) -> (Option<BuildPlan>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let fate = kinds::fate(Role::Builder, &context.build.kind, context.options.purpose, &mut diagnostics);
    let Some(fate) = fate else { return (None, diagnostics) };
    let (components, found) = context.template.components(context.build);
    diagnostics.extend(found);
    let Some(components) = components else { return (None, diagnostics) };
    if let Err(error) = bounds.add(&components) {
        return (None, error.into());
    }
    let (builder, communicator, key) = match fate {
        Fate::Run(component) | Fate::Check(component) => {
            let mut decoder = context.decoder(component, components.builder);
            let made = builder(context, component.kind, &mut decoder);
            diagnostics.extend(decoder.finish());
            made
        }
        Fate::Foreign | Fate::Skip => (BuilderPlan::Foreign, CommunicatorPlan::None, None),
    };
    let mut provisioner = |one| provisioners::plan(context, &communicator, one, &mut diagnostics);
    let provisioners = components.provisioners.into_iter().filter_map(&mut provisioner).collect();
    let error_cleanup_provisioner = components.error_cleanup_provisioner.and_then(&mut provisioner);
    let mut plan = BuildPlan {
        name: context.build.name.clone(),
        source_name: context.build.source_name.clone(),
        builder_type: context.build.kind.value.clone(),
        template_folder: context.template.folder.clone(),
        builder,
        communicator,
        provisioners,
        error_cleanup_provisioner,
        post_processors: Vec::new(),
    };
    plan.post_processors =
        post_processors::post_processors(context, &plan, components.post_processors, &mut diagnostics);
    outputs::warn_of_lost(&plan, &mut diagnostics);
    outputs::spare_copies(&mut plan);
    virtualbox::guest_additions::note_mentions(&mut plan, &context.template.working_folder);
    if let Some(key) = key {
        add_temporary_key(&mut plan, key);
    }
    let is_good = !diagnostics.has_errors();
    (is_good.then_some(plan), diagnostics)
}

type Made = (BuilderPlan, CommunicatorPlan, Option<TemporaryKey>);

/// Everything that the builder's own options say.
fn builder(context: &BuildContext<'_>, kind: &str, decoder: &mut Decoder<'_>) -> Made {
    match kind {
        "null" => {
            let (communicator, _) = communicator::communicator(decoder);
            small::require_host(decoder, &communicator);
            (BuilderPlan::Null, communicator, None)
        }
        "file" => (BuilderPlan::File(small::file(decoder)), CommunicatorPlan::None, None),
        _ if kind == "qemu" || kind.starts_with("virtualbox-") => {
            let (machine, communicator, key) = machine(context, kind, decoder);
            (BuilderPlan::Machine(Box::new(machine)), communicator, Some(key))
        }
        _ => {
            decoder.check_by_table();
            (BuilderPlan::Foreign, CommunicatorPlan::None, None)
        }
    }
}

fn machine(
    context: &BuildContext<'_>,
    kind: &str,
    decoder: &mut Decoder<'_>,
) -> (MachinePlan, CommunicatorPlan, TemporaryKey) {
    let shutdown = shutdown(kind, decoder);
    let output_directory = output_directory(context, kind, decoder);
    let (hypervisor, iso) = hypervisor(context, kind, decoder);
    let (communicator, key) = communicator::communicator(decoder);
    let machine = MachinePlan {
        vm_name: decoder.string("vm_name").unwrap_or_else(|| default_name(context, kind)),
        output_directory,
        iso,
        http: http::http(decoder),
        cd: media::cd(decoder),
        floppy: media::floppy(decoder),
        boot: boot::boot(decoder, context.options.key_interval),
        guest_port: communicator.port(),
        shutdown,
        hypervisor,
    };
    (machine, communicator, key)
}

fn shutdown(kind: &str, decoder: &mut Decoder<'_>) -> ShutdownPlan {
    let plan = boot::shutdown(decoder);
    if kind.starts_with("virtualbox") { virtualbox::shutdown(decoder, plan) } else { plan }
}

/// VirtualBox keeps all machines of the host in one list, so their names must not meet.
fn default_name(context: &BuildContext<'_>, kind: &str) -> String {
    let build = &context.build.source_name;
    if kind == "qemu" { format!("packer-{build}") } else { format!("packer-{build}-{}", context.scope.started_at()) }
}

fn hypervisor(context: &BuildContext<'_>, kind: &str, decoder: &mut Decoder<'_>) -> (HypervisorPlan, Option<IsoPlan>) {
    if kind.starts_with("virtualbox") {
        let (virtualbox, iso) = virtualbox::virtualbox(kind, decoder);
        return (HypervisorPlan::VirtualBox(Box::new(virtualbox)), iso);
    }
    let qemu = qemu::qemu(decoder, context.options.accelerator_override.as_deref());
    let iso = iso::iso(decoder, qemu.iso_skip_cache);
    (HypervisorPlan::Qemu(Box::new(qemu)), Some(iso))
}

/// VirtualBox looks whether the folder exists only when it runs.
fn output_directory(context: &BuildContext<'_>, kind: &str, decoder: &mut Decoder<'_>) -> PathBuf {
    let written = decoder.string("output_directory");
    let text = written.unwrap_or_else(|| format!("output-{}", context.build.source_name));
    let place = decoder.folders().locate(&text);
    let is_looked_for = kind == "qemu" || context.options.purpose == Purpose::Run;
    if is_looked_for && !context.options.force && place.symlink_metadata().is_ok() {
        let error = Diagnostic::error(format!("the output folder `{text}` exists already"));
        let error = error.at(&decoder.span("output_directory"));
        decoder.push(error.help("remove it, or let `-force` replace it"));
    }
    if context.options.force {
        refuse_precious(context, decoder, &place);
    }
    PathBuf::from(text)
}

/// `-force` empties the folder, so it must not be one that holds other things for certain.
fn refuse_precious(context: &BuildContext<'_>, decoder: &mut Decoder<'_>, place: &Path) {
    let Ok(place) = place.canonicalize() else { return };
    let holds = |folder: &Path| folder.canonicalize().is_ok_and(|folder| folder.starts_with(&place));
    if holds(&context.template.working_folder) || holds(&context.template.folder) {
        decoder.reject(
            "output_directory",
            "`output_directory` contains the template or the current folder; `-force` would delete them",
        );
    }
}

/// A key is made only where one is of use: the template passes it on, or there is no other way in.
fn add_temporary_key(plan: &mut BuildPlan, key: TemporaryKey) {
    let passed_on = late_values::any_uses(plan, &["SSHPublicKey", "SSHPrivateKey"]);
    let is_virtualbox = plan.builder_type.starts_with("virtualbox-");
    let CommunicatorPlan::Ssh(ssh) = &mut plan.communicator else { return };
    let no_other_way = ssh.password.is_none() && !ssh.agent_auth;
    if ssh.private_key_file.is_none() && (passed_on || no_other_way) {
        ssh.temporary_key = Some(key);
        // As in Packer, an image of VirtualBox never keeps it.
        ssh.clear_authorized_keys |= is_virtualbox;
    }
}

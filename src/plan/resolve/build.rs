//! The plan of one build.

use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::communicator::{CommunicatorPlan, TemporaryKey};
use crate::plan::decode::Decoder;
use crate::plan::{BuildPlan, MachinePlan};

use super::{
    BuildContext, boot, communicator, http, iso, kinds, late_values, media, outputs, post_processors, provisioners,
    qemu,
};

/// `None` when something is wrong with the build.
pub(super) fn plan(context: &BuildContext<'_>) -> (Option<BuildPlan>, Diagnostics) {
    let component = match kinds::builder(&context.build.kind, &context.build.name) {
        Ok(component) => component,
        Err(error) => return (None, error.into()),
    };
    let (components, mut diagnostics) = context.template.components(context.build);
    let Some(components) = components else { return (None, diagnostics) };
    let mut decoder = context.decoder(component, components.builder);
    let (mut plan, key) = machine(context, &mut decoder);
    diagnostics.extend(decoder.finish());
    let provisioners = components.provisioners.into_iter();
    plan.provisioners = provisioners.filter_map(|one| provisioners::plan(context, one, &mut diagnostics)).collect();
    let cleanup = components.error_cleanup_provisioner;
    plan.error_cleanup_provisioner = cleanup.and_then(|one| provisioners::plan(context, one, &mut diagnostics));
    plan.post_processors =
        post_processors::post_processors(context, &plan, components.post_processors, &mut diagnostics);
    outputs::warn_of_lost(&plan, &mut diagnostics);
    add_temporary_key(&mut plan, key);
    let is_good = !diagnostics.has_errors();
    (is_good.then_some(plan), diagnostics)
}

/// Everything that the builder's own options say.
fn machine(context: &BuildContext<'_>, decoder: &mut Decoder<'_>) -> (BuildPlan, TemporaryKey) {
    let name = context.build.name.clone();
    let source_name = context.build.source_name.clone();
    let shutdown = boot::shutdown(decoder);
    let output_directory = output_directory(context, decoder);
    let qemu = qemu::qemu(decoder, context.options.accelerator_override.as_deref());
    let (communicator, key) = communicator::communicator(decoder);
    let plan = BuildPlan {
        builder_type: context.build.kind.value.clone(),
        template_folder: context.template.folder.clone(),
        iso: iso::iso(decoder, qemu.iso_skip_cache),
        output_directory,
        vm_name: decoder.string("vm_name").unwrap_or_else(|| format!("packer-{source_name}")),
        http: http::http(decoder),
        cd: media::cd(decoder),
        floppy: media::floppy(decoder),
        boot: boot::boot(decoder, context.options.key_interval),
        machine: MachinePlan::Qemu(Box::new(qemu)),
        communicator,
        shutdown,
        provisioners: Vec::new(),
        error_cleanup_provisioner: None,
        post_processors: Vec::new(),
        name,
        source_name,
    };
    (plan, key)
}

fn output_directory(context: &BuildContext<'_>, decoder: &mut Decoder<'_>) -> PathBuf {
    let written = decoder.string("output_directory");
    let text = written.unwrap_or_else(|| format!("output-{}", context.build.source_name));
    let place = decoder.folders().locate(&text);
    if !context.options.force && place.symlink_metadata().is_ok() {
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
    let CommunicatorPlan::Ssh(ssh) = &mut plan.communicator else { return };
    let no_other_way = ssh.password.is_none() && !ssh.agent_auth;
    if ssh.private_key_file.is_none() && (passed_on || no_other_way) {
        ssh.temporary_key = Some(key);
    }
}

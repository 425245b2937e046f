//! All texts of a plan that are complete only at run time.

use crate::plan::post_processor::{PostProcessorAction, VagrantOptions};
use crate::plan::{BuildPlan, HypervisorPlan, MachinePlan};
use crate::template::interpolate::Late;

pub(super) fn any_uses(plan: &BuildPlan, names: &[&str]) -> bool {
    of_build(plan).iter().any(|late| names.iter().any(|name| late.uses(name)))
}

fn of_build(plan: &BuildPlan) -> Vec<&Late> {
    let mut lates: Vec<&Late> = plan.machine().map(of_machine).unwrap_or_default();
    lates.extend(
        plan.provisioners
            .iter()
            .chain(&plan.error_cleanup_provisioner)
            .flat_map(|provisioner| provisioner.action.lates()),
    );
    lates.extend(plan.post_processors.iter().flatten().flat_map(|processor| of_post_processor(&processor.action)));
    lates
}

fn of_machine(plan: &MachinePlan) -> Vec<&Late> {
    let mut lates: Vec<&Late> = plan.boot.steps.iter().map(|step| &step.command).collect();
    lates.extend(&plan.shutdown.command);
    match &plan.hypervisor {
        HypervisorPlan::Qemu(qemu) => lates.extend(qemu.arguments.iter().chain(&qemu.arguments_append).flatten()),
        HypervisorPlan::VirtualBox(virtualbox) => {
            lates.extend(virtualbox.commands.iter().chain(&virtualbox.commands_post).flatten());
        }
    }
    lates
}

fn of_post_processor(action: &PostProcessorAction) -> Vec<&Late> {
    match action {
        PostProcessorAction::Vagrant(vagrant) => {
            let options = std::iter::once(&vagrant.options).chain(vagrant.overrides.values());
            options
                .flat_map(|options: &VagrantOptions| [&options.output].into_iter().chain(&options.vagrantfile))
                .collect()
        }
        PostProcessorAction::Checksum(checksum) => vec![&checksum.output],
        PostProcessorAction::Compress(compress) => vec![&compress.output],
        PostProcessorAction::Ova(ova) => vec![&ova.output],
        PostProcessorAction::Convert(convert) => vec![&convert.output],
        PostProcessorAction::Manifest(manifest) => manifest.custom_data.values().collect(),
        PostProcessorAction::Artifice(_) | PostProcessorAction::NotRun => Vec::new(),
        PostProcessorAction::ShellLocal(shell) => shell.lates(),
    }
}

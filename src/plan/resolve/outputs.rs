//! Where builds write: no two to the same place, and none to a place that does not last.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::post_processor::{PostProcessorAction, PostProcessorPlan};
use crate::plan::{BuildPlan, BuilderPlan, HypervisorPlan};
use crate::template::interpolate::{Fields, Late};

use super::Purpose;
use super::report::Report;

/// Takes out every build that has an output in common with another one. As long as nothing is run, that only
/// warns: one of them may be run alone.
pub(super) fn refuse_shared(plans: &mut Vec<BuildPlan>, purpose: Purpose, report: &mut Report) {
    let mut owners: HashMap<PathBuf, usize> = HashMap::new();
    let mut bad = HashSet::new();
    for (index, plan) in plans.iter().enumerate() {
        for path in outputs(plan) {
            match owners.entry(path) {
                Entry::Vacant(free) => drop(free.insert(index)),
                Entry::Occupied(taken) => {
                    let owner = *taken.get();
                    report.add(&plans[owner].name, shared(purpose, taken.key(), owner == index, &plan.name).into());
                    bad.extend([owner, index].into_iter().filter(|_| purpose == Purpose::Run || owner == index));
                }
            }
        }
    }
    let mut index = 0..;
    plans.retain(|_| index.next().is_none_or(|index| !bad.contains(&index)));
}

/// The output folder goes with the machine, when no first step of a sequence keeps it.
pub(super) fn warn_of_lost(plan: &BuildPlan, diagnostics: &mut Diagnostics) {
    if first_steps(plan).next().is_none() || first_steps(plan).any(keeps_input) {
        return;
    }
    let Some(machine) = plan.machine() else { return };
    let folder = normal(&machine.output_directory);
    let lost = files(plan).find(|path| normal(path).starts_with(&folder));
    if let Some(path) = lost {
        let shown = (path.display(), machine.output_directory.display());
        let warning = Diagnostic::warning(format!("`{}` lies in `{}`, which is removed at the end", shown.0, shown.1));
        diagnostics.push(warning.help("write it elsewhere, or set `keep_input_artifact` to true"));
    }
}

/// An image that QEMU's machine starts from is copied for nothing when all that becomes of the disk is what steps make
/// that read a disk with what it lies on.
pub(super) fn spare_copies(plan: &mut BuildPlan) {
    let is_read = |step: &PostProcessorPlan| {
        use PostProcessorAction::{Convert, Ova, Vagrant};
        matches!(step.action, Vagrant(_) | Ova(_) | Convert(_)) && !keeps_input(step)
    };
    let are_read = first_steps(plan).next().is_some() && first_steps(plan).all(is_read);
    if let BuilderPlan::Machine(machine) = &mut plan.builder
        && let HypervisorPlan::Qemu(qemu) = &mut machine.hypervisor
    {
        let disk = &mut qemu.disk;
        let is_plain = disk.format == "qcow2" && !disk.compression && disk.qemu_img_convert.is_empty();
        disk.stands_on_image = are_read && is_plain && disk.from_image && !disk.use_backing_file;
    }
}

/// The steps that are given what was built.
fn first_steps(plan: &BuildPlan) -> impl Iterator<Item = &PostProcessorPlan> {
    plan.post_processors.iter().filter_map(|steps| steps.first())
}

fn keeps_input(step: &PostProcessorPlan) -> bool {
    match step.action {
        PostProcessorAction::Checksum(_) | PostProcessorAction::Manifest(_) | PostProcessorAction::ShellLocal(_) => {
            true
        }
        PostProcessorAction::Artifice(_) => step.keep_input_artifact != Some(false),
        PostProcessorAction::Vagrant(_)
        | PostProcessorAction::Compress(_)
        | PostProcessorAction::Ova(_)
        | PostProcessorAction::Convert(_)
        | PostProcessorAction::NotRun => step.keep_input_artifact == Some(true),
    }
}

fn shared(purpose: Purpose, path: &Path, by_one_build: bool, other: &str) -> Diagnostic {
    let who =
        if by_one_build { "two of its steps write".to_owned() } else { format!("this build and `{other}` write") };
    let message = format!("{who} to the same place, `{}`", path.display());
    let finding = if by_one_build { Diagnostic::error(message) } else { purpose.finding(message) };
    finding.help("give each its own, for example with `{{build_name}}` in the name")
}

/// The output folder, and the files that are made anew; manifests and checksum files are added to.
fn outputs(plan: &BuildPlan) -> Vec<PathBuf> {
    let made = match &plan.builder {
        BuilderPlan::Machine(machine) => Some(machine.output_directory.clone()),
        BuilderPlan::File(file) => Some(file.target.clone()),
        BuilderPlan::Null | BuilderPlan::Foreign => None,
    };
    made.into_iter().chain(files(plan)).map(|path| normal(&path)).collect()
}

fn files(plan: &BuildPlan) -> impl Iterator<Item = PathBuf> {
    plan.post_processors.iter().flatten().filter_map(|step| file(plan, step))
}

fn file(plan: &BuildPlan, step: &PostProcessorPlan) -> Option<PathBuf> {
    let mut fields = Fields::new();
    fields.insert("BuildName".into(), plan.source_name.clone());
    fields.insert("BuilderType".into(), plan.builder_type.clone());
    match &step.action {
        PostProcessorAction::Vagrant(vagrant) => {
            let provider = vagrant.provider_override.as_deref().or(provider(&plan.builder))?;
            fields.insert("Provider".into(), provider.to_owned());
            fields.insert("Architecture".into(), vagrant.architecture.clone());
            literal(&vagrant.overrides.get(provider).unwrap_or(&vagrant.options).output, &fields)
        }
        PostProcessorAction::Compress(compress) => literal(&compress.output, &fields),
        PostProcessorAction::Ova(ova) => literal(&ova.output, &fields),
        PostProcessorAction::Convert(convert) => literal(&convert.output, &fields),
        _ => None,
    }
}

/// The Vagrant provider that a machine is for. Of builders that are not run it is not known.
fn provider(builder: &BuilderPlan) -> Option<&'static str> {
    let BuilderPlan::Machine(machine) = builder else { return None };
    Some(match machine.hypervisor {
        HypervisorPlan::Qemu(_) => "libvirt",
        HypervisorPlan::VirtualBox(_) => "virtualbox",
    })
}

/// The path, if it needs nothing but these values.
fn literal(output: &Late, known: &Fields) -> Option<PathBuf> {
    let is_complete = !crate::plan::fields::BUILD.iter().chain(&["ArtifactId"]).any(|field| output.uses(field));
    is_complete.then(|| output.render(known).ok()).flatten().map(PathBuf::from)
}

/// Without `.` components, so that `./box` and `box` are one place.
fn normal(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect()
}

//! Where builds write: no two to the same place, and none to a place that does not last.

use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::post_processor::{PostProcessorAction, PostProcessorPlan};
use crate::plan::{BuildPlan, BuilderPlan};
use crate::template::interpolate::{Fields, Late};

use super::report::Report;

/// Takes out every build that has an output in common with another one.
pub(super) fn refuse_shared(plans: &mut Vec<BuildPlan>, report: &mut Report) {
    let outputs: Vec<(String, Vec<PathBuf>)> = plans.iter().map(|plan| (plan.name.clone(), outputs(plan))).collect();
    let mut bad = Vec::new();
    for (at, (name, paths)) in outputs.iter().enumerate() {
        if let Some(path) = repeated(paths) {
            report.add(name, error(path, "two of its steps write").into());
            bad.push(name.clone());
        }
        for (other, other_paths) in &outputs[at + 1..] {
            if let Some(path) = paths.iter().find(|path| other_paths.contains(path)) {
                report.add(name, error(path, &format!("this build and `{other}` write")).into());
                bad.extend([name.clone(), other.clone()]);
            }
        }
    }
    plans.retain(|plan| !bad.contains(&plan.name));
}

/// The output folder goes with the machine, when no first step of a sequence keeps it.
pub(super) fn warn_of_lost(plan: &BuildPlan, diagnostics: &mut Diagnostics) {
    if plan.post_processors.is_empty() || plan.post_processors.iter().filter_map(|steps| steps.first()).any(keeps_input)
    {
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

fn keeps_input(step: &PostProcessorPlan) -> bool {
    match step.action {
        PostProcessorAction::Checksum(_) | PostProcessorAction::Manifest(_) | PostProcessorAction::ShellLocal(_) => {
            true
        }
        PostProcessorAction::Artifice(_) => step.keep_input_artifact != Some(false),
        PostProcessorAction::Vagrant(_) | PostProcessorAction::Compress(_) | PostProcessorAction::NotRun => {
            step.keep_input_artifact == Some(true)
        }
    }
}

fn error(path: &Path, who: &str) -> Diagnostic {
    let error = Diagnostic::error(format!("{who} to the same place, `{}`", path.display()));
    error.help("give each its own, for example with `{{build_name}}` in the name")
}

fn repeated(paths: &[PathBuf]) -> Option<&PathBuf> {
    paths.iter().enumerate().find(|(at, path)| paths[..*at].contains(path)).map(|(_, path)| path)
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
            let provider = vagrant.provider_override.as_deref().unwrap_or("libvirt");
            fields.insert("Provider".into(), provider.to_owned());
            fields.insert("Architecture".into(), vagrant.architecture.clone());
            literal(&vagrant.overrides.get(provider).unwrap_or(&vagrant.options).output, &fields)
        }
        PostProcessorAction::Compress(compress) => literal(&compress.output, &fields),
        _ => None,
    }
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

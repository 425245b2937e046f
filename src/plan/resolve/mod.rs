//! From a template to the plans of its builds: every default filled in, every mistake found that can be
//! found without a hypervisor.

mod boot;
mod bounds;
mod build;
mod checksum;
mod communicator;
pub mod data;
mod http;
mod iso;
mod kinds;
mod late_values;
mod media;
mod outputs;
mod post_processors;
mod provisioners;
mod qemu;
mod report;
mod select;
mod small;
mod virtualbox;

use std::time::Duration;

use crate::diag::{Diagnostic, Diagnostics};
use crate::template::interpolate::Scope;
use crate::template::value::Object;
use crate::template::{Build, Template};

use super::BuildPlan;
use super::catalog::Component;
use super::decode::{Decoder, Folders, Reading};
use bounds::Bounds;
use report::Report;

/// What plans are made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// To look at: components that this program does not run are checked as far as it knows them.
    #[default]
    Check,
    /// To run: such components are refused.
    Run,
}

impl Purpose {
    /// A finding about something that cannot be run.
    fn finding(self, message: impl Into<String>) -> Diagnostic {
        match self {
            Self::Check => Diagnostic::warning(message),
            Self::Run => Diagnostic::error(message),
        }
    }
}

/// What the command line and the environment add to a template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResolveOptions {
    pub purpose: Purpose,
    /// Names of the builds to make; empty is all.
    pub only: Vec<String>,
    /// Names of builds to leave out, and of post-processors to stop before.
    pub except: Vec<String>,
    /// Replaces what the template says about acceleration.
    pub accelerator_override: Option<String>,
    /// Existing output folders are replaced.
    pub force: bool,
    /// `PACKER_KEY_INTERVAL`: where the template sets no interval.
    pub key_interval: Option<Duration>,
}

/// Plans all selected builds. A build with a mistake does not hinder the others: the plans of the good ones
/// are given with the diagnostics of all.
pub fn resolve(template: &Template, options: &ResolveOptions) -> (Vec<BuildPlan>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let builds = select::builds(template, options, &mut diagnostics);
    if let Err(error) = bounds::check_builds(builds.len()) {
        diagnostics.push(error);
        return (Vec::new(), diagnostics);
    }
    let scope = template.scope();
    let mut bounds = Bounds::default();
    let mut report = Report::default();
    let mut plans = Vec::with_capacity(builds.len());
    for build in builds {
        let (plan, found) = build::plan(&BuildContext::new(template, options, build, &scope), &mut bounds);
        report.add(&build.name, found);
        plans.extend(plan);
    }
    outputs::refuse_shared(&mut plans, options.purpose, &mut report);
    diagnostics.extend(report.into_diagnostics());
    if plans.is_empty() && !diagnostics.has_errors() {
        diagnostics.push(Diagnostic::error("there is no build to run"));
    }
    (plans, diagnostics)
}

/// What the resolution of one build looks at.
#[derive(Debug)]
struct BuildContext<'a> {
    template: &'a Template,
    options: &'a ResolveOptions,
    build: &'a Build,
    scope: Scope,
}

impl<'a> BuildContext<'a> {
    fn new(template: &'a Template, options: &'a ResolveOptions, build: &'a Build, scope: &Scope) -> Self {
        let scope = scope.with_build(&build.source_name, &build.kind.value);
        Self { template, options, build, scope }
    }

    fn decoder(&self, component: &'static Component, object: Object) -> Decoder<'_> {
        let folders = Folders {
            working: &self.template.working_folder,
            template: &self.template.folder,
            may_come_later: self.options.purpose == Purpose::Check,
        };
        let reading = Reading { scope: &self.scope, folders, typing: self.template.language().into() };
        Decoder::new(reading, component, object)
    }
}

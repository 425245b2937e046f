//! Old keys: what templates of earlier Packer versions say, written as it is said today.
//!
//! Loading a template applies the fixers without which a current Packer refuses it, and warns of each change. The
//! command `fix` applies in addition those for what is old but still understood, and prints the result.
//!
//! Each fixer is a small function on one component or on the whole document.

mod amazon;
mod azure;
mod builder_types;
mod checksum;
mod component;
mod docker;
mod document;
mod image_names;
mod powershell;
mod qemu;
mod removals;
mod renames;
mod vagrant;
mod virtualbox;
mod vmware;
mod vsphere;

use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::SourceFile;

use super::value::{Kind, Object};
use super::{Components, json};
use component::Component;

/// What a component is in a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Builder,
    Provisioner,
    PostProcessor,
}

/// How far a template is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Only what is refused today: for reading a template.
    Refused,
    /// Also what is old and still understood: for writing a template anew.
    Old,
}

/// Fixers of what is refused today.
const REFUSED: [fn(&mut Component<'_>); 9] = [
    checksum::fix,
    virtualbox::guest_additions_attach,
    vagrant::overrides,
    amazon::private_ip,
    amazon::source_cidrs,
    azure::exclude_from_latest,
    docker::tags,
    renames::fix,
    removals::fix,
];

/// Fixers of what is still understood. Some are right only once: to take the escapes out of a PowerShell text
/// that has none is to spoil it, so no template is read through these.
const OLD: [fn(&mut Component<'_>); 6] = [
    image_names::create_time,
    image_names::clean_names,
    powershell::escapes,
    qemu::disk_size,
    vmware::skip_compaction,
    vsphere::lists,
];

/// Writes the old options of one build's components as they are written today, with a warning for each.
pub(super) fn mend_components(builder: &str, components: &mut Components, diagnostics: &mut Diagnostics) {
    let mut mend = |role, kind: &str, options| {
        apply(Extent::Refused, &mut Component { role, kind, options, diagnostics });
    };
    mend(Role::Builder, builder, &mut components.builder);
    for provisioner in components.provisioners.iter_mut().chain(&mut components.error_cleanup_provisioner) {
        mend(Role::Provisioner, &provisioner.kind.value, &mut provisioner.config);
    }
    for step in components.post_processors.iter_mut().flatten() {
        mend(Role::PostProcessor, &step.kind.value, &mut step.config);
    }
}

/// The same for all of a JSON template, with what several components share.
pub(super) fn mend_template(template: &mut Object, diagnostics: &mut Diagnostics) {
    document::fix(template, Extent::Refused, diagnostics);
}

/// The text of a JSON template, rewritten. None when it is no JSON map.
pub fn rewrite(source: &Arc<SourceFile>) -> (Option<String>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let Some(document) = diagnostics.take(json::parse(source, "template")) else { return (None, diagnostics) };
    // The last one counts, and the rewritten text has only that.
    diagnostics.extend(document.repeated_keys.into_warnings());
    let mut value = document.value;
    let Kind::Map(template) = &mut value.kind else {
        let message = format!("a template is a map, not {}", value.kind.describe());
        diagnostics.push(Diagnostic::error(message).at(&value.span));
        return (None, diagnostics);
    };
    document::fix(template, Extent::Old, &mut diagnostics);
    (Some(json::write(&value)), diagnostics)
}

fn apply(extent: Extent, component: &mut Component<'_>) {
    let old: &[_] = if extent == Extent::Old { &OLD } else { &[] };
    for fixer in REFUSED.iter().chain(old) {
        fixer(component);
    }
}

#[cfg(test)]
mod tests;

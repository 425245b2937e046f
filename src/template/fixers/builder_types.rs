//! Builders whose type has another name today. A builder without a `name` is called by its type, so what names it
//! changes as well.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Spanned;
use crate::template::value::{Kind, Object, Value};

use super::Extent;

struct Rename {
    old: &'static str,
    new: &'static str,
    extent: Extent,
}

const RENAMES: [Rename; 3] = [
    Rename { old: "virtualbox", new: "virtualbox-iso", extent: Extent::Refused },
    Rename { old: "vmware", new: "vmware-iso", extent: Extent::Refused },
    Rename { old: "proxmox", new: "proxmox-iso", extent: Extent::Old },
];

/// Builder names that changed: old to new.
#[derive(Debug, Default)]
pub(super) struct NewNames(BTreeMap<&'static str, &'static str>);

impl NewNames {
    /// Gives a builder the type of today.
    pub(super) fn rename_builder(&mut self, builder: &mut Object, extent: Extent, diagnostics: &mut Diagnostics) {
        let has_name =
            matches!(builder.get("name").map(|name| &name.kind), Some(Kind::String(name)) if !name.is_empty());
        let Some(value) = builder.get_mut("type") else { return };
        let Kind::String(kind) = &mut value.kind else { return };
        let is_meant = |rename: &&Rename| rename.old == kind && (rename.extent == extent || extent == Extent::Old);
        let Some(Rename { old, new, .. }) = RENAMES.iter().find(is_meant) else { return };
        *kind = (*new).to_owned();
        let warning = Diagnostic::warning(format!("builder type `{old}` is the old name of `{new}`"));
        diagnostics.push(warning.at(&value.span).help(format!("it is read as `{new}`")));
        if !has_name {
            self.0.insert(old, new);
        }
    }

    /// Names the builders of `only`, `except` and `override` as they are called now.
    pub(super) fn rename_in(&self, component: &mut Object) {
        if self.0.is_empty() {
            return;
        }
        for (key, value) in &mut component.entries {
            match (key.value.as_str(), &mut value.kind) {
                ("only" | "except", Kind::List(names)) => names.iter_mut().for_each(|name| self.rename_value(name)),
                ("only" | "except", Kind::String(_)) => self.rename_value(value),
                ("override", Kind::Map(overrides)) => self.rename_keys(overrides),
                _ => {}
            }
        }
    }

    fn rename_value(&self, value: &mut Value) {
        if let Kind::String(name) = &mut value.kind
            && let Some(new) = self.0.get(name.as_str())
        {
            *name = (*new).to_owned();
        }
    }

    fn rename_keys(&self, overrides: &mut Object) {
        let is_free = |new: &str, entries: &[(Spanned<String>, Value)]| entries.iter().all(|(key, _)| key.value != new);
        for at in 0..overrides.entries.len() {
            let Some(new) = self.0.get(overrides.entries[at].0.value.as_str()) else { continue };
            if is_free(new, &overrides.entries) {
                overrides.entries[at].0.value = (*new).to_owned();
            }
        }
    }
}

//! The `provisioners` and the `error-cleanup-provisioner` of a template.

use crate::diag::{Diagnostic, Diagnostics};
use crate::template::Provisioner;
use crate::template::value::{Kind, Object, Value};

use super::component::{Filter, SharedProvisioner};
use super::object::{list, map, strings, take, take_type};

pub(super) fn read_all(value: Option<Value>, diagnostics: &mut Diagnostics) -> Vec<SharedProvisioner> {
    let values = list(value, "`provisioners`", diagnostics);
    let mut provisioners = Vec::new();
    for (index, value) in values.into_iter().enumerate() {
        let provisioner = read(value, &format!("provisioner {}", index + 1), diagnostics);
        provisioners.extend(diagnostics.take(provisioner));
    }
    provisioners
}

pub(super) fn read_cleanup(value: Value, diagnostics: &mut Diagnostics) -> Option<SharedProvisioner> {
    let provisioner = read(value, "the error-cleanup-provisioner", diagnostics);
    diagnostics.take(provisioner)
}

fn read(value: Value, what: &str, diagnostics: &mut Diagnostics) -> Result<SharedProvisioner, Diagnostic> {
    let mut config = map(value, what)?;
    let kind = take_type(&mut config, what)?;
    let mut names = |key: &str| {
        let value = take(&mut config, key);
        value.map(|value| strings(value, &format!("`{key}` of {what}"), true, diagnostics)).unwrap_or_default()
    };
    let filter = Filter { only: names("only"), except: names("except") };
    let overrides = match take(&mut config, "override") {
        Some(value) => overrides(map(value, &format!("`override` of {what}"))?, what, diagnostics),
        None => Vec::new(),
    };
    Ok(SharedProvisioner { provisioner: Provisioner { kind, config }, filter, overrides })
}

fn overrides(object: Object, what: &str, diagnostics: &mut Diagnostics) -> Vec<(String, Object)> {
    let mut overrides = Vec::new();
    for (name, value) in object.entries.into_iter().filter(|(_, value)| value.kind != Kind::Null) {
        let config = map(value, &format!("`override` of {what} for `{}`", name.value));
        overrides.extend(diagnostics.take(config).map(|config| (name.value, config)));
    }
    overrides
}

//! `packer`: the version that a template needs, and the plugins it names. All that we have is built in.

use crate::diag::{Diagnostic, Diagnostics};
use crate::template::hcl::evaluate::evaluate_constant;
use crate::template::hcl::syntax::{Attribute, Block, Expression};
use crate::template::hcl::value::Value;
use crate::template::version::{Constraints, Version};
use crate::template::{PACKER_VERSION, RequiredPlugin};

use super::parts::Parts;

/// Checks the block; yields the plugins it names.
pub(super) fn read(block: &Block, diagnostics: &mut Diagnostics) -> Vec<RequiredPlugin> {
    let mut parts = Parts::new(&block.body);
    if let Some(wanted) = parts.value("required_version") {
        let finding = diagnostics.take(required_version(wanted));
        finding.flatten().into_iter().for_each(|warning| diagnostics.push(warning));
    }
    let mut required: Vec<RequiredPlugin> = Vec::new();
    for plugins in parts.blocks("required_plugins") {
        for plugin in &plugins.body.attributes {
            let Some(read) = diagnostics.take(required_plugin(plugin)) else { continue };
            if required.iter().any(|known| known.name == read.name) {
                let error = Diagnostic::error(format!("plugin `{}` is required twice", plugin.name.value));
                diagnostics.push(error.at(&plugin.name.span));
            }
            required.push(read);
        }
    }
    parts.finish("the `packer` block", diagnostics);
    required
}

/// Perhaps with a warning.
fn required_version(wanted: &Expression) -> Result<Option<Diagnostic>, Diagnostic> {
    let Value::String(text) = evaluate_constant(wanted)? else {
        return Err(Diagnostic::error("`required_version` must be a string").at(&wanted.span));
    };
    let constraints = Constraints::parse(&text).ok_or_else(|| {
        Diagnostic::error(format!("`{text}` is not a version constraint"))
            .at(&wanted.span)
            .help("write it as \">= 1.7.0\" or \">= 1.7.0, < 2\"")
    })?;
    if constraints.admit(&Version::own()) {
        return Ok(None);
    }
    let message = format!("the template asks for Packer {text}; this program does what Packer {PACKER_VERSION} does");
    if constraints.admit_a_release() {
        return Ok(Some(Diagnostic::warning(message).at(&wanted.span)));
    }
    Err(Diagnostic::error(message).at(&wanted.span))
}

/// `name = { version = "..", source = ".." }`
fn required_plugin(plugin: &Attribute) -> Result<RequiredPlugin, Diagnostic> {
    let name = &plugin.name.value;
    let wrong = |message: String| {
        let help = "write it as { version = \">= 1.0.0\", source = \"github.com/hashicorp/qemu\" }";
        Diagnostic::error(format!("plugin `{name}`: {message}")).at(&plugin.value.span).help(help)
    };
    let Value::Map(fields) = evaluate_constant(&plugin.value)? else {
        return Err(wrong("an object with `version` and `source` is needed".to_owned()));
    };
    let text = |key: &str| match fields.get(key) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(wrong(format!("`{key}` must be a string"))),
        None => Err(wrong(format!("`{key}` is missing"))),
    };
    if let Some(stranger) = fields.keys().find(|key| !matches!(key.as_str(), "version" | "source")) {
        return Err(wrong(format!("there is no argument `{stranger}`")));
    }
    let (version, source) = (text("version")?, text("source")?);
    let constraints = Constraints::parse(&version);
    let constraints = constraints.ok_or_else(|| wrong(format!("`{version}` is not a version constraint")))?;
    if constraints.name_a_prerelease() {
        return Err(wrong(format!("`{version}` names a prerelease")));
    }
    if source.contains("://") || source.split('/').count() < 3 || source.split('/').any(str::is_empty) {
        return Err(wrong(format!("`{source}` is not the address of a plugin")));
    }
    Ok(RequiredPlugin { name: name.clone(), source: source.to_string(), version: version.to_string() })
}

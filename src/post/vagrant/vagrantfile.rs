//! The Vagrantfile of a box: the provider's part, then the template's.

use std::path::Path;

use fs_err as fs;

use super::Error;
use crate::plan::post_processor::VagrantOptions;
use crate::template::interpolate::Fields;

/// Vagrant reads it before the user's own Vagrantfile, which can change everything in it.
pub(super) fn text(provider: &str, options: &VagrantOptions, fields: &Fields) -> Result<String, Error> {
    let mut text = of_provider(provider);
    if let Some(path) = &options.vagrantfile_template {
        text.push_str("\n# From the template that built the box.\n\n");
        text.push_str(&of_template(path, options, fields)?);
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    Ok(text)
}

/// Without anything of a template.
pub(super) fn of_provider(provider: &str) -> String {
    format!("# What the provider needs.\n\n{provider}")
}

/// What was generated while the build ran is taken as it is.
fn of_template(path: &Path, options: &VagrantOptions, fields: &Fields) -> Result<String, Error> {
    match &options.vagrantfile {
        Some(late) => late.render(fields).map_err(Error::render("vagrantfile_template")),
        None => fs::read_to_string(path).map_err(Error::io("read `vagrantfile_template`")),
    }
}

//! The Vagrantfile of a box: the provider's part, then the template's.

use std::path::Path;

use fs_err as fs;

use super::Error;
use crate::template::interpolate::{Fields, Late};

/// Vagrant reads it before the user's own Vagrantfile, which can change everything in it.
pub(super) fn text(provider: &str, template: Option<&Path>, fields: &Fields) -> Result<String, Error> {
    let mut text = format!("# What the provider needs.\n\n{provider}");
    if let Some(path) = template {
        let own = fs::read_to_string(path).map_err(Error::io("read `vagrantfile_template`"))?;
        let own = Late::literal(own).render(fields).map_err(Error::render("vagrantfile_template"))?;
        text.push_str("\n# From the template that built the box.\n\n");
        text.push_str(&own);
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    Ok(text)
}

//! A bound on the plans of one template: what all builds share is planned for each of them, so a file of a
//! few megabytes could ask for more plans than any memory holds.

use crate::diag::Diagnostic;
use crate::template::Components;
use crate::template::value::Object;

/// Builds of one run.
const BUILDS: usize = 10_000;

/// Provisioners and post-processors of all builds together, and the bytes of text they are written in.
const COMPONENTS: usize = 50_000;
const TEXT: usize = 128 << 20;

pub(super) fn check_builds(count: usize) -> Result<(), Diagnostic> {
    if count > BUILDS {
        return Err(too_much(&format!("{count} builds are selected, and at most {BUILDS} can be planned at a time")));
    }
    Ok(())
}

/// What the builds need so far.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    components: usize,
    text: usize,
}

impl Bounds {
    pub(super) fn add(&mut self, components: &Components) -> Result<(), Diagnostic> {
        let provisioners = components.provisioners.iter().map(|one| &one.config);
        let post_processors = components.post_processors.iter().flatten().map(|one| &one.config);
        provisioners.chain(post_processors).for_each(|config| self.add_one(config));
        if self.components > COMPONENTS || self.text > TEXT {
            return Err(too_much("the builds have too many provisioners and post-processors together"));
        }
        Ok(())
    }

    fn add_one(&mut self, config: &Object) {
        self.components += 1;
        self.text = self.text.saturating_add(config.span.range.len());
    }
}

fn too_much(message: &str) -> Diagnostic {
    Diagnostic::error(message).help("select some builds with -only, or cut the template into several")
}

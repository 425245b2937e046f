//! Builders, provisioners and post-processors as a JSON template writes them: shared by all builds, and
//! filtered for each.

use crate::source::{Span, Spanned};
use crate::template::value::Object;
use crate::template::{Components, LegacyOutline, PostProcessor, Provisioner};

/// A builder, its meta-keys taken out of `config`.
#[derive(Clone, Debug)]
pub(super) struct Builder {
    pub(super) kind: Spanned<String>,
    /// As written; `only`, `except` and `override` name this one.
    pub(super) raw_name: Spanned<String>,
    /// Rendered: the build's name.
    pub(super) name: String,
    pub(super) config: Object,
}

/// A provisioner for those builders that its filter admits.
#[derive(Clone, Debug)]
pub(super) struct SharedProvisioner {
    pub(super) provisioner: Provisioner,
    pub(super) filter: Filter,
    /// By raw builder name: what to lay over the options.
    pub(super) overrides: Vec<(String, Object)>,
}

#[derive(Clone, Debug)]
pub(super) struct SharedPostProcessor {
    pub(super) post_processor: PostProcessor,
    pub(super) filter: Filter,
}

/// `only` and `except`, by raw builder name. At most one of them is set.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) only: Vec<Spanned<String>>,
    pub(super) except: Vec<Spanned<String>>,
}

impl Filter {
    pub(super) fn admits(&self, raw_name: &str) -> bool {
        let names = |list: &[Spanned<String>]| list.iter().any(|name| name.value == raw_name);
        if self.only.is_empty() { !names(&self.except) } else { names(&self.only) }
    }
}

impl SharedProvisioner {
    fn of(&self, raw_name: &str) -> Option<Provisioner> {
        if !self.filter.admits(raw_name) {
            return None;
        }
        let mut provisioner = self.provisioner.clone();
        if let Some((_, over)) = self.overrides.iter().find(|(name, _)| name == raw_name) {
            provisioner.config = provisioner.config.overlaid(over);
        }
        Some(provisioner)
    }

    /// Where it begins in the source, for errors about all of it.
    pub(super) fn span(&self) -> &Span {
        &self.provisioner.kind.span
    }
}

/// What a JSON template consists of.
#[derive(Clone, Debug)]
pub(in crate::template) struct Content {
    /// Sorted by build name.
    pub(super) builders: Vec<Builder>,
    pub(super) provisioners: Vec<SharedProvisioner>,
    pub(super) error_cleanup_provisioner: Option<SharedProvisioner>,
    pub(super) post_processors: Vec<Vec<SharedPostProcessor>>,
}

impl Content {
    /// The parts of the build that the builder of this index makes.
    pub(in crate::template) fn components(&self, index: usize) -> Components {
        let builder = &self.builders[index];
        let raw_name = builder.raw_name.value.as_str();
        let cleanup = self.error_cleanup_provisioner.as_ref();
        Components {
            builder: builder.config.clone(),
            provisioners: self.provisioners.iter().filter_map(|shared| shared.of(raw_name)).collect(),
            error_cleanup_provisioner: cleanup.and_then(|shared| shared.of(raw_name)),
            post_processors: self.post_processors.iter().map(|steps| admitted(steps, raw_name)).collect(),
        }
    }

    pub(in crate::template) fn outline(&self) -> LegacyOutline {
        let pair = |builder: &Builder| (builder.raw_name.value.clone(), builder.kind.value.clone());
        let steps = self.post_processors.iter().flatten();
        LegacyOutline {
            builders: self.builders.iter().map(pair).collect(),
            provisioners: self.provisioners.iter().map(|shared| shared.provisioner.kind.value.clone()).collect(),
            post_processors: steps.map(|shared| shared.post_processor.name.clone()).collect(),
        }
    }
}

fn admitted(steps: &[SharedPostProcessor], raw_name: &str) -> Vec<PostProcessor> {
    let admitted = steps.iter().filter(|shared| shared.filter.admits(raw_name));
    admitted.map(|shared| shared.post_processor.clone()).collect()
}

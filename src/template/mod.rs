//! Templates: text in, `Template` out. Knows JSON (HCL2 later) and `{{ }}`; knows no machine.

pub mod fixers;
mod hcl;
pub mod interpolate;
pub mod json;
mod legacy;
pub(crate) mod load;
pub mod value;
pub mod variables;

use std::path::PathBuf;

use crate::source::{Span, Spanned};
use interpolate::{Facts, Scope};
use value::{Object, Value};
use variables::Variables;

/// The Packer version that templates see (`{{packer_version}}`) and that `min_packer_version` is held against.
pub const PACKER_VERSION: &str = "1.14.0";

/// A template as it was written, with its variables resolved and nothing else evaluated.
/// Both languages end here.
#[derive(Clone, Debug)]
pub struct Template {
    /// The path as typed.
    pub path: PathBuf,
    /// Its folder, absolute (`{{template_dir}}`).
    pub folder: PathBuf,
    /// Where the program was started (`{{pwd}}`).
    pub working_folder: PathBuf,
    /// When the program was started (`{{timestamp}}`).
    pub started: jiff::Timestamp,
    pub description: Option<String>,
    pub variables: Variables,
    /// Sorted by build name.
    pub builders: Vec<Builder>,
    pub provisioners: Vec<Provisioner>,
    pub error_cleanup_provisioner: Option<Provisioner>,
    /// Each is a sequence that starts from the builder's artifact.
    pub post_processors: Vec<Vec<PostProcessor>>,
}

impl Template {
    /// The scope of all its texts; `Scope::with_build` makes that of one build.
    pub fn scope(&self) -> Scope {
        let facts = Facts {
            started: self.started,
            working_folder: self.working_folder.clone(),
            template_folder: self.folder.clone(),
        };
        Scope::new(facts, self.variables.values())
    }
}

/// A builder, its meta-keys taken out of `config`.
#[derive(Clone, Debug)]
pub struct Builder {
    pub kind: Spanned<String>,
    /// As written; `only`, `except` and `override` name this one.
    pub raw_name: Spanned<String>,
    /// Rendered: the build's name.
    pub name: String,
    pub config: Object,
}

/// A provisioner, its meta-keys taken out of `config`.
#[derive(Clone, Debug)]
pub struct Provisioner {
    pub kind: Spanned<String>,
    pub filter: Filter,
    /// By raw builder name: what to lay over `config`.
    pub overrides: Vec<(String, Object)>,
    pub pause_before: Option<Value>,
    pub timeout: Option<Value>,
    pub max_retries: Option<Value>,
    pub config: Object,
}

/// A post-processor, its meta-keys taken out of `config`.
#[derive(Clone, Debug)]
pub struct PostProcessor {
    pub kind: Spanned<String>,
    pub name: String,
    pub filter: Filter,
    pub keep_input_artifact: Option<bool>,
    pub config: Object,
}

/// `only` and `except`, by raw builder name. At most one of them is set.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub only: Vec<Spanned<String>>,
    pub except: Vec<Spanned<String>>,
}

impl Filter {
    pub fn admits(&self, raw_name: &str) -> bool {
        let names = |list: &[Spanned<String>]| list.iter().any(|name| name.value == raw_name);
        if self.only.is_empty() { !names(&self.except) } else { names(&self.only) }
    }
}

/// Where a component begins in the source, for errors about all of it.
pub trait Located {
    fn span(&self) -> &Span;
}

impl Located for Builder {
    fn span(&self) -> &Span {
        &self.kind.span
    }
}
impl Located for Provisioner {
    fn span(&self) -> &Span {
        &self.kind.span
    }
}
impl Located for PostProcessor {
    fn span(&self) -> &Span {
        &self.kind.span
    }
}

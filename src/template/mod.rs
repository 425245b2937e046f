//! Templates: text in, `Template` out. Knows JSON, HCL2 and `{{ }}`; knows no machine.

pub mod fixers;
mod hcl;
pub mod interpolate;
pub mod json;
mod legacy;
mod letter_case;
pub(crate) mod load;
mod outline;
mod text;
pub mod upgrade;
pub mod value;
pub mod variables;
mod version;

use std::path::PathBuf;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{SourceFile, Span, Spanned};
use interpolate::{Facts, Scope};
pub use outline::{BlockOutline, ComponentOutline, HclOutline, LegacyOutline, Outline};
use value::Object;
use variables::Variables;

pub use hcl::format::format as format_hcl;

/// The Packer version that templates see (`{{packer_version}}`) and that `min_packer_version` is held against.
pub const PACKER_VERSION: &str = "1.14.0";

/// What a running build knows, for its provisioners and post-processors: `build.Host`, `{{ build `Host` }}`.
pub const BUILD_FACTS: &[&str] = &[
    "ID",
    "Host",
    "Port",
    "User",
    "Password",
    "ConnType",
    "PackerRunUUID",
    "PackerHTTPIP",
    "PackerHTTPPort",
    "PackerHTTPAddr",
    "SSHPublicKey",
    "SSHPrivateKey",
    "SSHPrivateKeyFile",
    "SSHAgentAuth",
    "WinRMPassword",
];

/// The two notations of templates. They differ in how names are matched and in how options are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Legacy JSON.
    Json,
    /// HCL2, in its own syntax or in JSON.
    Hcl,
}

/// A template as it was written, with its variables resolved. Both languages end here.
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
    /// What `required_plugins` names; nothing in JSON.
    pub plugins: Vec<RequiredPlugin>,
    pub variables: Variables,
    /// What can be selected by `-only` and `-except`, in the order it is run.
    pub builds: Vec<Build>,
    /// Which components each build has is worked out when it is asked for: most runs need a few of many builds.
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Legacy(legacy::Content),
    Hcl(hcl::Content),
}

/// A plugin that an HCL2 template names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredPlugin {
    pub name: String,
    /// `github.com/hashicorp/qemu`
    pub source: String,
    /// The constraint as written.
    pub version: String,
}

/// One build: a builder with what is done to its machine.
#[derive(Clone, Debug)]
pub struct Build {
    /// What the user sees and selects: the rendered `name` in JSON, `type.name` in HCL2.
    pub name: String,
    /// What components see as their build's name: `{{build_name}}`, `PACKER_BUILD_NAME`.
    pub source_name: String,
    /// The builder's type.
    pub kind: Spanned<String>,
    /// Which one of the template's builders it is.
    index: usize,
}

/// The parts of one build, filtered by `only` and `except`, with `override` laid over.
#[derive(Clone, Debug)]
pub struct Components {
    /// The builder's options.
    pub builder: Object,
    pub provisioners: Vec<Provisioner>,
    pub error_cleanup_provisioner: Option<Provisioner>,
    /// Each is a sequence that starts from the builder's artifact.
    pub post_processors: Vec<Vec<PostProcessor>>,
}

/// A provisioner with its options; `pause_before`, `timeout` and `max_retries` are among them.
#[derive(Clone, Debug)]
pub struct Provisioner {
    pub kind: Spanned<String>,
    pub config: Object,
}

/// A post-processor, its meta-keys taken out of `config`.
#[derive(Clone, Debug)]
pub struct PostProcessor {
    pub kind: Spanned<String>,
    pub name: String,
    pub keep_input_artifact: Option<bool>,
    pub config: Object,
}

impl Template {
    pub fn language(&self) -> Language {
        match &self.content {
            Content::Legacy(_) => Language::Json,
            Content::Hcl(_) => Language::Hcl,
        }
    }

    /// The scope of all its texts; `Scope::with_build` makes that of one build.
    pub fn scope(&self) -> Scope {
        let facts = Facts {
            started: self.started,
            working_folder: self.working_folder.clone(),
            template_folder: self.folder.clone(),
        };
        match self.language() {
            Language::Json => Scope::new(facts, self.variables.values()),
            Language::Hcl => Scope::of_hcl(facts),
        }
    }

    /// The parts of one of the template's builds. `None` when something is wrong with them.
    pub fn components(&self, build: &Build) -> (Option<Components>, Diagnostics) {
        match &self.content {
            Content::Legacy(content) => (Some(content.components(build.index)), Diagnostics::default()),
            Content::Hcl(content) => {
                let (mut components, mut diagnostics) = content.components(build.index);
                if let Some(components) = &mut components {
                    fixers::mend_components(&build.kind.value, components, &mut diagnostics);
                }
                (components, diagnostics)
            }
        }
    }

    /// What a text yields here: in JSON a text with `{{ }}` in it, in HCL2 an expression.
    pub fn evaluate(&self, source: &Arc<SourceFile>) -> Result<String, Diagnostic> {
        match &self.content {
            Content::Legacy(_) => self.scope().render(&source.text, &Span::new(source, 0..source.text.len())),
            Content::Hcl(content) => content.evaluate(source),
        }
    }

    /// Its parts by name, without evaluating any.
    pub fn outline(&self) -> Outline {
        match &self.content {
            Content::Legacy(content) => Outline::Legacy(content.outline()),
            Content::Hcl(content) => Outline::Hcl(content.outline()),
        }
    }
}

//! What the functions of a template can see at one place.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::diag::Diagnostic;
use crate::io::secrets::Secret;
use crate::source::Span;

use super::{Late, Site};

/// What is the same everywhere in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// When the program started: `{{timestamp}}`, `{{isotime}}`.
    pub started: jiff::Timestamp,
    /// `{{pwd}}`.
    pub working_folder: PathBuf,
    /// `{{template_dir}}`, absolute.
    pub template_folder: PathBuf,
}

/// Where a text stands: the facts of the run, the user variables, the build.
#[derive(Clone, Debug)]
pub struct Scope {
    facts: Arc<Facts>,
    variables: Arc<BTreeMap<String, Secret>>,
    build: Option<Build>,
}

#[derive(Clone, Debug)]
struct Build {
    name: String,
    kind: String,
}

impl Scope {
    pub fn new(facts: Facts, variables: BTreeMap<String, Secret>) -> Self {
        Self { facts: Arc::new(facts), variables: Arc::new(variables), build: None }
    }

    /// The scope of one build: `{{build_name}}` and `{{build_type}}` exist.
    #[must_use]
    pub fn with_build(&self, name: &str, kind: &str) -> Self {
        Self { build: Some(Build { name: name.to_owned(), kind: kind.to_owned() }), ..self.clone() }
    }

    /// Fills in a text that is complete at plan time: once, with `<no value>` for a dot-variable.
    pub fn render(&self, text: &str, _span: &Span) -> Result<String, Diagnostic> {
        Ok(text.to_owned())
    }

    /// Fills in everything known now, and keeps what depends on the site's dot-variables.
    pub fn late(&self, text: &str, _span: &Span, _site: Site<'_>) -> Result<Late, Diagnostic> {
        Ok(Late::literal(text))
    }

    /// Looks only at the syntax and at the names of functions.
    pub fn check(&self, _text: &str, _span: &Span) -> Result<(), Diagnostic> {
        Ok(())
    }
}

//! What the functions of a template can see at one place.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use uuid::Uuid;

use crate::diag::Diagnostic;
use crate::io::secrets::Secret;
use crate::source::Span;
use crate::template::value::Deferred;
use crate::template::{Language, PACKER_VERSION};

use super::fold::{fold, fold_once};
use super::growth::Growth;
use super::lexer::Dots;
use super::problem::Problem;
use super::value::Value;
use super::{Late, Site, functions, parser, time};

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
    language: Language,
    pub(super) facts: Arc<Facts>,
    variables: Arc<BTreeMap<String, Secret>>,
    /// Only the values of variables may look at the environment.
    environment: Option<Arc<BTreeMap<String, Secret>>>,
    build: Option<Build>,
    pub(super) growth: Growth,
}

#[derive(Clone, Debug)]
struct Build {
    name: String,
    kind: String,
}

impl Scope {
    pub fn new(facts: Facts, variables: BTreeMap<String, Secret>) -> Self {
        let (facts, variables) = (Arc::new(facts), Arc::new(variables));
        Self { language: Language::Json, facts, variables, environment: None, build: None, growth: Growth::default() }
    }

    /// The scope of texts in HCL2 templates: what HCL itself can express is not possible in `{{ }}` there.
    pub fn of_hcl(facts: Facts) -> Self {
        Self { language: Language::Hcl, ..Self::new(facts, BTreeMap::new()) }
    }

    /// The scope of one build: `{{build_name}}` and `{{build_type}}` exist.
    #[must_use]
    pub fn with_build(&self, name: &str, kind: &str) -> Self {
        Self { build: Some(Build { name: name.to_owned(), kind: kind.to_owned() }), ..self.clone() }
    }

    /// The scope of the variables' own values: `{{env}}` exists, and `{{user}}` of a name that has no
    /// value is a problem instead of an empty text.
    pub(in crate::template) fn of_variables(facts: Facts, environment: BTreeMap<String, Secret>) -> Self {
        Self { environment: Some(Arc::new(environment)), ..Self::new(facts, BTreeMap::new()) }
    }

    pub(in crate::template) fn define(&mut self, name: &str, value: Secret) {
        Arc::make_mut(&mut self.variables).insert(name.to_owned(), value);
    }

    pub(in crate::template) fn values(&self) -> &BTreeMap<String, Secret> {
        &self.variables
    }

    /// When the program started, in seconds since 1970.
    pub fn started_at(&self) -> i64 {
        self.facts.started.as_second()
    }

    /// Fills in a text that is complete at plan time: once, with `<no value>` for a dot-variable.
    pub fn render(&self, text: &str, span: &Span) -> Result<String, Diagnostic> {
        self.try_render(text, Dots::Parse).map_err(|problem| problem.diagnose(text, span))
    }

    pub(in crate::template) fn try_render(&self, text: &str, dots: Dots) -> Result<String, Problem> {
        if !text.contains("{{") {
            return Ok(text.to_owned());
        }
        fold_once(self, parser::parse(text, dots)?)
    }

    /// Fills in everything known now, and keeps what depends on the site's dot-variables.
    pub fn late(&self, text: &str, span: &Span, site: Site<'_>) -> Result<Late, Diagnostic> {
        if !text.contains("{{") {
            return Ok(Late::literal(text));
        }
        let tree = parser::parse(text, Dots::Parse).and_then(|tree| fold(self, site, tree));
        tree.map(|tree| Late::new(tree, text, site)).map_err(|problem| problem.diagnose(text, span))
    }

    /// What an expression over the running build yields, filled in when the build runs. The first `used` bytes
    /// of it are left out.
    pub fn deferred(&self, value: &Deferred, used: usize, site: Site<'_>) -> Late {
        Late::deferred(value.clone(), used, self, site)
    }

    /// Looks only at the syntax and at the names of functions.
    pub fn check(&self, text: &str, span: &Span) -> Result<(), Diagnostic> {
        parser::parse(text, Dots::Parse).map(drop).map_err(|problem| problem.diagnose(text, span))
    }

    /// Why a function that exists cannot be used in this language.
    pub(super) fn refusal(&self, name: &str, range: &Range<usize>) -> Option<Problem> {
        if self.language == Language::Json {
            return None;
        }
        let instead = match name {
            "user" => "write ${var.name} instead",
            "env" => "give a variable the default env(\"NAME\") and write ${var.name} instead",
            "build" => "write ${build.Name} instead",
            "template_dir" => "write ${path.root} instead",
            _ => return None,
        };
        Some(Problem::new(range, format!("HCL2 templates have no function `{name}` in {{{{ }}}}")).help(instead))
    }

    /// Calls one of the functions that `functions` lists as scoped, but for `build`.
    pub(super) fn call(&self, name: &str, arguments: &[Value], range: &Range<usize>) -> Result<Value, Problem> {
        let arity = match name {
            "user" | "env" | "strftime" | "consul_key" => 1..=1,
            "isotime" => 0..=1,
            "vault" | "aws_secretsmanager" | "aws_secretsmanager_raw" => 1..=2,
            _ => 0..=0,
        };
        functions::check_arity(name, &arity, arguments.len()).map_err(|message| Problem::new(range, message))?;
        let text = |index| {
            functions::string(arguments, index).map_err(|message| Problem::new(range, format!("`{name}`: {message}")))
        };
        match name {
            "user" => self.user(text(0)?, range),
            "env" => self.env(text(0)?, range),
            "timestamp" => Ok(Value::String(self.facts.started.as_second().to_string())),
            "isotime" if arguments.is_empty() => Ok(Value::String(time::rfc3339(self.facts.started))),
            "isotime" => Ok(Value::String(time::layout(self.facts.started, text(0)?))),
            "strftime" => Ok(Value::String(time::strftime(self.facts.started, text(0)?))),
            "uuid" => Ok(Value::String(self.uuid())),
            "build_name" => self.of_build(name, range, |build| &build.name),
            "build_type" => self.of_build(name, range, |build| &build.kind),
            "template_dir" => Ok(Value::String(self.facts.template_folder.display().to_string())),
            "pwd" => Ok(Value::String(self.facts.working_folder.display().to_string())),
            "packer_version" => Ok(Value::String(PACKER_VERSION.to_owned())),
            _ => Err(self.unsupported(name, range)),
        }
    }

    fn user(&self, name: &str, range: &Range<usize>) -> Result<Value, Problem> {
        match self.variables.get(name) {
            Some(value) => Ok(Value::String(value.reveal().to_owned())),
            None if self.environment.is_none() => Ok(Value::String(String::new())),
            None => {
                let problem = Problem::new(range, format!("variable `{name}` has no value"));
                Err(Problem { unresolved: Some(name.to_owned()), ..problem })
            }
        }
    }

    fn env(&self, name: &str, range: &Range<usize>) -> Result<Value, Problem> {
        match &self.environment {
            Some(environment) => {
                Ok(Value::String(environment.get(name).map_or_else(String::new, |value| value.reveal().to_owned())))
            }
            None => Err(Problem::new(range, "`env` is not allowed here").help(format!(
                "environment variables are read only under `variables`: give a variable the default \
                 {{{{env `{name}`}}}} and use it with `user`"
            ))),
        }
    }

    /// Begins with the time, as Packer's does; the rest is random.
    fn uuid(&self) -> String {
        let seconds = u32::try_from(self.facts.started.as_second()).unwrap_or_default();
        let mut bytes = Uuid::new_v4().into_bytes();
        bytes[..4].copy_from_slice(&seconds.to_be_bytes());
        Uuid::from_bytes(bytes).to_string()
    }

    fn of_build(&self, name: &str, range: &Range<usize>, get: fn(&Build) -> &String) -> Result<Value, Problem> {
        match &self.build {
            Some(build) => Ok(Value::String(get(build).clone())),
            None => Err(Problem::new(range, format!("`{name}` is known only inside of a build"))),
        }
    }

    fn unsupported(&self, name: &str, range: &Range<usize>) -> Problem {
        if self.environment.is_none() {
            return Problem::new(range, format!("`{name}` is not allowed here"))
                .help("secrets are read only under `variables`: use the function in a variable's default");
        }
        Problem::new(range, format!("this program does not ask {} for secrets", service(name)))
            .help("give the value with -var or -var-file, or read it from the environment with `env`")
    }
}

fn service(function: &str) -> &'static str {
    match function {
        "vault" => "Vault",
        "consul_key" => "Consul",
        _ => "AWS Secrets Manager",
    }
}

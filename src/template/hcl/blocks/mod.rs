//! The blocks of a configuration: what each declares, before anything that depends on values is evaluated.

mod build;
mod dynamic;
mod local;
mod packer;
mod parts;
mod source;
mod variable;

pub(super) use build::{BuildBlock, ComponentBlock, SourceUse};
pub(super) use dynamic::{Placed, expand};
pub(super) use local::LocalBlock;
pub(super) use source::SourceBlock;
pub(super) use variable::VariableBlock;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{Span, Spanned};
use crate::template::RequiredPlugin;

use super::syntax::{Block, Body, JsonBlock, JsonSchema};
use super::world::World;
use parts::has_labels;

const KINDS: [&str; 10] =
    ["packer", "variable", "variables", "locals", "local", "data", "source", "build", "hcp_packer_registry", "dynamic"];

/// What the files of a template declare that needs no values: everything else waits for these.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    pub(super) plugins: Vec<RequiredPlugin>,
    pub(super) variables: Vec<VariableBlock>,
    pub(super) locals: Vec<LocalBlock>,
    pub(super) data: Vec<SourceBlock>,
    /// Blocks that may come out of `dynamic`.
    pub(super) rest: Vec<Block>,
}

impl Declarations {
    /// Sorts the top-level blocks of all files.
    pub(super) fn read(bodies: Vec<Body>, diagnostics: &mut Diagnostics) -> Self {
        let mut declarations = Self::default();
        for body in bodies {
            for attribute in &body.attributes {
                let name = &attribute.name;
                let error = Diagnostic::error(format!("`{}` is not an argument of a template", name.value));
                diagnostics
                    .push(error.at(&name.span).help("a template consists of blocks, such as `source` and `build`"));
            }
            body.blocks.into_iter().for_each(|block| declarations.sort(block, diagnostics));
        }
        declarations.report_repeated(diagnostics);
        declarations
    }

    fn sort(&mut self, block: Block, diagnostics: &mut Diagnostics) {
        match block.kind.value.as_str() {
            "packer" | "variables" | "locals" if !has_labels(&block, &[], diagnostics) => {}
            "packer" => self.plugins.extend(packer::read(&block, diagnostics)),
            "variable" => self.variables.extend(variable::read(&block, diagnostics)),
            "variables" => self.variables.extend(variable::read_short(&block, diagnostics)),
            "locals" => self.locals.extend(local::read_all(&block, diagnostics)),
            "local" => self.locals.extend(local::read(&block, diagnostics)),
            "data" => self.data.extend(source::read(&block, diagnostics)),
            // Belongs to a service; without effect here.
            "hcp_packer_registry" | "communicator" => {}
            "dynamic" => self.rest.push(block),
            _ if is_well_formed(&block, diagnostics) => self.rest.push(block),
            _ => {}
        }
    }

    fn report_repeated(&self, diagnostics: &mut Diagnostics) {
        repeated("variable", self.variables.iter().map(|variable| variable.name.clone()), diagnostics);
        repeated("local value", self.locals.iter().map(|local| local.name.clone()), diagnostics);
        repeated("data source", self.data.iter().map(SourceBlock::address), diagnostics);
        repeated("source", self.rest.iter().filter_map(source::address), diagnostics);
    }
}

/// Whether a block is a source or a build as far as that shows without values.
fn is_well_formed(block: &Block, diagnostics: &mut Diagnostics) -> bool {
    match block.kind.value.as_str() {
        "source" => has_labels(block, &["type", "name"], diagnostics),
        "build" => build::is_well_formed(block, diagnostics),
        _ => {
            diagnostics.push(unknown_block(&block.kind));
            false
        }
    }
}

/// Sources and builds, with the values of the `dynamic` blocks they came out of.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    pub(super) sources: Vec<(SourceBlock, World)>,
    pub(super) builds: Vec<(BuildBlock, World)>,
}

impl Definitions {
    pub(super) fn read(blocks: &[Block], world: &World, diagnostics: &mut Diagnostics) -> Self {
        let mut definitions = Self::default();
        for Placed { block, world } in expand(blocks, world, diagnostics) {
            if !is_well_formed(&block, diagnostics) {
                continue;
            }
            if block.kind.value == "build" {
                let build = build::read(&block, &world, diagnostics);
                definitions.builds.push((build, world));
            } else {
                definitions.sources.extend(source::read(&block, diagnostics).map(|source| (source, world)));
            }
        }
        repeated("source", definitions.sources.iter().map(|(source, _)| source.address()), diagnostics);
        definitions
    }
}

fn unknown_block(kind: &Spanned<String>) -> Diagnostic {
    let error = Diagnostic::error(format!("a template has no block `{}`", kind.value));
    let error = error.at(&kind.span).suggest(&kind.value, KINDS);
    if error.help.is_some() { error } else { error.help(format!("its blocks are {}", KINDS.join(", "))) }
}

/// Names that are declared twice; both places are told.
fn repeated(what: &str, names: impl Iterator<Item = Spanned<String>>, diagnostics: &mut Diagnostics) {
    let mut seen = std::collections::BTreeMap::<String, Span>::new();
    for Spanned { value: name, span } in names {
        if let Some(first) = seen.get(&name) {
            let error = Diagnostic::error(format!("{what} `{name}` is declared twice"));
            diagnostics.push(error.at_with(&span, "declared again").related(first, "the first one"));
        } else {
            seen.insert(name, span);
        }
    }
}

/// Names of variables, sources and the like.
fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|character| character.is_alphanumeric() || character == '_' || character == '-')
}

/// What is a block, and with how many labels, where a template is written in JSON.
pub(super) static JSON_SCHEMA: JsonSchema = JsonSchema {
    blocks: &[
        JsonBlock { kind: "packer", labels: 0, body: &PACKER },
        JsonBlock { kind: "variable", labels: 1, body: &VARIABLE },
        JsonBlock { kind: "variables", labels: 0, body: &JsonSchema::ATTRIBUTES },
        JsonBlock { kind: "locals", labels: 0, body: &JsonSchema::ATTRIBUTES },
        JsonBlock { kind: "local", labels: 1, body: &JsonSchema::ATTRIBUTES },
        JsonBlock { kind: "data", labels: 2, body: &JsonSchema::ATTRIBUTES },
        JsonBlock { kind: "source", labels: 2, body: &JsonSchema::ATTRIBUTES },
        JsonBlock { kind: "build", labels: 0, body: &BUILD },
        JsonBlock { kind: "hcp_packer_registry", labels: 0, body: &JsonSchema::ATTRIBUTES },
        JsonBlock { kind: "dynamic", labels: 1, body: &DYNAMIC },
    ],
};

static PACKER: JsonSchema =
    with_one(&[JsonBlock { kind: "required_plugins", labels: 0, body: &JsonSchema::ATTRIBUTES }]);

static VARIABLE: JsonSchema = with_one(&[JsonBlock { kind: "validation", labels: 0, body: &JsonSchema::ATTRIBUTES }]);

static STEPS: JsonSchema = JsonSchema {
    blocks: &[
        JsonBlock { kind: "post-processor", labels: 1, body: &JsonSchema::ATTRIBUTES },
        JsonBlock { kind: "dynamic", labels: 1, body: &DYNAMIC },
    ],
};

/// The content is that of any block; `post-processors` is the one that has blocks of its own.
static DYNAMIC: JsonSchema = with_one(&[JsonBlock { kind: "content", labels: 0, body: &STEPS }]);

static BUILD: JsonSchema = JsonSchema {
    blocks: &[
        JsonBlock { kind: "source", labels: 1, body: &JsonSchema::ATTRIBUTES },
        JsonBlock { kind: "provisioner", labels: 1, body: &JsonSchema::ATTRIBUTES },
        JsonBlock { kind: "error-cleanup-provisioner", labels: 1, body: &JsonSchema::ATTRIBUTES },
        JsonBlock { kind: "post-processor", labels: 1, body: &JsonSchema::ATTRIBUTES },
        JsonBlock { kind: "post-processors", labels: 0, body: &STEPS },
        JsonBlock { kind: "hcp_packer_registry", labels: 0, body: &JsonSchema::ATTRIBUTES },
        JsonBlock { kind: "dynamic", labels: 1, body: &DYNAMIC },
    ],
};

const fn with_one(blocks: &'static [JsonBlock]) -> JsonSchema {
    JsonSchema { blocks }
}

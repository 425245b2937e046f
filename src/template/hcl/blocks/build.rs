//! `build`: which sources are built, and what is done to their machines.

use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{Span, Spanned};
use crate::template::hcl::syntax::{Attribute, Block, Body, Expression};
use crate::template::hcl::value::Value;
use crate::template::hcl::world::World;
use crate::template::{BlockOutline, ComponentOutline};

use super::dynamic::{Placed, expand};
use super::parts::{Parts, has_labels, labels};

#[derive(Debug)]
pub(in crate::template::hcl) struct BuildBlock {
    pub(in crate::template::hcl) name: Option<String>,
    pub(in crate::template::hcl) description: Option<String>,
    pub(in crate::template::hcl) sources: Vec<SourceUse>,
    pub(in crate::template::hcl) provisioners: Vec<ComponentBlock>,
    pub(in crate::template::hcl) error_cleanup_provisioner: Option<ComponentBlock>,
    pub(in crate::template::hcl) post_processors: Vec<Vec<ComponentBlock>>,
}

impl BuildBlock {
    pub(in crate::template::hcl) fn outline(&self) -> BlockOutline {
        let outlines = |blocks: &[ComponentBlock]| blocks.iter().map(ComponentBlock::outline).collect();
        BlockOutline {
            name: self.name.clone(),
            description: self.description.clone(),
            sources: self.sources.iter().map(|source| source.address.value.clone()).collect(),
            provisioners: outlines(&self.provisioners),
            post_processors: self.post_processors.iter().map(|steps| outlines(steps)).collect(),
        }
    }
}

/// A reference to a source, with what is added to it.
#[derive(Debug)]
pub(in crate::template::hcl) struct SourceUse {
    /// `type.name`
    pub(in crate::template::hcl) address: Spanned<String>,
    /// Another name for this build of it.
    pub(in crate::template::hcl) name: Option<String>,
    /// Arguments beside those of the source.
    pub(in crate::template::hcl) additions: Option<(Body, World)>,
}

/// A provisioner or a post-processor.
#[derive(Debug)]
pub(in crate::template::hcl) struct ComponentBlock {
    pub(in crate::template::hcl) kind: Spanned<String>,
    pub(in crate::template::hcl) body: Body,
    pub(in crate::template::hcl) world: World,
}

impl ComponentBlock {
    /// A name that only a build knows is none here.
    fn outline(&self) -> ComponentOutline {
        let written = self.body.attribute("name");
        let name = written.and_then(|written| text(&written.value, &self.world).ok().flatten());
        ComponentOutline { kind: self.kind.value.clone(), name: name.filter(|name| !name.is_empty()) }
    }
}

/// The blocks of a `build` block and what their labels mean.
const BLOCKS: [(&str, &[&str]); 7] = [
    ("source", &["type.name"]),
    ("provisioner", &["type"]),
    ("error-cleanup-provisioner", &["type"]),
    ("post-processor", &["type"]),
    ("post-processors", &[]),
    ("hcp_packer_registry", &[]),
    ("dynamic", &["kind"]),
];

/// Whether it has the arguments and blocks that a `build` block can have. That needs no values.
pub(super) fn is_well_formed(block: &Block, diagnostics: &mut Diagnostics) -> bool {
    let mut found = Diagnostics::default();
    has_labels(block, &[], &mut found);
    let mut parts = Parts::new(&block.body);
    for name in ["name", "description", "sources"] {
        parts.attribute(name);
    }
    for (kind, names) in BLOCKS {
        parts.blocks(kind).for_each(|inner| {
            has_labels(inner, names, &mut found);
        });
    }
    parts.finish("a `build` block", &mut found);
    let is_well_formed = !found.has_errors();
    diagnostics.extend(found);
    is_well_formed
}

/// One that is well-formed, with what its expressions yield.
pub(super) fn read(block: &Block, world: &World, diagnostics: &mut Diagnostics) -> BuildBlock {
    let mut known = |name: &str| {
        let written = block.body.attribute(name)?;
        diagnostics.take(text(&written.value, world)).flatten()
    };
    let (name, description) = (known("name"), known("description"));
    let listed = block.body.attribute("sources");
    let mut build = BuildBlock {
        name: name.filter(|name| !name.is_empty()),
        description,
        sources: listed.map(|listed| listed_sources(listed, world, diagnostics)).unwrap_or_default(),
        provisioners: Vec::new(),
        error_cleanup_provisioner: None,
        post_processors: Vec::new(),
    };
    for placed in expand(&block.body.blocks, world, diagnostics) {
        build.add(placed, diagnostics);
    }
    if build.sources.is_empty() && !diagnostics.has_errors() {
        let error = Diagnostic::error("a `build` block needs a source").at(&block.span);
        diagnostics.push(error.help("name sources of the template: sources = [\"qemu.example\"]"));
    }
    build
}

impl BuildBlock {
    fn add(&mut self, placed: Placed, diagnostics: &mut Diagnostics) {
        let Placed { block, world } = placed;
        match block.kind.value.as_str() {
            "source" => self.sources.extend(source(&block, world, diagnostics)),
            "provisioner" => self.provisioners.extend(component(&block, world, diagnostics)),
            "error-cleanup-provisioner" => {
                let one = component(&block, world, diagnostics);
                if self.error_cleanup_provisioner.is_some() {
                    let error = Diagnostic::error("a build has at most one `error-cleanup-provisioner`");
                    diagnostics.push(error.at(&block.span));
                }
                self.error_cleanup_provisioner = one;
            }
            "post-processor" => self.post_processors.extend(component(&block, world, diagnostics).map(|one| vec![one])),
            "post-processors" => self.post_processors.push(steps(&block, &world, diagnostics)),
            "hcp_packer_registry" => {}
            kind => {
                let error = Diagnostic::error(format!("a `build` block has no block `{kind}`")).at(&block.kind.span);
                diagnostics.push(error.suggest(kind, BLOCKS.map(|(name, _)| name)));
            }
        }
    }
}

fn component(block: &Block, world: World, diagnostics: &mut Diagnostics) -> Option<ComponentBlock> {
    let [kind] = labels(block, ["type"], diagnostics)?;
    Some(ComponentBlock { kind: kind.clone(), body: block.body.clone(), world })
}

/// `post-processors { .. }`: one sequence.
fn steps(block: &Block, world: &World, diagnostics: &mut Diagnostics) -> Vec<ComponentBlock> {
    if labels(block, [], diagnostics).is_none() {
        return Vec::new();
    }
    let mut parts = Parts::new(&block.body);
    for kind in ["post-processor", "dynamic"] {
        drop(parts.blocks(kind));
    }
    parts.finish("a `post-processors` block", diagnostics);
    let placed = expand(&block.body.blocks, world, diagnostics).into_iter();
    placed.filter_map(|Placed { block, world }| component(&block, world, diagnostics)).collect()
}

fn listed_sources(listed: &Attribute, world: &World, diagnostics: &mut Diagnostics) -> Vec<SourceUse> {
    let value = match diagnostics.take(world.evaluate(&listed.value)) {
        Some(Value::List(items) | Value::Set(items)) => items,
        Some(Value::Null | Value::Unknown) | None => return Vec::new(),
        Some(other) => {
            let error = format!("`sources` must be a list of strings, not {}", other.describe());
            diagnostics.push(Diagnostic::error(error).at(&listed.value.span));
            return Vec::new();
        }
    };
    let mut sources = Vec::with_capacity(value.len());
    for (index, item) in value.iter().enumerate() {
        let span = listed.value.element(index).map_or(&listed.value.span, |item| &item.span).clone();
        let text = item.to_text().map_err(|reason| Diagnostic::error(format!("`sources`: {reason}")).at(&span));
        let address = text.and_then(|text| address(&text, &span));
        let address = diagnostics.take(address);
        sources.extend(address.map(|address| SourceUse { address, name: None, additions: None }));
    }
    sources
}

/// `source "type.name" { name = .. }`
fn source(block: &Block, world: World, diagnostics: &mut Diagnostics) -> Option<SourceUse> {
    let [reference] = labels(block, ["type.name"], diagnostics)?;
    let address = diagnostics.take(address(&reference.value, &reference.span))?;
    let mut body = block.body.clone();
    let name = body.attributes.iter().position(|attribute| attribute.name.value == "name");
    let name: Option<Arc<Expression>> = name.map(|at| body.attributes.remove(at).value);
    let name = name.and_then(|written| diagnostics.take(text(&written, &world))).flatten();
    Some(SourceUse { address, name, additions: Some((body, world)) })
}

/// `type.name`, or `source.type.name`
fn address(reference: &str, span: &Span) -> Result<Spanned<String>, Diagnostic> {
    let plain = reference.strip_prefix("source.").unwrap_or(reference);
    match plain.split('.').collect::<Vec<_>>().as_slice() {
        [kind, name] if !kind.is_empty() && !name.is_empty() => Ok(Spanned::new(plain.to_owned(), span.clone())),
        _ => Err(Diagnostic::error(format!("`{reference}` is not a reference to a source"))
            .at(span)
            .help("write it as \"type.name\", such as \"qemu.example\"")),
    }
}

/// A text that is known now; null and what is not known yet count as absent.
fn text(written: &Expression, world: &World) -> Result<Option<String>, Diagnostic> {
    match world.evaluate(written)? {
        Value::Null | Value::Unknown => Ok(None),
        value => value.to_text().map(Some).map_err(|reason| Diagnostic::error(reason).at(&written.span)),
    }
}

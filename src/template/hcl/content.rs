//! A loaded configuration: its builds, and what each consists of.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{SourceFile, Spanned};
use crate::template::value::{Kind, Object};
use crate::template::{BUILD_FACTS, Build, Components, HclOutline, PostProcessor, Provisioner};

use super::blocks::{BuildBlock, ComponentBlock, Definitions, SourceBlock, SourceUse};
use super::component;
use super::filter::{self, Names};
use super::syntax::parse_expression;
use super::value::Value;
use super::world::World;

/// What an HCL2 template consists of, with everything evaluated that does not depend on one build.
#[derive(Clone, Debug)]
pub(in crate::template) struct Content {
    definitions: Arc<Definitions>,
    /// The numbers of the sources.
    addresses: Arc<BTreeMap<String, usize>>,
    /// The builds: which block, and which of its sources.
    uses: Arc<Vec<(usize, usize)>>,
    /// Names and what they show; `None` is sensitive.
    locals: Arc<[(String, Option<String>)]>,
    /// With variables, local values and data.
    world: World,
}

impl Content {
    /// The configuration with its builds in the order of writing.
    pub(super) fn new(
        definitions: Definitions,
        locals: Vec<(String, Option<String>)>,
        world: World,
        diagnostics: &mut Diagnostics,
    ) -> (Self, Vec<Build>) {
        let addresses = definitions.sources.iter().enumerate();
        let addresses = addresses.rev().map(|(index, (source, _))| (source.address().value, index)).collect();
        let (definitions, addresses) = (Arc::new(definitions), Arc::new(addresses));
        let mut content = Self { definitions, addresses, uses: Arc::default(), locals: locals.into(), world };
        let (mut uses, mut builds) = (Vec::new(), Vec::new());
        for (block, (build, _)) in content.definitions.builds.iter().enumerate() {
            for (place, source_use) in build.sources.iter().enumerate() {
                match content.source(source_use) {
                    Some((source, _)) => {
                        builds.push(Self::build(build, source_use, source, builds.len()));
                        uses.push((block, place));
                    }
                    None => diagnostics.push(content.unknown_source(source_use)),
                }
            }
        }
        content.uses = Arc::new(uses);
        (content, builds)
    }

    fn build(build: &BuildBlock, source_use: &SourceUse, source: &SourceBlock, index: usize) -> Build {
        let names = Names::new(source, source_use);
        let name = match &build.name {
            Some(prefix) => format!("{prefix}.{}", names.full),
            None => names.full,
        };
        Build { name, source_name: source.name.value.clone(), kind: source.kind.clone(), index }
    }

    fn source(&self, source_use: &SourceUse) -> Option<&(SourceBlock, World)> {
        self.addresses.get(&source_use.address.value).map(|index| &self.definitions.sources[*index])
    }

    fn unknown_source(&self, source_use: &SourceUse) -> Diagnostic {
        let known: Vec<String> = self.definitions.sources.iter().map(|(source, _)| source.address().value).collect();
        let Spanned { value: address, span } = &source_use.address;
        let error = Diagnostic::error(format!("there is no source `{address}`")).at(span);
        let error = error.suggest(address, known.iter().map(String::as_str));
        match (&error.help, known.is_empty()) {
            (None, false) => error.help(format!("the sources are: {}", known.join(", "))),
            (None, true) => error.help("the template declares no source"),
            _ => error,
        }
    }

    /// The parts of one build, evaluated for it.
    pub(in crate::template) fn components(&self, index: usize) -> (Option<Components>, Diagnostics) {
        let mut diagnostics = Diagnostics::default();
        let (block, place) = self.uses[index];
        let (build, _) = &self.definitions.builds[block];
        let source_use = &build.sources[place];
        let Some((source, source_scope)) = self.source(source_use) else { return (None, diagnostics) };
        let names = Names::new(source, source_use);
        let of_build = OfBuild { names: &names, build: Arc::from(build.name.as_deref().unwrap_or_default()) };
        let builder = builder(source, source_scope, source_use, &names, &mut diagnostics);
        let cleanup = build.error_cleanup_provisioner.as_ref();
        let components = Components {
            builder,
            provisioners: build
                .provisioners
                .iter()
                .filter_map(|block| of_build.provisioner(block, &mut diagnostics))
                .collect(),
            error_cleanup_provisioner: cleanup.and_then(|block| of_build.provisioner(block, &mut diagnostics)),
            post_processors: build
                .post_processors
                .iter()
                .map(|steps| steps.iter().filter_map(|step| of_build.post_processor(step, &mut diagnostics)).collect())
                .collect(),
        };
        (Some(components).filter(|_| !diagnostics.has_errors()), diagnostics)
    }

    pub(in crate::template) fn outline(&self) -> HclOutline {
        HclOutline {
            locals: self.locals.to_vec(),
            builds: self.definitions.builds.iter().map(|(build, _)| build.outline()).collect(),
        }
    }

    /// What an expression yields that somebody asks about.
    pub(in crate::template) fn evaluate(&self, source: &Arc<SourceFile>) -> Result<String, Diagnostic> {
        let expression = parse_expression(source)?;
        self.world.evaluate(&expression).map(|value| value.to_string())
    }
}

/// The options of the source, and those that the build adds to it.
fn builder(
    source: &SourceBlock,
    world: &World,
    source_use: &SourceUse,
    names: &Names,
    diagnostics: &mut Diagnostics,
) -> Object {
    let mut object = component::object(&source.body, &names.world(world), None, diagnostics);
    let Some((body, world)) = &source_use.additions else { return object };
    let additions = component::object(body, &names.world(world), None, diagnostics);
    for (key, value) in additions.entries {
        if object.entries.iter().any(|(known, _)| known.value == key.value) {
            let error = Diagnostic::error(format!("`{}` is set in the source already", key.value)).at(&key.span);
            diagnostics.push(error.help("a build adds arguments to a source; it cannot change one"));
        } else {
            object.entries.push((key, value));
        }
    }
    object
}

/// Builders that tell nothing beyond what every build knows.
const PLAIN_BUILDERS: [&str; 6] = ["null", "file", "qemu", "virtualbox-iso", "virtualbox-ovf", "virtualbox-vm"];

/// The object `build`, before the build runs.
fn facts_of(builder: &str, name: &str) -> Value {
    if !PLAIN_BUILDERS.contains(&builder) {
        return Value::Unknown;
    }
    let facts = BUILD_FACTS.iter().map(|fact| ((*fact).to_owned(), Value::Unknown));
    Value::map(facts.chain([("name".to_owned(), Value::string(name))]).collect())
}

/// What the components of one build see.
struct OfBuild<'a> {
    names: &'a Names,
    build: Arc<str>,
}

impl OfBuild<'_> {
    fn world(&self, block: &ComponentBlock) -> World {
        let facts = facts_of(&self.names.kind, &self.build);
        self.names.world(&block.world).with_outer("build", facts)
    }

    fn provisioner(&self, block: &ComponentBlock, diagnostics: &mut Diagnostics) -> Option<Provisioner> {
        let world = self.world(block);
        let mut body = block.body.clone();
        if !filter::admits(&mut body, &world, self.names, diagnostics) {
            return None;
        }
        filter::take(&mut body, "name");
        let over = filter::take(&mut body, "override");
        let mut config = component::object(&body, &world, Some(&self.build), diagnostics);
        if let Some(over) = over {
            let mut alone = body.clone();
            alone.blocks.clear();
            alone.attributes = vec![over];
            let over = component::object(&alone, &world, Some(&self.build), diagnostics);
            config = overridden(config, &over, self.names, diagnostics);
        }
        Some(Provisioner { kind: block.kind.clone(), config })
    }

    fn post_processor(&self, block: &ComponentBlock, diagnostics: &mut Diagnostics) -> Option<PostProcessor> {
        let world = self.world(block);
        let mut body = block.body.clone();
        if !filter::admits(&mut body, &world, self.names, diagnostics) {
            return None;
        }
        let mut meta = |name: &str| {
            let written = filter::take(&mut body, name)?.value;
            let value = diagnostics.take(world.evaluate(&written))?;
            Some((written.span.clone(), value)).filter(|(_, value)| !matches!(value, Value::Null | Value::Unknown))
        };
        let (name, keep) = (meta("name"), meta("keep_input_artifact"));
        let text = |(_, value): (_, Value)| value.to_text().ok();
        let keep = keep.and_then(|(span, value)| {
            let flag = value.to_bool().map_err(|reason| Diagnostic::error(reason).at(&span));
            diagnostics.take(flag)
        });
        Some(PostProcessor {
            name: name.and_then(text).unwrap_or_else(|| block.kind.value.clone()),
            keep_input_artifact: keep,
            config: component::object(&body, &world, Some(&self.build), diagnostics),
            kind: block.kind.clone(),
        })
    }
}

/// `override = { name = { .. } }`, by the name of the source.
fn overridden(config: Object, over: &Object, names: &Names, diagnostics: &mut Diagnostics) -> Object {
    let Some((_, over)) = over.entries.first() else { return config };
    let Kind::Map(by_name) = &over.kind else {
        if !matches!(over.kind, Kind::Null | Kind::Unknown) {
            let error = format!("`override` must be a map of maps, not {}", over.kind.describe());
            diagnostics.push(Diagnostic::error(error).at(&over.span));
        }
        return config;
    };
    let exact: BTreeMap<&str, _> = by_name.entries.iter().map(|(key, value)| (key.value.as_str(), value)).collect();
    match exact.get(names.local.as_str()) {
        Some(value) => {
            if let Kind::Map(own) = &value.kind {
                config.overlaid(own)
            } else {
                let error = format!("`override` for `{}` must be a map, not {}", names.local, value.kind.describe());
                diagnostics.push(Diagnostic::error(error).at(&value.span));
                config
            }
        }
        None => config,
    }
}

//! Sources, and the one build that uses them all.

use crate::diag::{Diagnostic, Diagnostics};
use crate::template::Template;
use crate::template::fixers::Role;
use crate::template::value::{Kind, Object, Value};

use super::layout::{self, Block, Body};
use super::names::{BuildName, Names, Taken, is_identifier};
use super::text::{Place, expression, parts, quoted};
use super::{Writer, map, maps, string, text_of};

/// A builder with the name it gets.
#[derive(Debug)]
pub(super) struct Source<'a> {
    options: &'a Object,
    name: BuildName,
}

/// Names all builders, in the order in which JSON builds them: by their rendered names. What a name is now is the
/// label; the build takes the name as it is written.
pub(super) fn name_sources<'a>(
    root: &'a Object,
    template: &Template,
    names: &mut Names,
    diagnostics: &mut Diagnostics,
) -> Vec<Source<'a>> {
    let scope = template.scope();
    let rendered = |name: &str, object: &Object| scope.render(name, &object.span).unwrap_or_else(|_| name.to_owned());
    let named = |object: &'a Object| Some((rendered(old_name(object)?, object), object));
    let mut builders: Vec<_> = maps(root, "builders").into_iter().filter_map(named).collect();
    builders.sort_by(|(left, _), (right, _)| left.cmp(right));
    let mut taken = Taken::default();
    let mut sources = Vec::new();
    for (rendered, options) in builders {
        let (Some(kind), Some(old)) = (text_of(options, "type"), old_name(options)) else { continue };
        let label = taken.unique(&rendered);
        let renamed = (label != old).then(|| expression(&parts(old, Place::Option, names)));
        if label != rendered {
            let warning = Diagnostic::warning(format!("the source of builder `{rendered}` is called `{label}`"));
            let help = "what takes its name from the builder, such as `output_directory`, is called so too";
            diagnostics.push(warning.at(&options.span).help(help));
        }
        let name = BuildName { kind: kind.to_owned(), label, renamed };
        names.add_build(old, name.clone());
        sources.push(Source { options, name });
    }
    sources
}

fn old_name(builder: &Object) -> Option<&str> {
    text_of(builder, "name").filter(|name| !name.is_empty()).or_else(|| text_of(builder, "type"))
}

impl BuildName {
    /// `type.name`, by which `only` and `except` call it.
    fn address(&self) -> String {
        match &self.renamed {
            None => quoted(&format!("{}.{}", self.kind, self.label)),
            Some(renamed) => match renamed.strip_prefix('"') {
                Some(rest) => format!("\"{}.{rest}", self.kind),
                None => format!("\"{}.${{{renamed}}}\"", self.kind),
            },
        }
    }

    /// The name alone, by which `override` calls it.
    fn key(&self) -> String {
        match &self.renamed {
            None if is_identifier(&self.label) => self.label.clone(),
            None => quoted(&self.label),
            Some(renamed) if renamed.starts_with('"') => renamed.clone(),
            Some(renamed) => format!("({renamed})"),
        }
    }
}

/// Keys that the build looks at, whatever the component.
const FILTER: [&str; 2] = ["only", "except"];

impl Writer<'_> {
    pub(super) fn sources(&self, sources: &[Source<'_>], body: &mut Body) {
        if !sources.is_empty() {
            self.annotate(body, "Each builder is a source.");
        }
        for Source { options, name } in sources {
            let mut block = Block::new("source", &[&name.kind, &name.label]);
            self.options(Role::Builder, &name.kind, options, &["type", "name"], &mut block.body);
            body.block(block);
        }
    }

    pub(super) fn build(&self, root: &Object, sources: &[Source<'_>], body: &mut Body) {
        self.annotate(body, "The build makes a machine of each source, and does this to all of them.");
        let mut build = Block::new("build", &[]);
        if let Some(description) = text_of(root, "description") {
            build.body.attribute("description", quoted(description));
        }
        use_sources(sources, &mut build.body);
        for provisioner in maps(root, "provisioners") {
            self.provisioner("provisioner", provisioner, &mut build.body);
        }
        if let Some(provisioner) = root.get("error-cleanup-provisioner").and_then(|value| map(&value.kind)) {
            self.provisioner("error-cleanup-provisioner", provisioner, &mut build.body);
        }
        if let Some(Kind::List(sequences)) = root.get("post-processors").map(|value| &value.kind) {
            for sequence in sequences {
                self.sequence(sequence, &mut build.body);
            }
        }
        body.block(build);
    }

    fn provisioner(&self, block: &'static str, options: &Object, body: &mut Body) {
        let kind = text_of(options, "type").unwrap_or_default();
        let mut block = Block::new(block, &[kind]);
        self.filter(options, &mut block.body);
        self.options(Role::Provisioner, kind, options, &["type", "override", FILTER[0], FILTER[1]], &mut block.body);
        if let Some(overrides) = options.get("override").and_then(|value| map(&value.kind)) {
            block.body.attribute("override", self.overrides(kind, overrides));
        }
        body.block(block);
    }

    fn sequence(&self, value: &Value, body: &mut Body) {
        let Kind::List(steps) = &value.kind else { return self.post_processor(value, body) };
        let mut block = Block::new("post-processors", &[]);
        for step in steps {
            self.post_processor(step, &mut block.body);
        }
        if !steps.is_empty() {
            body.block(block);
        }
    }

    fn post_processor(&self, value: &Value, body: &mut Body) {
        if let Some(kind) = string(&value.kind) {
            return body.block(Block::new("post-processor", &[kind]));
        }
        let Some(options) = map(&value.kind) else { return };
        let kind = text_of(options, "type").unwrap_or_default();
        let mut block = Block::new("post-processor", &[kind]);
        self.filter(options, &mut block.body);
        let except = ["type", "override", FILTER[0], FILTER[1]];
        self.options(Role::PostProcessor, kind, options, &except, &mut block.body);
        // Not by builder but by provider, which no name changes.
        if let Some(overrides) = options.get("override") {
            block.body.attribute("override", self.value(overrides));
        }
        body.block(block);
    }

    fn filter(&self, options: &Object, body: &mut Body) {
        for key in FILTER {
            let names: Vec<_> = match options.get(key).map(|value| &value.kind) {
                Some(Kind::List(names)) => names.iter().filter_map(|name| string(&name.kind)).collect(),
                Some(Kind::String(name)) => vec![name.as_str()],
                _ => continue,
            };
            let address = |name: &str| self.names.build(name).map_or_else(|| quoted(name), BuildName::address);
            body.attribute(key, layout::list(&names.into_iter().map(address).collect::<Vec<_>>()));
        }
    }

    fn overrides(&self, kind: &str, overrides: &Object) -> String {
        let entry = |(name, options): (&str, &Object)| {
            let key = self.names.build(name).map_or_else(|| quoted(name), BuildName::key);
            (key, self.options_map(Role::Provisioner, kind, options))
        };
        let maps = overrides.entries.iter().filter_map(|(name, value)| Some((name.value.as_str(), map(&value.kind)?)));
        layout::entries(&maps.map(entry).collect::<Vec<_>>())
    }
}

/// As a list, unless a build has another name than its source.
fn use_sources(sources: &[Source<'_>], body: &mut Body) {
    let address = |source: &Source<'_>| format!("source.{}.{}", source.name.kind, source.name.label);
    if sources.iter().all(|source| source.name.renamed.is_none()) {
        let addresses: Vec<_> = sources.iter().map(|source| quoted(&address(source))).collect();
        return body.attribute("sources", layout::list(&addresses));
    }
    for source in sources {
        let mut block = Block::new("source", &[&address(source)]);
        if let Some(name) = &source.name.renamed {
            block.body.attribute("name", name.clone());
        }
        body.block(block);
    }
}

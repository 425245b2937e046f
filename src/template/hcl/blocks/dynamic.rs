//! `dynamic "kind"`: blocks made from the elements of a collection.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Spanned;
use crate::template::hcl::syntax::{Block, Expression, ExpressionKind};
use crate::template::hcl::value::Value;
use crate::template::hcl::world::World;

use super::is_identifier;
use super::parts::{Parts, labels};

/// A block, and the values that its expressions see.
#[derive(Clone, Debug)]
pub(in crate::template::hcl) struct Placed {
    pub(in crate::template::hcl) block: Block,
    pub(in crate::template::hcl) world: World,
}

/// All blocks, with those that `dynamic` makes in its place.
pub(in crate::template::hcl) fn expand(blocks: &[Block], world: &World, diagnostics: &mut Diagnostics) -> Vec<Placed> {
    let mut placed = Vec::with_capacity(blocks.len());
    for block in blocks {
        if block.kind.value == "dynamic" {
            if let Some(recipe) = Recipe::read(block, diagnostics) {
                let made = recipe.run(world);
                placed.extend(diagnostics.take(made).unwrap_or_default());
            }
        } else {
            placed.push(Placed { block: block.clone(), world: world.clone() });
        }
    }
    placed
}

/// A `dynamic` block, taken apart.
struct Recipe<'a> {
    kind: &'a Spanned<String>,
    for_each: &'a Expression,
    iterator: String,
    labels: Option<&'a Expression>,
    content: &'a Block,
}

impl<'a> Recipe<'a> {
    fn read(block: &'a Block, diagnostics: &mut Diagnostics) -> Option<Self> {
        let [kind] = labels(block, ["kind"], diagnostics)?;
        let mut parts = Parts::new(&block.body);
        let for_each = parts.value("for_each");
        let iterator = parts.value("iterator").and_then(|written| diagnostics.take(name_of(written)));
        let labels = parts.value("labels");
        let content = parts.blocks("content").next();
        parts.finish("a `dynamic` block", diagnostics);
        let (Some(for_each), Some(content)) = (for_each, content) else {
            diagnostics.push(Diagnostic::error("a `dynamic` block needs `for_each` and `content`").at(&block.span));
            return None;
        };
        let iterator = iterator.unwrap_or_else(|| kind.value.clone());
        Some(Self { kind, for_each, iterator, labels: labels.map(|labels| &**labels), content })
    }

    fn run(&self, world: &World) -> Result<Vec<Placed>, Diagnostic> {
        let collection = world.evaluate(self.for_each)?;
        let elements = elements(collection)
            .map_err(|message| Diagnostic::error(format!("`for_each`: {message}")).at(&self.for_each.span))?;
        let mut placed = Vec::with_capacity(elements.len());
        for (key, value) in elements {
            let iterator = BTreeMap::from([("key".to_owned(), key), ("value".to_owned(), value)]);
            let world = world.with(&self.iterator, Value::map(iterator));
            let labels = self.labels.map_or_else(|| Ok(Vec::new()), |labels| texts(labels, &world))?;
            let block = Block { kind: self.kind.clone(), labels, ..self.content.clone() };
            placed.push(Placed { block, world });
        }
        Ok(placed)
    }
}

/// `iterator = name` is a bare word. JSON has none, only strings.
fn name_of(written: &Expression) -> Result<String, Diagnostic> {
    match (&written.kind, written.as_plain_string()) {
        (ExpressionKind::Variable(name), _) => Ok(name.clone()),
        (_, Some(name)) if is_identifier(name) => Ok(name.to_owned()),
        _ => Err(Diagnostic::error("`iterator` must be a name").at(&written.span)),
    }
}

fn texts(written: &Expression, world: &World) -> Result<Vec<Spanned<String>>, Diagnostic> {
    let Value::List(items) = world.evaluate(written)? else {
        return Err(Diagnostic::error("`labels` must be a list of strings").at(&written.span));
    };
    let text = |item: &Value| item.to_text().map(|text| Spanned::new(text, written.span.clone()));
    let texts: Result<Vec<_>, _> = items.iter().map(text).collect();
    texts.map_err(|reason| Diagnostic::error(format!("`labels`: {reason}")).at(&written.span))
}

fn elements(collection: Value) -> Result<Vec<(Value, Value)>, String> {
    match collection {
        Value::List(items) => Ok((0..).map(Value::integer).zip(items.iter().cloned()).collect()),
        Value::Set(items) => Ok(items.iter().map(|item| (item.clone(), item.clone())).collect()),
        Value::Map(entries) => Ok(entries.iter().map(|(key, value)| (Value::string(key), value.clone())).collect()),
        other => Err(format!("a list, a set or a map is needed, this is {}", other.describe())),
    }
}

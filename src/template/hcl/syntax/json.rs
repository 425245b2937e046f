//! The JSON notation. Whether a property is a block or an argument shows only in the schema of the body it
//! is in. Strings are texts with `${}` and `%{}`, keys of objects as well.

use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{SourceFile, Span, Spanned};
use crate::template::hcl::value::Value;
use crate::template::{json, value as written};

use super::cursor::{Parsed, Parser, check_depth};
use super::tree::{Attribute, Block, Body, Expression, ExpressionKind, Item, Key};

/// Which properties of a body are blocks. All others are arguments.
#[derive(Debug)]
pub(in crate::template) struct JsonSchema {
    pub(in crate::template) blocks: &'static [JsonBlock],
}

impl JsonSchema {
    /// Of a body without blocks.
    pub(in crate::template) const ATTRIBUTES: Self = Self { blocks: &[] };
}

#[derive(Debug)]
pub(in crate::template) struct JsonBlock {
    pub(in crate::template) kind: &'static str,
    /// How many labels a block has: so many objects around its body name them.
    pub(in crate::template) labels: usize,
    pub(in crate::template) body: &'static JsonSchema,
}

/// The property that is a comment.
const COMMENT: &str = "//";

/// A file of the JSON notation: a body, or a list of bodies that count as one.
pub(in crate::template) fn parse_json_body(
    source: &Arc<SourceFile>,
    diagnostics: &mut Diagnostics,
    schema: &JsonSchema,
) -> Option<Body> {
    let document = diagnostics.take(json::parse(source, "template"))?;
    diagnostics.extend(document.repeated_keys);
    let span = document.value.span.clone();
    let mut reader = Reader { source, diagnostics, has_errors: false };
    let mut body = Body { attributes: Vec::new(), blocks: Vec::new(), span };
    for object in reader.objects(document.value, "the body of a template") {
        reader.fill(&mut body, object, schema);
    }
    (!reader.has_errors).then_some(body)
}

struct Reader<'a> {
    source: &'a Arc<SourceFile>,
    diagnostics: &'a mut Diagnostics,
    has_errors: bool,
}

impl Reader<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.has_errors = true;
        self.diagnostics.push(diagnostic);
    }

    fn fill(&mut self, body: &mut Body, object: written::Object, schema: &JsonSchema) {
        for (name, value) in object.entries {
            if name.value == COMMENT {
                continue;
            }
            match schema.blocks.iter().find(|block| block.kind == name.value) {
                Some(block) => self.blocks(body, value, &Header { kind: &name, block, labels: Vec::new() }),
                None => self.attribute(body, name, &value),
            }
        }
    }

    fn attribute(&mut self, body: &mut Body, name: Spanned<String>, value: &written::Value) {
        match (Values { source: self.source, depth: 0 }).expression(value) {
            Ok(value) => body.attributes.push(Attribute { name, value: Arc::new(value) }),
            Err(diagnostic) => self.report(diagnostic),
        }
    }

    /// All the blocks that a property holds: one object for each label, then the body. Each can be a list.
    fn blocks(&mut self, body: &mut Body, value: written::Value, header: &Header<'_>) {
        let is_body = header.labels.len() == header.block.labels;
        let needed = if is_body { "the body of a block" } else { "a label" };
        for object in self.objects(value, &format!("`{}`: {needed}", header.kind.value)) {
            if is_body {
                let mut inner = Body { attributes: Vec::new(), blocks: Vec::new(), span: object.span.clone() };
                self.fill(&mut inner, object, header.block.body);
                body.blocks.push(header.block(inner));
            } else {
                for (label, value) in object.entries {
                    let labels = header.labels.iter().cloned().chain([label]).collect();
                    self.blocks(body, value, &Header { labels, ..*header });
                }
            }
        }
    }

    /// An object, or those in a list. Null is none.
    fn objects(&mut self, value: written::Value, what: &str) -> Vec<written::Object> {
        match value.kind {
            written::Kind::Map(object) => vec![object],
            written::Kind::Null => Vec::new(),
            written::Kind::List(items) => items.into_iter().flat_map(|item| self.object(item, what)).collect(),
            other => self.refuse(&other, &value.span, what),
        }
    }

    fn object(&mut self, value: written::Value, what: &str) -> Vec<written::Object> {
        match value.kind {
            written::Kind::Map(object) => vec![object],
            other => self.refuse(&other, &value.span, what),
        }
    }

    fn refuse(&mut self, kind: &written::Kind, span: &Span, what: &str) -> Vec<written::Object> {
        self.report(Diagnostic::error(format!("{what} is written as an object, this is {}", kind.describe())).at(span));
        Vec::new()
    }
}

/// What is known of a block while its labels are read.
struct Header<'a> {
    kind: &'a Spanned<String>,
    block: &'a JsonBlock,
    labels: Vec<Spanned<String>>,
}

impl Header<'_> {
    fn block(&self, body: Body) -> Block {
        let span = self.labels.last().unwrap_or(self.kind).span.clone();
        Block { kind: self.kind.clone(), labels: self.labels.clone(), body, span }
    }
}

/// Makes expressions of values, `depth` levels under the argument.
#[derive(Clone, Copy)]
struct Values<'a> {
    source: &'a Arc<SourceFile>,
    depth: usize,
}

impl Values<'_> {
    fn expression(self, value: &written::Value) -> Parsed<Expression> {
        let span = &value.span;
        let literal = |value| Ok(Expression::literal(value, span.clone()));
        match &value.kind {
            written::Kind::Bool(value) => literal(Value::Bool(*value)),
            written::Kind::Number(digits) => literal(number(digits, span)?),
            written::Kind::String(text) => self.template(text, span),
            written::Kind::List(items) => self.nested(span, |inner| {
                items.iter().map(|item| inner.expression(item)).collect::<Result<_, _>>().map(ExpressionKind::List)
            }),
            written::Kind::Map(object) => self.nested(span, |inner| {
                let items = object.entries.iter().map(|(name, value)| inner.item(name, value));
                items.collect::<Result<_, _>>().map(ExpressionKind::Object)
            }),
            // The reader of JSON makes nothing else.
            written::Kind::Null | written::Kind::Unknown | written::Kind::Deferred(_) => literal(Value::Null),
        }
    }

    fn nested(self, span: &Span, inner: impl FnOnce(Self) -> Parsed<ExpressionKind>) -> Parsed<Expression> {
        check_depth(self.depth, span)?;
        let kind = inner(Self { depth: self.depth + 1, ..self })?;
        Ok(Expression { kind, span: span.clone() })
    }

    fn item(self, name: &Spanned<String>, value: &written::Value) -> Parsed<Item> {
        let key = Key::Computed(self.template(&name.value, &name.span)?);
        Ok(Item { key, value: self.expression(value)? })
    }

    /// A string without escapes is read where it stands, so that errors point into it.
    fn template(self, text: &str, span: &Span) -> Parsed<Expression> {
        let inside = span.range.start + 1..span.range.end.saturating_sub(1);
        let parser = if self.source.text.get(inside.clone()) == Some(text) {
            Parser::of_range(self.source, inside)
        } else {
            Parser::of_text(text, span)
        };
        parser.at_depth(self.depth).whole_template()
    }
}

fn number(digits: &str, span: &Span) -> Parsed<Value> {
    match digits.parse() {
        Ok(number) => Ok(Value::Number(number)),
        Err(error) => Err(Diagnostic::error(format!("{error}")).at(span)),
    }
}

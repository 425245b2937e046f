//! Bodies: attributes and blocks, line by line.

use std::collections::HashMap;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Spanned;

use super::cursor::{Parsed, Parser};
use super::tree::{Attribute, Block, Body};

/// A file with more errors than this is something else than a template.
const ERROR_LIMIT: usize = 10;

impl Parser<'_> {
    /// All of a file. After an error it goes on with the next item of the outermost body.
    pub(super) fn file(mut self, diagnostics: &mut Diagnostics) -> Option<Body> {
        let start = self.at;
        let mut content = Content::default();
        let mut errors = 0;
        while self.has_more_items() && errors < ERROR_LIMIT && !self.is_too_deep {
            let item_start = self.at;
            if let Err(diagnostic) = self.item(&mut content) {
                errors += 1;
                diagnostics.push(diagnostic);
                self.recover(item_start);
            }
        }
        (errors == 0).then(|| content.into_body(&self, start))
    }

    fn has_more_items(&mut self) -> bool {
        self.skip_lines();
        self.peek().is_some()
    }

    /// Goes to the next line that begins with a name: what is indented belongs to the broken item.
    fn recover(&mut self, item_start: usize) {
        let from = self.at.max(item_start);
        let starts_item = |line: &str| line.starts_with(|first: char| first.is_alphabetic() || first == '_');
        let next = self.text[from..]
            .match_indices('\n')
            .map(|(at, _)| from + at + 1)
            .find(|&at| starts_item(&self.text[at..]));
        self.at = next.unwrap_or(self.text.len());
    }

    /// An attribute or a block, and the end of its line.
    fn item(&mut self, content: &mut Content) -> Parsed<()> {
        let name = self.name("the name of an argument or a block")?;
        self.skip_blanks();
        match self.peek() {
            Some('=') if !self.rest().starts_with("==") => self.attribute(name, content)?,
            Some('{' | '"') => self.block(name, content)?,
            Some(_) if self.peek_name().is_some() => self.block(name, content)?,
            Some(':') => {
                return Err(self.unexpected("`=` or `{`").help("an argument is written name = value"));
            }
            _ => return Err(self.unexpected("`=` or `{`")),
        }
        self.end_of_line()
    }

    fn end_of_line(&mut self) -> Parsed<()> {
        self.skip_blanks();
        match self.peek() {
            None | Some('\n') => Ok(()),
            Some(',') => Err(self.unexpected("the end of the line").help("arguments are not separated by commas")),
            Some(_) => Err(self.unexpected("the end of the line")),
        }
    }

    fn attribute(&mut self, name: Spanned<String>, content: &mut Content) -> Parsed<()> {
        self.at += 1;
        let value = self.expression()?;
        if let Some(line) = content.line_of(&name, self) {
            return Err(Diagnostic::error(format!("argument `{}` is written twice", name.value))
                .at_with(&name.span, format!("the first one is on line {line}"))
                .help("keep one of the two"));
        }
        content.lines.insert(name.value.clone(), name.span.range.start);
        content.attributes.push(Attribute { name, value: Arc::new(value) });
        Ok(())
    }

    fn block(&mut self, kind: Spanned<String>, content: &mut Content) -> Parsed<()> {
        self.count_one()?;
        let labels = self.labels()?;
        let end = labels.last().map_or(kind.span.range.end, |label| label.span.range.end);
        let span = self.span(kind.span.range.start..end);
        let start = self.at;
        self.expect("{", "`{`")?;
        let body = self.nested(|parser| parser.block_body(start))?;
        content.blocks.push(Block { kind, labels, body, span });
        Ok(())
    }

    fn labels(&mut self) -> Parsed<Vec<Spanned<String>>> {
        let mut labels = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                Some('"') => labels.push(self.plain_string()?),
                _ if self.peek_name().is_some() => labels.push(self.name("a label")?),
                _ => return Ok(labels),
            }
        }
    }

    /// Up to the closing brace. `start` is where the opening one stands.
    fn block_body(&mut self, start: usize) -> Parsed<Body> {
        let mut content = Content::default();
        let inner = self.at;
        self.skip_blanks();
        if !matches!(self.peek(), Some('\n') | None) {
            return self.one_line_body(start, content);
        }
        loop {
            self.skip_lines();
            if self.rest().starts_with('}') {
                let body = content.into_body(self, inner);
                self.at += 1;
                return Ok(body);
            }
            if self.peek().is_none() {
                return Err(self.unclosed(start, "`}`"));
            }
            self.item(&mut content)?;
        }
    }

    /// `{}` and `{ name = value }`.
    fn one_line_body(&mut self, start: usize, mut content: Content) -> Parsed<Body> {
        let inner = self.at;
        if self.peek() != Some('}') {
            let name = self.name("the name of an argument, the end of the line or `}`")?;
            self.skip_blanks();
            if self.peek() != Some('=') {
                return Err(self
                    .unexpected("`=`")
                    .help("write the content of a block that holds blocks on lines of its own"));
            }
            self.attribute(name, &mut content)?;
        }
        self.skip_blanks();
        if self.peek() != Some('}') {
            return Err(self
                .unclosed(start, "`}`")
                .help("a block of one line holds one argument; write each on a line of its own"));
        }
        let body = content.into_body(self, inner);
        self.at += 1;
        Ok(body)
    }
}

#[derive(Default)]
struct Content {
    attributes: Vec<Attribute>,
    blocks: Vec<Block>,
    /// By attribute, the offset of its name.
    lines: HashMap<String, usize>,
}

impl Content {
    fn line_of(&self, name: &Spanned<String>, parser: &Parser<'_>) -> Option<usize> {
        self.lines.get(&name.value).map(|&at| parser.line(at))
    }

    fn into_body(self, parser: &Parser<'_>, start: usize) -> Body {
        Body { attributes: self.attributes, blocks: self.blocks, span: parser.span_from(start) }
    }
}

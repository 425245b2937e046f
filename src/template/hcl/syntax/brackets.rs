//! Lists and objects, written out or made by `for`.

use crate::diag::Diagnostic;

use super::cursor::{Parsed, Parser};
use super::tree::{Bindings, Expression, ExpressionKind, For, Item, Key};

impl Parser<'_> {
    /// From the opening bracket on.
    pub(super) fn list(&mut self) -> Parsed<Expression> {
        let start = self.at;
        self.at += 1;
        self.skip_blanks();
        if self.eat_word("for") {
            return self.for_expression(start, "]", false);
        }
        let mut items = Vec::new();
        loop {
            self.skip_blanks();
            if self.eat("]") {
                return Ok(Expression { kind: ExpressionKind::List(items), span: self.span_from(start) });
            }
            items.push(self.expression()?);
            self.skip_blanks();
            if !self.rest().starts_with(']') && !self.eat(",") {
                return Err(self.unclosed(start, "`,` or `]`"));
            }
        }
    }

    /// From the opening brace on. A repeated key is no error, the last one counts.
    pub(super) fn object(&mut self) -> Parsed<Expression> {
        let start = self.at;
        self.at += 1;
        self.skip_blanks();
        if self.starts_for() {
            self.eat_word("for");
            return self.for_expression(start, "}", true);
        }
        let mut items = Vec::new();
        loop {
            self.skip_blanks();
            if self.eat("}") {
                return Ok(Expression { kind: ExpressionKind::Object(items), span: self.span_from(start) });
            }
            items.push(self.by_lines(|parser| parser.object_item(start))?);
        }
    }

    /// `for` can also be a key.
    fn starts_for(&mut self) -> bool {
        let start = self.at;
        let is_word = self.eat_word("for");
        self.skip_blanks();
        let is_for = is_word && self.peek_name().is_some();
        self.at = start;
        is_for
    }

    /// A key, its value and the comma or the end of the line behind them.
    fn object_item(&mut self, start: usize) -> Parsed<Item> {
        let key = self.object_key(start)?;
        self.skip_blanks();
        if !self.eat("=") && !self.eat(":") {
            return Err(self.unclosed(start, "`=` or `:`"));
        }
        let value = self.expression()?;
        self.skip_blanks();
        let is_end = matches!(self.peek(), Some('\n' | '}'));
        if is_end || self.eat(",") {
            Ok(Item { key, value })
        } else {
            Err(self.unclosed(start, "`,`, `}` or the end of the line"))
        }
    }

    fn object_key(&mut self, start: usize) -> Parsed<Key> {
        if self.peek().is_none() {
            return Err(self.unclosed(start, "a key or `}`"));
        }
        let from = self.at;
        if let Some(word) = self.peek_name() {
            self.at += word.len();
            self.skip_blanks();
            let is_bare = matches!(self.peek(), Some('=' | ':'))
                && !self.rest().starts_with("==")
                && !self.rest().starts_with("::");
            self.at = from;
            if is_bare {
                return self.name("a key").map(Key::Name);
            }
        }
        let key = self.expression()?;
        if matches!(key.kind, ExpressionKind::Traversal { .. }) {
            return Err(Diagnostic::error("this key can be a name or a reference")
                .at(&key.span)
                .help("put it in parentheses if it is a reference, in double quotes if it is a name"));
        }
        Ok(Key::Computed(key))
    }

    /// Behind the word `for`.
    fn for_expression(&mut self, start: usize, close: &str, is_object: bool) -> Parsed<Expression> {
        let bindings = self.bindings()?;
        let collection = self.expression()?;
        self.expect(":", "`:` and the value of each element")?;
        let first = self.expression()?;
        let (key, value) = if is_object {
            self.expect("=>", "`=>` and the value for that key")?;
            (Some(first), self.expression()?)
        } else {
            (None, first)
        };
        self.skip_blanks();
        let groups = is_object && self.eat("...");
        self.skip_blanks();
        let condition = if self.eat_word("if") { Some(self.expression()?) } else { None };
        self.skip_blanks();
        if !self.eat(close) {
            return Err(self.unclosed(start, &format!("`if` or `{close}`")));
        }
        let kind = ExpressionKind::For(Box::new(For { bindings, collection, key, value, groups, condition }));
        Ok(Expression { kind, span: self.span_from(start) })
    }

    /// `v in` or `k, v in`
    pub(super) fn bindings(&mut self) -> Parsed<Bindings> {
        self.skip_blanks();
        let first = self.name("the name for an element")?.value;
        self.skip_blanks();
        let bindings = if self.eat(",") {
            self.skip_blanks();
            Bindings { key: Some(first), value: self.name("the name for an element")?.value }
        } else {
            Bindings { key: None, value: first }
        };
        self.skip_blanks();
        if self.eat_word("in") { Ok(bindings) } else { Err(self.unexpected("`in`")) }
    }
}

//! Values without operators: words, numbers, strings, calls, brackets.

use crate::diag::Diagnostic;
use crate::source::Spanned;
use crate::template::hcl::value::{Number, Value};

use super::cursor::{Parsed, Parser};
use super::tree::{Call, Expression, ExpressionKind};

impl Parser<'_> {
    pub(super) fn term(&mut self) -> Parsed<Expression> {
        match self.peek() {
            Some('"') => self.quoted(),
            Some('[') => self.bracketed(Self::list),
            Some('{') => self.bracketed(Self::object),
            Some('(') => self.bracketed(Self::parentheses),
            Some('0'..='9') => self.number(),
            Some('<') if self.rest().starts_with("<<") => self.heredoc(),
            _ if self.peek_name().is_some() => self.word(),
            _ => Err(self.unexpected("a value")),
        }
    }

    /// A keyword, the root of a reference or a call.
    fn word(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let mut name = self.name("a name")?;
        let after_name = self.at;
        self.skip_blanks();
        if self.rest().starts_with("::") {
            name = self.qualified_name(start)?;
        }
        if self.peek() == Some('(') {
            return self.bracketed(|parser| parser.call(name, start));
        }
        self.at = after_name;
        let kind = match &*name.value {
            "true" => ExpressionKind::Literal(Value::Bool(true)),
            "false" => ExpressionKind::Literal(Value::Bool(false)),
            "null" => ExpressionKind::Literal(Value::Null),
            _ => ExpressionKind::Variable(name.value),
        };
        Ok(Expression { kind, span: name.span })
    }

    /// `a::b::c`, which only functions have.
    fn qualified_name(&mut self, start: usize) -> Parsed<Spanned<String>> {
        while self.eat("::") {
            self.name("the name of a function")?;
        }
        let name = Spanned::new(self.text[start..self.at].to_owned(), self.span_from(start));
        self.skip_blanks();
        if self.peek() == Some('(') { Ok(name) } else { Err(self.unexpected("`(`")) }
    }

    fn call(&mut self, name: Spanned<String>, start: usize) -> Parsed<Expression> {
        let opener = self.at;
        self.at += 1;
        let mut call = Call { name, arguments: Vec::new(), expands_last: false };
        loop {
            self.skip_blanks();
            if self.eat(")") {
                return Ok(Expression { kind: ExpressionKind::Call(call), span: self.span_from(start) });
            }
            if call.expands_last {
                return Err(self.unclosed(opener, "`)`"));
            }
            call.arguments.push(self.expression()?);
            self.skip_blanks();
            call.expands_last = self.eat("...");
            if !self.rest().starts_with(')') && !call.expands_last && !self.eat(",") {
                return Err(self.unclosed(opener, "`,` or `)`"));
            }
        }
    }

    fn parentheses(&mut self) -> Parsed<Expression> {
        let start = self.at;
        self.at += 1;
        let inner = self.expression()?;
        self.skip_blanks();
        if !self.eat(")") {
            return Err(self.unclosed(start, "`)`"));
        }
        Ok(Expression { kind: ExpressionKind::Parentheses(Box::new(inner)), span: self.span_from(start) })
    }

    fn number(&mut self) -> Parsed<Expression> {
        let start = self.at;
        self.at += number_length(self.rest());
        if let Some(letters) = self.peek_name() {
            self.at += letters.len();
            return Err(self.problem(start, "letters follow a number").help("put double quotes around it"));
        }
        let number: Number = self.text[start..self.at]
            .parse()
            .map_err(|error| Diagnostic::error(format!("{error}")).at(&self.span_from(start)))?;
        Ok(Expression::literal(Value::Number(number), self.span_from(start)))
    }
}

/// Digits, a fraction, an exponent.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(0);
    if text[length..].starts_with('.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if text[length..].starts_with(['e', 'E']) {
        let sign = usize::from(text[length + 1..].starts_with(['+', '-']));
        let exponent = digits(length + 1 + sign);
        length += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    length
}

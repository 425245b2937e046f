//! What stands behind a value: `.name`, `[key]`, `[*]`, `.*`, `.0`.

use crate::template::hcl::value::Value;

use super::cursor::{Parsed, Parser};
use super::tree::{Expression, ExpressionKind, Step};

/// Which steps belong to a splat.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Steps {
    All,
    /// Behind `.*`: a bracket applies to the whole result.
    Attributes,
}

impl Parser<'_> {
    pub(super) fn value_with_steps(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let base = self.term()?;
        let steps = self.steps(Steps::All)?;
        if steps.is_empty() {
            return Ok(base);
        }
        Ok(Expression { kind: ExpressionKind::Traversal { base: Box::new(base), steps }, span: self.span_from(start) })
    }

    fn steps(&mut self, wanted: Steps) -> Parsed<Vec<Step>> {
        let mut steps = Vec::new();
        loop {
            let end = self.at;
            self.skip_blanks();
            let rest = self.rest();
            match rest.as_bytes() {
                [b'.', b'.', ..] => {}
                [b'.', ..] => {
                    self.dot(&mut steps)?;
                    continue;
                }
                [b'[', ..] if wanted == Steps::All => {
                    let step = self.bracket()?;
                    steps.push(step);
                    continue;
                }
                _ => {}
            }
            self.at = end;
            return Ok(steps);
        }
    }

    fn dot(&mut self, steps: &mut Vec<Step>) -> Parsed<()> {
        let start = self.at;
        self.at += 1;
        self.skip_blanks();
        match self.peek() {
            Some('*') => {
                self.at += 1;
                steps.push(self.splat(start, Steps::Attributes)?);
            }
            Some('0'..='9') => steps.push(self.legacy_index()?),
            _ => steps.push(Step::Attribute(self.name("the name of an attribute")?)),
        }
        Ok(())
    }

    fn splat(&mut self, start: usize, wanted: Steps) -> Parsed<Step> {
        let span = self.span_from(start);
        self.nested(|parser| parser.steps(wanted)).map(|steps| Step::Splat { span, steps })
    }

    /// `.0`; the rest of `.0.1` is read as the next step.
    fn legacy_index(&mut self) -> Parsed<Step> {
        let start = self.at;
        self.at += self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let digits = &self.text[start..self.at];
        let number = digits.parse().map_err(|_| self.problem(start, "this is no index of an element"))?;
        Ok(Step::Index(Expression::literal(Value::Number(number), self.span_from(start))))
    }

    /// `[key]` or `[*]`
    fn bracket(&mut self) -> Parsed<Step> {
        let start = self.at;
        match self.bracketed(Self::index)? {
            Some(key) => Ok(Step::Index(key)),
            None => self.splat(start, Steps::All),
        }
    }

    /// From the opening bracket on; nothing for a splat.
    fn index(&mut self) -> Parsed<Option<Expression>> {
        let start = self.at;
        self.at += 1;
        self.skip_blanks();
        let key = if self.eat("*") { None } else { Some(self.expression()?) };
        self.skip_blanks();
        if self.eat("]") { Ok(key) } else { Err(self.unclosed(start, "`]`")) }
    }
}

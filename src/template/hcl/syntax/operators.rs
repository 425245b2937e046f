//! Expressions: operators by rank, and the conditional.

use crate::diag::Diagnostic;
use crate::source::Spanned;

use super::cursor::{Parsed, Parser};
use super::tree::{BinaryOperator, Conditional, Expression, ExpressionKind, UnaryOperator};

/// Where one is the beginning of another the longer one comes first.
const OPERATORS: [BinaryOperator; 13] = [
    BinaryOperator::Or,
    BinaryOperator::And,
    BinaryOperator::Equal,
    BinaryOperator::NotEqual,
    BinaryOperator::LessOrEqual,
    BinaryOperator::GreaterOrEqual,
    BinaryOperator::Less,
    BinaryOperator::Greater,
    BinaryOperator::Add,
    BinaryOperator::Subtract,
    BinaryOperator::Multiply,
    BinaryOperator::Divide,
    BinaryOperator::Remainder,
];

/// Operators of one rank bind alike; those of the first rank, 0, bind least.
fn rank(operator: BinaryOperator) -> usize {
    match operator {
        BinaryOperator::Or => 0,
        BinaryOperator::And => 1,
        BinaryOperator::Equal | BinaryOperator::NotEqual => 2,
        BinaryOperator::Less
        | BinaryOperator::LessOrEqual
        | BinaryOperator::Greater
        | BinaryOperator::GreaterOrEqual => 3,
        BinaryOperator::Add | BinaryOperator::Subtract => 4,
        BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Remainder => 5,
    }
}

type Operations = Vec<(Spanned<BinaryOperator>, Expression)>;

impl Parser<'_> {
    /// A text that is nothing but an expression.
    pub(super) fn whole_expression(mut self) -> Parsed<Expression> {
        let value = self.bracketed(Self::expression)?;
        self.skip_lines();
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(self.unexpected("an operator or the end")),
        }
    }

    pub(super) fn expression(&mut self) -> Parsed<Expression> {
        self.count_one()?;
        self.skip_blanks();
        let start = self.at;
        let condition = self.operations()?;
        self.skip_blanks();
        if !self.eat("?") {
            return Ok(condition);
        }
        self.nested(|parser| parser.conditional(condition, start))
    }

    fn conditional(&mut self, condition: Expression, start: usize) -> Parsed<Expression> {
        let then = self.expression()?;
        self.expect(":", "`:` and the value for the other case")?;
        let otherwise = self.expression()?;
        let span = self.span(start..otherwise.span.range.end);
        let kind = ExpressionKind::Conditional(Box::new(Conditional { condition, then, otherwise }));
        Ok(Expression { kind, span })
    }

    fn operations(&mut self) -> Parsed<Expression> {
        let first = self.unary()?;
        let mut rest = Operations::new();
        while let Some(operator) = self.operator()? {
            self.skip_blanks();
            rest.push((operator, self.unary()?));
        }
        Ok(self.by_rank(first, rest, 0))
    }

    /// Joins what operators of higher ranks tie together, then chains those parts.
    fn by_rank(&self, first: Expression, operations: Operations, lowest: usize) -> Expression {
        if operations.is_empty() {
            return first;
        }
        let mut parts = vec![(first, Operations::new())];
        let mut operators = Vec::new();
        for (operator, operand) in operations {
            match parts.last_mut() {
                Some((_, inner)) if rank(operator.value) > lowest => inner.push((operator, operand)),
                _ => {
                    operators.push(operator);
                    parts.push((operand, Operations::new()));
                }
            }
        }
        let mut joined = parts.into_iter().map(|(first, inner)| self.by_rank(first, inner, lowest + 1));
        let first = joined.next().expect("there is at least the first part");
        self.chain(first, operators.into_iter().zip(joined).collect())
    }

    fn chain(&self, first: Expression, rest: Operations) -> Expression {
        let Some((_, last)) = rest.last() else { return first };
        let span = self.span(first.span.range.start..last.span.range.end);
        Expression { kind: ExpressionKind::Binary { first: Box::new(first), rest }, span }
    }

    fn operator(&mut self) -> Parsed<Option<Spanned<BinaryOperator>>> {
        self.skip_blanks();
        if self.rest().starts_with("/*") {
            return Ok(None);
        }
        let start = self.at;
        match OPERATORS.into_iter().find(|operator| self.eat(operator.symbol())) {
            Some(operator) => Ok(Some(Spanned::new(operator, self.span_from(start)))),
            None => self.half_operator(),
        }
    }

    /// `&` and `|` alone are mistakes that deserve their own message.
    fn half_operator(&self) -> Parsed<Option<Spanned<BinaryOperator>>> {
        for (half, whole) in [("&", "&&"), ("|", "||")] {
            if self.rest().starts_with(half) {
                let message = format!("there is no operator `{half}`");
                return Err(Diagnostic::error(message).at(&self.span_of_next()).help(format!("write `{whole}`")));
            }
        }
        Ok(None)
    }

    fn unary(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let operator = match self.peek() {
            Some('-') => UnaryOperator::Negate,
            Some('!') => UnaryOperator::Not,
            _ => return self.value_with_steps(),
        };
        self.at += 1;
        let operand = self.nested(|parser| {
            parser.skip_blanks();
            parser.unary()
        })?;
        let span = self.span(start..operand.span.range.end);
        Ok(Expression { kind: ExpressionKind::Unary { operator, operand: Box::new(operand) }, span })
    }
}

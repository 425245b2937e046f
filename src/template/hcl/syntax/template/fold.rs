//! A row of pieces becomes a tree: each directive takes what stands before its end.

use crate::diag::Diagnostic;
use crate::source::Span;

use super::{Piece, PieceKind};
use crate::template::hcl::syntax::tree::{Bindings, Expression, Part};

/// A directive that waits for its end.
struct Open {
    directive: Directive,
    span: Span,
    /// What stood before it.
    outer: Vec<Part>,
}

enum Directive {
    If(Expression),
    /// With what stands before `else`.
    Else(Expression, Vec<Part>),
    For(Bindings, Expression),
}

pub(super) fn fold(pieces: Vec<Piece>) -> Result<Vec<Part>, Diagnostic> {
    let mut parts = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for Piece { kind, span, .. } in pieces {
        match kind {
            PieceKind::Literal(text) => push_text(&mut parts, text),
            PieceKind::Interpolation(value) => parts.push(Part::Interpolation(value)),
            PieceKind::If(condition) => {
                let outer = std::mem::take(&mut parts);
                open.push(Open { directive: Directive::If(condition), span, outer });
            }
            PieceKind::For(bindings, collection) => {
                let outer = std::mem::take(&mut parts);
                open.push(Open { directive: Directive::For(bindings, collection), span, outer });
            }
            PieceKind::Else => switch(&mut parts, &mut open, &span)?,
            PieceKind::EndIf => close_if(&mut parts, open.pop(), &span)?,
            PieceKind::EndFor => close_for(&mut parts, open.pop(), &span)?,
        }
    }
    match open.pop() {
        None => Ok(parts),
        Some(open) => Err(open.unclosed()),
    }
}

/// Adjacent literals become one.
fn push_text(parts: &mut Vec<Part>, text: String) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(Part::Literal(before)) => before.push_str(&text),
        _ => parts.push(Part::Literal(text)),
    }
}

fn switch(parts: &mut Vec<Part>, open: &mut [Open], span: &Span) -> Result<(), Diagnostic> {
    let Some(Open { directive, .. }) = open.last_mut() else { return Err(unopened("else", "if", span)) };
    let Directive::If(condition) = directive else { return Err(unopened("else", "if", span)) };
    *directive = Directive::Else(condition.clone(), std::mem::take(parts));
    Ok(())
}

fn close_if(parts: &mut Vec<Part>, open: Option<Open>, span: &Span) -> Result<(), Diagnostic> {
    let Some(open) = open else { return Err(unopened("endif", "if", span)) };
    let inner = std::mem::replace(parts, open.outer);
    let (condition, then, otherwise) = match open.directive {
        Directive::If(condition) => (condition, inner, Vec::new()),
        Directive::Else(condition, then) => (condition, then, inner),
        Directive::For(..) => return Err(unopened("endif", "if", span)),
    };
    parts.push(Part::If { condition, then, otherwise });
    Ok(())
}

fn close_for(parts: &mut Vec<Part>, open: Option<Open>, span: &Span) -> Result<(), Diagnostic> {
    match open {
        Some(Open { directive: Directive::For(bindings, collection), outer, .. }) => {
            let body = std::mem::replace(parts, outer);
            parts.push(Part::For { bindings, collection, body });
            Ok(())
        }
        _ => Err(unopened("endfor", "for", span)),
    }
}

fn unopened(end: &str, opener: &str, span: &Span) -> Diagnostic {
    Diagnostic::error(format!("this `{end}` belongs to no `{opener}`")).at(span)
}

impl Open {
    fn unclosed(&self) -> Diagnostic {
        let (name, end) = match self.directive {
            Directive::If(_) | Directive::Else(..) => ("if", "endif"),
            Directive::For(..) => ("for", "endfor"),
        };
        Diagnostic::error(format!("this `{name}` has no `{end}`"))
            .at(&self.span)
            .help(format!("write %{{ {end} }} where it ends"))
    }
}

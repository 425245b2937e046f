//! Two blanks for each line that left brackets open.

use super::line::Line;
use super::token::{Kind, Token, balance};

const STEP: usize = 2;

/// Sets the gap before the first token of each line.
pub(super) fn indent(tokens: &mut [Token<'_>], lines: &[Line]) {
    let mut levels = Levels::default();
    for line in lines {
        let range = line.all();
        let opened = balance(&tokens[range.clone()]);
        let depth = levels.enter(opened);
        let first = &mut tokens[range.start];
        first.gap = if first.kind == Kind::Newline { 0 } else { STEP * depth };
    }
}

/// The brackets that are open, as many together as were opened on one line: `foo([` is one level.
#[derive(Default)]
struct Levels(Vec<usize>);

impl Levels {
    /// The depth of a line with that balance of brackets.
    fn enter(&mut self, balance: isize) -> usize {
        let count = balance.unsigned_abs();
        if balance < 0 {
            self.close(count);
        }
        let depth = self.0.len();
        if balance > 0 {
            self.0.push(count);
        }
        depth
    }

    fn close(&mut self, mut count: usize) {
        while let Some(open) = self.0.pop() {
            if open > count {
                return self.0.push(open - count);
            }
            count -= open;
            if count == 0 {
                return;
            }
        }
    }
}

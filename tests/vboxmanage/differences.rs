//! Every difference from Packer's calls that is meant. `docs/differences.md` tells readers of them.

use std::collections::BTreeSet;

use crate::trial::Template;

/// One difference: Packer's form, ours, and why; the same words are in the page for readers.
#[derive(Debug)]
pub(crate) struct Difference {
    /// The template's names; none: every template.
    templates: &'static [&'static str],
    /// How a call of Packer's begins.
    call: &'static str,
    change: Change,
    pub(crate) why: &'static str,
}

#[derive(Debug)]
enum Change {
    /// A part of the call, and what we write in its place.
    Part(&'static str, &'static str),
    /// We make no such call.
    Left,
    /// A call that we make after it.
    Then(&'static str),
    /// Shift is released after the key that was pressed with it.
    ShiftLast,
}

use Change::{Left, Part, ShiftLast, Then};

const fn difference(
    templates: &'static [&'static str],
    call: &'static str,
    change: Change,
    why: &'static str,
) -> Difference {
    Difference { templates, call, change, why }
}

const ANY: &[&str] = &[];

/// In the order in which they are applied: a later one sees what an earlier one made.
pub(crate) const ALL: &[Difference] =
    &[difference(ANY, "controlvm NAME keyboardputscancode ", ShiftLast, "the rule of later Packers, and of people")];

/// What we must call where Packer makes these calls; `used` gets the numbers of the differences that mattered.
pub(crate) fn apply(packers: &[String], template: &Template, used: &mut BTreeSet<usize>) -> Vec<String> {
    let mut expected = packers.to_vec();
    let numbered = ALL.iter().enumerate();
    for (number, difference) in numbered.filter(|(_, difference)| difference.concerns(&template.name)) {
        let changed: Vec<_> = expected.iter().flat_map(|call| difference.change(call)).collect();
        if changed != expected {
            used.insert(number);
        }
        expected = changed;
    }
    expected
}

impl Difference {
    fn concerns(&self, template: &str) -> bool {
        self.templates.is_empty() || self.templates.contains(&template)
    }

    fn change(&self, call: &str) -> Vec<String> {
        if !call.starts_with(self.call) {
            return vec![call.to_owned()];
        }
        match self.change {
            Part(from, to) => vec![call.replace(from, to)],
            Left => Vec::new(),
            Then(next) => vec![call.to_owned(), next.to_owned()],
            ShiftLast => vec![shift_last(call)],
        }
    }
}

/// `2a KEY aa RELEASE`, in which Packer lets Shift go first.
fn shift_last(call: &str) -> String {
    let mut codes: Vec<_> = call.split(' ').collect();
    for index in 3..codes.len() {
        if codes[index - 1] == "aa" && codes[index - 3] == "2a" {
            codes.swap(index - 1, index);
        }
    }
    codes.join(" ")
}

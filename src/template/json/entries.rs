//! The entries of an object while it is read.

use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::BuildHasher;

use crate::source::{Span, Spanned};
use crate::template::value::Value;

/// In the order of their first keys.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) list: Vec<(Spanned<String>, Value)>,
    /// By the hash of its key, the number of an entry: a walk over the list for every key would take the
    /// square of an object's size.
    numbers: HashMap<u64, usize>,
    hasher: RandomState,
}

impl Entries {
    /// The value of a repeated key takes the place of the former one; then this gives the key back with
    /// the place where it stood first.
    pub(super) fn insert(&mut self, key: Spanned<String>, value: Value) -> Option<(Spanned<String>, Span)> {
        let Some(number) = self.known(&key.value) else {
            self.list.push((key, value));
            return None;
        };
        let entry = &mut self.list[number];
        let first = std::mem::replace(&mut entry.0.span, key.span.clone());
        entry.1 = value;
        Some((key, first))
    }

    /// The number of the entry with that key. If there is none, it is the next one's.
    fn known(&mut self, key: &str) -> Option<usize> {
        match self.numbers.entry(self.hasher.hash_one(key)) {
            Entry::Vacant(slot) => {
                slot.insert(self.list.len());
                None
            }
            // Two keys with one hash do not occur in practice, but must not be taken for one.
            Entry::Occupied(slot) if self.list[*slot.get()].0.value != key => {
                self.list.iter().position(|(known, _)| known.value == key)
            }
            Entry::Occupied(slot) => Some(*slot.get()),
        }
    }
}

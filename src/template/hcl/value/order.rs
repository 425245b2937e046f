//! An order of all values, the one in which a set shows its elements: by kind, then by size or text.

use std::cmp::Ordering;

use super::Value;

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Number(left), Self::Number(right)) => left.cmp(right),
            (Self::String(left), Self::String(right)) => left.cmp(right),
            (Self::List(left), Self::List(right)) | (Self::Set(left), Self::Set(right)) => left.cmp(right),
            (Self::Map(left), Self::Map(right)) => left.cmp(right),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl Value {
    /// Null stands behind everything that is known.
    fn rank(&self) -> u8 {
        match self {
            Self::Bool(_) => 0,
            Self::Number(_) => 1,
            Self::String(_) => 2,
            Self::List(_) => 3,
            Self::Set(_) => 4,
            Self::Map(_) => 5,
            Self::Null => 6,
            Self::Unknown => 7,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_show_numbers_by_size_and_null_last() {
        let number = |text: &str| Value::Number(text.parse().expect("a number"));
        let sorted = ["-10", "-2", "0.25", "0.5", "9", "10"].map(number);
        let mixed = ["10", "0.5", "-2", "9", "-10", "0.25", "9"].map(number);
        assert_eq!(Value::set(mixed), Value::Set(sorted.to_vec().into()));
        let texts = Value::set([Value::Null, Value::string("b"), Value::string("B")]);
        assert_eq!(texts, Value::Set(vec![Value::string("B"), Value::string("b"), Value::Null].into()));
    }
}

//! The order of values, which sets are kept in.

use std::cmp::Ordering;

use super::Value;

impl Value {
    /// By kind first. Numbers by size, texts by their bytes, collections element by element.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(first), Self::Bool(second)) => first.cmp(second),
            (Self::Number(first), Self::Number(second)) => first.cmp(second),
            (Self::String(first), Self::String(second)) => first.cmp(second),
            (Self::List(first), Self::List(second)) | (Self::Set(first), Self::Set(second)) => {
                let elements = first.iter().zip(second.iter()).map(|(first, second)| first.order(second));
                first_difference(elements).unwrap_or_else(|| first.len().cmp(&second.len()))
            }
            (Self::Map(first), Self::Map(second)) => {
                let entries = first.iter().zip(second.iter());
                let differences = entries
                    .map(|((name, value), (other_name, other))| name.cmp(other_name).then_with(|| value.order(other)));
                first_difference(differences).unwrap_or_else(|| first.len().cmp(&second.len()))
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::String(_) => 3,
            Self::List(_) => 4,
            Self::Set(_) => 5,
            Self::Map(_) => 6,
            Self::Unknown => 7,
        }
    }
}

fn first_difference(mut orders: impl Iterator<Item = Ordering>) -> Option<Ordering> {
    orders.find(|order| order.is_ne())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_sorted_and_have_no_equal_elements() {
        let numbers = [3, -400, 10, -30, 3].map(Value::integer);
        let sorted = Value::Set(std::sync::Arc::new([-400, -30, 3, 10].map(Value::integer).to_vec()));
        assert_eq!(Value::set(numbers), sorted);
        let texts = |texts: &[&str]| Value::list(texts.iter().map(Value::string).collect());
        let Value::Set(lists) = Value::set([texts(&["a\u{1}3b"]), texts(&["a", "b"])]) else { panic!("a set") };
        assert_eq!(lists.len(), 2);
    }
}

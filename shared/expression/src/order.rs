//! The order of values, as jq has it: null, booleans, numbers, strings, arrays, objects.

use crate::budget;
use crate::value::Value;
use std::cmp::Ordering;

impl Value {
    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Int(_) | Self::Float(_) => 2,
            Self::Text(_) => 3,
            Self::List(_) => 4,
            Self::Object(_) => 5,
        }
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        budget::step(1);
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Int(left), Self::Int(right)) => left.cmp(right),
            (Self::Int(_) | Self::Float(_), Self::Int(_) | Self::Float(_)) => {
                compare_floats(self.float(), other.float())
            }
            (Self::Text(left), Self::Text(right)) => left.as_bytes().cmp(right.as_bytes()),
            (Self::List(left), Self::List(right)) => left.inner.cmp(&right.inner),
            (Self::Object(left), Self::Object(right)) => {
                let keys = left.inner.keys().cmp(right.inner.keys());
                keys.then_with(|| left.inner.values().cmp(right.inner.values()))
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

/// As jq does, nan is smaller than any number, itself included; that is no order, so ties are
/// given to the left.
fn compare_floats(left: Option<f64>, right: Option<f64>) -> Ordering {
    let (left, right) = (left.unwrap_or(f64::NAN), right.unwrap_or(f64::NAN));
    left.partial_cmp(&right).unwrap_or_else(|| right.is_nan().cmp(&left.is_nan()))
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

//! The value that expressions work on: JSON that knows its weight and depth.

use crate::budget::{self, Bound, MAX_DEPTH, MAX_WEIGHT};
use jaq_core::ValR;
use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};
use std::rc::Rc;

/// What one scalar weighs, in bytes.
const SCALAR: usize = 16;
/// The members of an object.
pub type Members = BTreeMap<Rc<str>, Value>;

/// A JSON value.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Nothing.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(Rc<str>),
    /// A list.
    List(Rc<Node<Vec<Value>>>),
    /// An object.
    Object(Rc<Node<Members>>),
}

/// A list or an object with what is known of it.
#[derive(Clone, Debug)]
pub struct Node<T> {
    /// What it holds.
    pub inner: T,
    weight: usize,
    depth: usize,
}

impl Value {
    /// A text; charges its bytes.
    pub fn text(text: &str) -> Self {
        if budget::allocate(text.len() + SCALAR) { Self::Text(text.into()) } else { Self::Null }
    }

    /// A list; charges its items.
    pub fn list(items: Vec<Value>) -> Self {
        match node(items.iter(), 0) {
            Some((weight, depth)) => Self::List(Rc::new(Node { inner: items, weight, depth })),
            None => Self::Null,
        }
    }

    /// An object; charges its members.
    pub fn object(members: Members) -> Self {
        let names = members.keys().map(|name| name.len() + SCALAR).sum();
        match node(members.values(), names) {
            Some((weight, depth)) => Self::Object(Rc::new(Node { inner: members, weight, depth })),
            None => Self::Null,
        }
    }

    /// How many bytes it counts for, shared parts counted each time.
    pub fn weight(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Float(_) => SCALAR,
            Self::Text(text) => SCALAR + text.len(),
            Self::List(node) => node.weight,
            Self::Object(node) => node.weight,
        }
    }

    /// The levels below it, at most.
    pub fn depth(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Text(_) => 0,
            Self::List(node) => node.depth,
            Self::Object(node) => node.depth,
        }
    }

    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// Takes JSON in.
    pub fn read(value: &serde_json::Value) -> Self {
        Self::read_level(value, 0)
    }

    fn read_level(value: &serde_json::Value, level: usize) -> Self {
        if level > MAX_DEPTH {
            budget::exhaust(Bound::Depth);
            return Self::Null;
        }
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(whole) => Self::Int(whole),
                None => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            serde_json::Value::String(text) => Self::text(text),
            serde_json::Value::Array(items) => {
                Self::list(items.iter().map(|item| Self::read_level(item, level + 1)).collect())
            }
            serde_json::Value::Object(members) => {
                let member = |(name, value): (&String, _)| {
                    (Rc::from(name.as_str()), Self::read_level(value, level + 1))
                };
                Self::object(members.iter().map(member).collect())
            }
        }
    }

    /// Gives JSON out; none if a number is not finite or more than `room` bytes are needed.
    pub fn write(&self, room: &mut usize) -> Result<serde_json::Value, &'static str> {
        let own = match self {
            Self::Text(text) => text.len() + 2,
            Self::Object(node) => node.inner.keys().map(|name| name.len() + 4).sum::<usize>() + 2,
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::List(_) => 2,
        };
        *room = room.checked_sub(own).ok_or("the result is larger than 1 MiB")?;
        Ok(match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Float(value) => write_float(*value)?,
            Self::Text(text) => serde_json::Value::String((**text).to_owned()),
            Self::List(node) => {
                let items = node.inner.iter().map(|item| item.write(room));
                serde_json::Value::Array(items.collect::<Result<_, _>>()?)
            }
            Self::Object(node) => {
                let members = node.inner.iter();
                let members =
                    members.map(|(name, value)| Ok(((**name).to_owned(), value.write(room)?)));
                serde_json::Value::Object(members.collect::<Result<_, &'static str>>()?)
            }
        })
    }

    /// Changes a list in place and counts it anew.
    pub fn change_list(
        list: Rc<Node<Vec<Value>>>,
        change: impl FnOnce(&mut Vec<Value>),
    ) -> ValR<Self> {
        let mut items = own(list)?;
        change(&mut items);
        Self::checked(Self::list(items))
    }

    /// Changes an object in place and counts it anew.
    pub fn change_object(
        object: Rc<Node<Members>>,
        change: impl FnOnce(&mut Members),
    ) -> ValR<Self> {
        let mut members = own(object)?;
        change(&mut members);
        Self::checked(Self::object(members))
    }

    /// The value, unless the budget is used up.
    pub fn checked(self) -> ValR<Self> {
        match budget::hit() {
            None => Ok(self),
            Some(_) => Err(exhausted()),
        }
    }
}

/// Takes a node's content, copying it only if it is shared.
pub fn own<T: Clone>(node: Rc<Node<T>>) -> Result<T, jaq_core::Error<Value>> {
    match Rc::try_unwrap(node) {
        Ok(node) => Ok(node.inner),
        Err(node) => {
            if budget::allocate(node.weight.min(MAX_WEIGHT)) {
                Ok(node.inner.clone())
            } else {
                Err(exhausted())
            }
        }
    }
}

/// The error of every operation once the budget is used up; what was hit is asked at the end.
pub fn exhausted() -> jaq_core::Error<Value> {
    jaq_core::Error::new(Value::Null)
}

fn node<'a>(items: impl Iterator<Item = &'a Value>, own: usize) -> Option<(usize, usize)> {
    let (mut weight, mut depth, mut count) = (own.saturating_add(SCALAR), 0, 0);
    for item in items {
        weight = weight.saturating_add(item.weight());
        depth = depth.max(item.depth());
        count += 1;
    }
    if depth >= MAX_DEPTH {
        budget::exhaust(Bound::Depth);
    }
    if weight > MAX_WEIGHT {
        budget::exhaust(Bound::Bytes);
    }
    let charged = budget::step(count / 16 + 1) && budget::allocate(count * SCALAR + own);
    charged.then_some((weight, depth + 1))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "checked to be a whole number that a float holds exactly"
)]
fn write_float(value: f64) -> Result<serde_json::Value, &'static str> {
    const EXACT: f64 = (1_i64 << 53) as f64;
    if value.fract() == 0.0 && value.abs() <= EXACT {
        return Ok((value as i64).into());
    }
    let number = serde_json::Number::from_f64(value);
    number.map(serde_json::Value::Number).ok_or("the result holds a number that is not finite")
}

/// Messages name the kind of a value, never the value: it may be somebody's data.
impl Display for Value {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.kind())
    }
}

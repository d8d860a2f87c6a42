//! Arithmetic on values; each operation draws on the budget.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a value of any other kind is treated alike, whichever kinds there are"
)]

use crate::budget::{self, MAX_WEIGHT};
use crate::value::{Members, Value, exhausted, own};
use jaq_core::ops::Math;
use jaq_core::{Error, ValR};
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};
use std::rc::Rc;

impl Value {
    /// The number as a float, if it is one.
    #[expect(clippy::cast_precision_loss, reason = "what jq does with large whole numbers")]
    pub fn float(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Null | Self::Bool(_) | Self::Text(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// Whether it is a number that nothing can be divided by.
    fn is_zero(&self) -> bool {
        self.float().is_some_and(|value| value == 0.0)
    }

    fn numbers(
        self,
        other: Self,
        operation: Math,
        whole: impl Fn(i64, i64) -> Option<i64>,
        float: impl Fn(f64, f64) -> f64,
    ) -> ValR<Self> {
        if let (Self::Int(left), Self::Int(right)) = (&self, &other)
            && let Some(result) = whole(*left, *right)
        {
            return Ok(Self::Int(result));
        }
        match (self.float(), other.float()) {
            (Some(left), Some(right)) => Ok(Self::Float(float(left, right))),
            _ => Err(Error::math(self, operation, other)),
        }
    }
}

fn step() -> Result<(), Error<Value>> {
    if budget::step(1) { Ok(()) } else { Err(exhausted()) }
}

impl Add for Value {
    type Output = ValR<Self>;

    fn add(self, other: Self) -> ValR<Self> {
        step()?;
        match (self, other) {
            (Self::Null, other) | (other, Self::Null) => Ok(other),
            (Self::Text(left), Self::Text(right)) => {
                if !budget::allocate(left.len() + right.len()) {
                    return Err(exhausted());
                }
                Ok(Self::Text(format!("{left}{right}").into()))
            }
            (Self::List(left), Self::List(right)) => {
                let right = own(right)?;
                Self::change_list(left, |items| items.extend(right))
            }
            (Self::Object(left), Self::Object(right)) => {
                let right = own(right)?;
                Self::change_object(left, |members| members.extend(right))
            }
            (left, right) => {
                left.numbers(right, Math::Add, i64::checked_add, |left, right| left + right)
            }
        }
    }
}

impl Sub for Value {
    type Output = ValR<Self>;

    fn sub(self, other: Self) -> ValR<Self> {
        step()?;
        match (self, other) {
            (Self::List(left), Self::List(right)) => {
                let gone: std::collections::BTreeSet<_> = right.inner.iter().collect();
                Self::change_list(left, |items| items.retain(|item| !gone.contains(item)))
            }
            (left, right) => {
                left.numbers(right, Math::Sub, i64::checked_sub, |left, right| left - right)
            }
        }
    }
}

impl Mul for Value {
    type Output = ValR<Self>;

    fn mul(self, other: Self) -> ValR<Self> {
        step()?;
        match (self, other) {
            (Self::Text(text), times @ (Self::Int(_) | Self::Float(_)))
            | (times @ (Self::Int(_) | Self::Float(_)), Self::Text(text)) => repeat(&text, &times),
            (Self::Object(left), Self::Object(right)) => {
                merge(own(left)?, own(right)?).and_then(Value::checked)
            }
            (left, right) => {
                left.numbers(right, Math::Mul, i64::checked_mul, |left, right| left * right)
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float beyond the range saturates, and is refused by its size"
)]
fn repeat(text: &str, times: &Value) -> ValR<Value> {
    let times = times.float().unwrap_or_default();
    if times <= 0.0 {
        return Ok(Value::Null);
    }
    let times = (times as usize).max(1);
    if !budget::allocate(text.len().max(1).saturating_mul(times)) {
        return Err(exhausted());
    }
    Ok(Value::Text(text.repeat(times).into()))
}

fn merge(mut left: Members, right: Members) -> ValR<Value> {
    for (name, value) in right {
        step()?;
        let merged = match (left.remove(&name), value) {
            (Some(Value::Object(left)), Value::Object(right)) => merge(own(left)?, own(right)?)?,
            (_, value) => value,
        };
        left.insert(name, merged);
    }
    Ok(Value::object(left))
}

impl Div for Value {
    type Output = ValR<Self>;

    fn div(self, other: Self) -> ValR<Self> {
        step()?;
        match (self, other) {
            (Self::Text(text), Self::Text(separator)) => {
                let parts = split(&text, &separator);
                if parts.len() > MAX_WEIGHT / 64 || !budget::step(parts.len()) {
                    budget::exhaust(budget::Bound::Bytes);
                    return Err(exhausted());
                }
                Self::checked(Self::list(parts.into_iter().map(Self::text).collect()))
            }
            (left, right) if right.is_zero() => Err(Error::math(left, Math::Div, right)),
            (left, right) => {
                let whole = |left: i64, right: i64| {
                    let exact = right != 0 && left.checked_rem(right) == Some(0);
                    if exact { left.checked_div(right) } else { None }
                };
                left.numbers(right, Math::Div, whole, |left, right| left / right)
            }
        }
    }
}

fn split<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    match (text, separator) {
        ("", _) => Vec::new(),
        (text, "") => {
            let ends =
                text.char_indices().map(|(start, letter)| (start, start + letter.len_utf8()));
            ends.map(|(start, end)| &text[start..end]).collect()
        }
        (text, separator) => text.split(separator).collect(),
    }
}

impl Rem for Value {
    type Output = ValR<Self>;

    fn rem(self, other: Self) -> ValR<Self> {
        step()?;
        if other.is_zero() {
            return Err(Error::math(self, Math::Rem, other));
        }
        self.numbers(other, Math::Rem, i64::checked_rem, |left, right| left % right)
    }
}

impl Neg for Value {
    type Output = ValR<Self>;

    fn neg(self) -> ValR<Self> {
        step()?;
        match self {
            Self::Int(value) => match value.checked_neg() {
                Some(value) => Ok(Self::Int(value)),
                None => Ok(Self::Float(9_223_372_036_854_775_808.0)),
            },
            Self::Float(value) => Ok(Self::Float(-value)),
            other => Err(Error::typ(other, "number")),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<isize> for Value {
    fn from(value: isize) -> Self {
        i64::try_from(value).map_or(Self::Null, Self::Int)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        i64::try_from(value).map_or(Self::Null, Self::Int)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::text(&text)
    }
}

impl From<std::ops::Range<Option<Value>>> for Value {
    fn from(range: std::ops::Range<Option<Value>>) -> Self {
        let ends = [("start", range.start), ("end", range.end)];
        let members = ends.into_iter().filter_map(|(name, end)| Some((Rc::from(name), end?)));
        Self::object(members.collect())
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        let (mut items, mut weight) = (Vec::new(), 0_usize);
        for value in values {
            weight = weight.saturating_add(value.weight());
            if weight > MAX_WEIGHT {
                budget::exhaust(budget::Bound::Bytes);
            }
            // Nothing can be returned from here but a value; the flag outlives it.
            if !budget::step(1) {
                return Self::Null;
            }
            items.push(value);
        }
        Self::list(items)
    }
}

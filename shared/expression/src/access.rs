//! Reaching into values: fields, items, slices, and changing what is there.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a value of any other kind is treated alike, whichever kinds there are"
)]

use crate::budget;
use crate::value::{Value, exhausted, own};
use jaq_core::box_iter::{BoxIter, box_once};
use jaq_core::path::Opt;
use jaq_core::val::Range;
use jaq_core::{Error, Exn, ValR, ValT, ValX};
use std::rc::Rc;

/// Ends an iteration with an error as soon as the budget is used up.
fn counted<T: 'static>(
    items: impl Iterator<Item = T> + 'static,
) -> BoxIter<'static, Result<T, Error<Value>>> {
    let mut over = false;
    Box::new(items.map_while(move |item| {
        let before = std::mem::replace(&mut over, !budget::step(1));
        (!before).then_some(if over { Err(exhausted()) } else { Ok(item) })
    }))
}

impl ValT for Value {
    fn from_num(text: &str) -> ValR<Self> {
        match text.parse::<i64>() {
            Ok(whole) => Ok(Self::Int(whole)),
            Err(_) => text.parse().map(Self::Float).map_err(|_| Error::typ(Self::Null, "number")),
        }
    }

    fn from_map<I: IntoIterator<Item = (Self, Self)>>(members: I) -> ValR<Self> {
        let member = |(name, value)| match name {
            Self::Text(name) => Ok((name, value)),
            other => Err(Error::typ(other, "name of a member")),
        };
        let members = members.into_iter().map(member).collect::<Result<_, _>>()?;
        Self::object(members).checked()
    }

    fn key_values(self) -> BoxIter<'static, Result<(Self, Self), Error<Self>>> {
        match self {
            Self::List(node) => match own(node) {
                Ok(items) => {
                    let items = items.into_iter().enumerate();
                    counted(items.map(|(position, item)| (Self::from(position), item)))
                }
                Err(error) => box_once(Err(error)),
            },
            Self::Object(node) => match own(node) {
                Ok(members) => {
                    counted(members.into_iter().map(|(name, value)| (Self::Text(name), value)))
                }
                Err(error) => box_once(Err(error)),
            },
            other => box_once(Err(Error::typ(other, "array or object"))),
        }
    }

    fn values(self) -> Box<dyn Iterator<Item = ValR<Self>>> {
        Box::new(self.key_values().map(|pair| pair.map(|(_key, value)| value)))
    }

    fn index(self, index: &Self) -> ValR<Self> {
        if !budget::step(1) {
            return Err(exhausted());
        }
        self.find(index).map(Option::unwrap_or_default)
    }

    fn range(self, range: Range<&Self>) -> ValR<Self> {
        match self {
            Self::List(node) => {
                let (start, end) = bounds(&range, node.inner.len())?;
                node.inner[start..end].iter().cloned().collect::<Self>().checked()
            }
            Self::Text(text) => {
                let (start, end) = bounds(&range, text.chars().count())?;
                let part: String = text.chars().skip(start).take(end - start).collect();
                Self::text(&part).checked()
            }
            Self::Null => Ok(Self::Null),
            other => Err(Error::typ(other, "array or string")),
        }
    }

    fn map_values<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        opt: Opt,
        change: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        match self {
            Self::List(node) => {
                let items = own(node)?.into_iter().flat_map(change);
                Ok(items.collect::<Result<Self, _>>()?.checked()?)
            }
            Self::Object(node) => {
                let members = own(node)?.into_iter().filter_map(|(name, value)| {
                    change(value).next().map(|value| Ok::<_, Exn<'a, Self>>((name, value?)))
                });
                Ok(Self::object(members.collect::<Result<_, _>>()?).checked()?)
            }
            other => opt.fail(other, |other| Exn::from(Error::typ(other, "array or object"))),
        }
    }

    fn map_index<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        index: &Self,
        opt: Opt,
        change: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        let this = if matches!((&self, index), (Self::Null, Self::Text(_))) {
            Self::object(std::collections::BTreeMap::new())
        } else {
            self
        };
        match (this, index) {
            (Self::Object(node), Self::Text(name)) => {
                let mut members = own(node)?;
                let old = members.remove(name).unwrap_or_default();
                if let Some(new) = change(old).next().transpose()? {
                    members.insert(Rc::clone(name), new);
                }
                Ok(Self::object(members).checked()?)
            }
            (Self::List(node), Self::Int(_) | Self::Float(_)) => {
                let position = place(index, node.inner.len());
                let Some(position) = position.filter(|position| *position < node.inner.len())
                else {
                    let other = Self::List(node);
                    return opt.fail(other, |other| Exn::from(Error::index(other, index.clone())));
                };
                let mut items = own(node)?;
                let old = std::mem::take(&mut items[position]);
                match change(old).next().transpose()? {
                    Some(new) => items[position] = new,
                    None => drop(items.remove(position)),
                }
                Ok(Self::list(items).checked()?)
            }
            (this @ (Self::List(_) | Self::Text(_)), Self::Object(range)) => {
                let range = range.inner.get("start")..range.inner.get("end");
                this.map_range(range, opt, change)
            }
            (this, index) => opt.fail(this, |this| Exn::from(Error::index(this, index.clone()))),
        }
    }

    fn map_range<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        range: Range<&Self>,
        opt: Opt,
        change: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        match self {
            Self::List(node) => {
                let (start, end) = bounds(&range, node.inner.len())?;
                let part: Self = node.inner[start..end].iter().cloned().collect();
                let new = match change(part).next().transpose()? {
                    None => Vec::new(),
                    Some(Self::List(new)) => own(new)?,
                    Some(other) => return Err(Error::typ(other, "array").into()),
                };
                let mut items = own(node)?;
                items.splice(start..end, new);
                Ok(Self::list(items).checked()?)
            }
            other => opt.fail(other, |other| Exn::from(Error::typ(other, "array"))),
        }
    }

    fn as_bool(&self) -> bool {
        !matches!(self, Self::Null | Self::Bool(false))
    }

    fn into_string(self) -> Self {
        match self {
            Self::Text(_) => self,
            other => other.to_json(),
        }
    }
}

impl Value {
    /// The child at an index, if there is one.
    pub fn find(&self, index: &Self) -> Result<Option<Self>, Error<Self>> {
        match (self, index) {
            (Self::Null, Self::Text(_) | Self::Int(_) | Self::Float(_) | Self::Null) => Ok(None),
            (Self::Object(node), Self::Text(name)) => Ok(node.inner.get(name).cloned()),
            (Self::List(node), Self::Int(_) | Self::Float(_)) => {
                let position = place(index, node.inner.len());
                Ok(position.and_then(|position| node.inner.get(position).cloned()))
            }
            (Self::List(_) | Self::Text(_), Self::Object(range)) => {
                let range = range.inner.get("start")..range.inner.get("end");
                self.clone().range(range).map(Some)
            }
            _ => Err(Error::index(self.clone(), index.clone())),
        }
    }

    /// The value as JSON text.
    pub fn to_json(&self) -> Self {
        let mut room = budget::MAX_WEIGHT;
        if let Ok(value) = self.write(&mut room) {
            return Self::text(&value.to_string());
        }
        budget::exhaust(budget::Bound::Bytes);
        Self::Null
    }
}

/// Where an index points, negative ones from the end.
#[expect(clippy::cast_possible_truncation, reason = "saturates, and is out of range then")]
fn place(index: &Value, length: usize) -> Option<usize> {
    let index = match index {
        Value::Int(index) => *index,
        other => other.float()?.floor() as i64,
    };
    let length = i64::try_from(length).ok()?;
    let position = if index < 0 { index.checked_add(length)? } else { index };
    usize::try_from(position).ok()
}

/// The bounds of a slice, clipped to the length.
fn bounds(range: &Range<&Value>, length: usize) -> Result<(usize, usize), Error<Value>> {
    let bound = |end: Option<&Value>, default: usize| match end {
        None | Some(Value::Null) => Ok(default),
        Some(index @ (Value::Int(_) | Value::Float(_))) => {
            let negative = index.float().is_some_and(|index| index < 0.0);
            let missing = if negative { 0 } else { length };
            Ok(place(index, length).unwrap_or(missing).min(length))
        }
        Some(other) => Err(Error::typ(other.clone(), "integer")),
    };
    let start = bound(range.start, 0)?;
    Ok((start, bound(range.end, length)?.max(start)))
}

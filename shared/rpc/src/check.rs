//! Holds a message against the rules of its contract.
//!
//! It reads the encoded message, so that a request with thousands of items costs little more than
//! looking at each of them once.

use std::{borrow::Cow, fmt::Display};

use prost::{Message, Name};
use prost_reflect::{DynamicMessage, EnumDescriptor};
use uuid::Uuid;

use crate::{
    Violations,
    kind::{Kind, Shape},
    rules::{Contracts, Field, Rules},
    wire::{self, Wire},
};

/// `message` as its descriptor sees it; none when it is not a message of the house.
pub(crate) fn dynamic<M: Message + Name>(message: &M) -> Option<DynamicMessage> {
    let descriptor = rangkai_proto::pool().get_message_by_name(&M::full_name())?;
    DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).ok()
}

/// Notes every field of the encoded message, whose rules stand at `place`, and of the messages in it,
/// that breaks a rule; none when the bytes are no such message.
pub(crate) fn check(
    contracts: &Contracts,
    place: usize,
    bytes: &[u8],
    found: &mut Violations,
) -> Option<()> {
    Check { contracts, path: Vec::new(), found }.message(place, bytes)
}

struct Check<'a> {
    contracts: &'a Contracts,
    /// Where we are. Nobody writes it down before something is wrong there.
    path: Vec<Step<'a>>,
    found: &'a mut Violations,
}

enum Step<'a> {
    Field(&'a str),
    Item(usize),
    Entry(Cow<'static, str>),
}

impl<'a> Check<'a> {
    fn message(&mut self, place: usize, bytes: &[u8]) -> Option<()> {
        let values = wire::values(bytes)?;
        for field in self.contracts.fields(place) {
            let own = values.iter().filter(|(number, _)| *number == field.number);
            self.path.push(Step::Field(&field.name));
            self.field(field, own.map(|(_, value)| *value))?;
            self.path.pop();
        }
        Some(())
    }

    fn field<'b>(
        &mut self,
        field: &'a Field,
        values: impl Iterator<Item = Wire<'b>>,
    ) -> Option<()> {
        let mut values = values.peekable();
        let is_set = values.peek().is_some();
        if !is_set && field.rules.required {
            self.add("is required");
            return Some(());
        }
        match field.shape {
            Shape::One { knows_if_set } => match values.last() {
                Some(value) => self.value(field, value),
                // Nothing was set, so there is nothing to hold to a rule.
                None if knows_if_set => Some(()),
                None => self.value(field, field.kind.unset()),
            },
            Shape::List => self.list(field, values),
            Shape::Map => self.map(field, values),
        }
    }

    fn list<'b>(&mut self, field: &'a Field, values: impl Iterator<Item = Wire<'b>>) -> Option<()> {
        let mut items = Vec::new();
        for value in values {
            match (field.kind.packs_as(), value) {
                (Some(wire), Wire::Bytes(bytes)) => items.extend(wire::packed(bytes, wire)?),
                (Some(_) | None, _) => items.push(value),
            }
        }
        self.count(&field.rules, items.len());
        for (position, item) in items.into_iter().enumerate() {
            self.path.push(Step::Item(position));
            self.value(field, item)?;
            self.path.pop();
        }
        Some(())
    }

    fn map<'b>(&mut self, field: &'a Field, entries: impl Iterator<Item = Wire<'b>>) -> Option<()> {
        let entries: Vec<_> = entries.collect();
        self.count(&field.rules, entries.len());
        for entry in entries {
            let Wire::Bytes(entry) = entry else { return None };
            let values = wire::values(entry)?;
            let of = |wanted| values.iter().rfind(|(number, _)| *number == wanted);
            let key = of(1).map_or(Wire::Bytes(&[]), |(_, key)| *key);
            let value = of(2).map_or_else(|| field.kind.unset(), |(_, value)| *value);
            self.path.push(Step::Entry(shown(key)));
            self.value(field, value)?;
            self.path.pop();
        }
        Some(())
    }

    fn count(&mut self, rules: &Rules, count: usize) {
        if let Some(least) = rules.min_items.filter(|least| count < *least) {
            self.add(format_args!("must have at least {least} items"));
        }
        if let Some(most) = rules.max_items.filter(|most| count > *most) {
            self.add(format_args!("must have at most {most} items"));
        }
    }

    fn value(&mut self, field: &'a Field, value: Wire<'_>) -> Option<()> {
        let rules = &field.rules;
        match (&field.kind, value) {
            (Kind::Message(Some(place)), Wire::Bytes(bytes)) => self.message(*place, bytes)?,
            (Kind::Text, Wire::Bytes(text)) => self.text(rules, str::from_utf8(text).ok()?),
            (Kind::Bytes, Wire::Bytes(bytes)) => self.length(rules, bytes.len(), "bytes"),
            (Kind::Word(words), Wire::Varint(number)) => self.word(words, number),
            (Kind::Number(kind), value) => self.number(rules, kind.read(value)?),
            (Kind::Message(None) | Kind::Other(_), _) => {}
            (Kind::Message(Some(_)) | Kind::Text | Kind::Bytes | Kind::Word(_), _) => return None,
        }
        Some(())
    }

    fn text(&mut self, rules: &Rules, text: &str) {
        if text.is_empty() {
            return;
        }
        // No text has more characters than bytes.
        if rules.min_len.is_some() || rules.max_len.is_some_and(|most| text.len() > most) {
            self.length(rules, text.chars().count(), "characters");
        }
        if text.contains('\0') {
            // PostgreSQL keeps no text with it.
            self.add("must not hold the character U+0000");
        }
        if rules.uuid && !is_uuid(text) {
            self.add("must be a UUID");
        }
        if let Some(pattern) = rules.pattern.as_ref().filter(|it| !it.whole.is_match(text)) {
            self.add(format_args!("must match {}", pattern.text));
        }
    }

    fn length(&mut self, rules: &Rules, length: usize, unit: &str) {
        if let Some(least) = rules.min_len.filter(|least| length != 0 && length < *least) {
            self.add(format_args!("must have at least {least} {unit}"));
        }
        if let Some(most) = rules.max_len.filter(|most| length > *most) {
            self.add(format_args!("must have at most {most} {unit}"));
        }
    }

    fn word(&mut self, words: &EnumDescriptor, number: u64) {
        let number = i32::try_from(number.cast_signed()).ok();
        if number.and_then(|number| words.get_value(number)).is_none() {
            self.add("is not a value that the contract knows");
        }
    }

    fn number(&mut self, rules: &Rules, number: i128) {
        if let Some(least) = rules.min.filter(|least| number < i128::from(*least)) {
            self.add(format_args!("must be at least {least}"));
        }
        if let Some(most) = rules.max.filter(|most| number > i128::from(*most)) {
            self.add(format_args!("must be at most {most}"));
        }
    }

    /// Notes that what is here breaks `rule`.
    fn add(&mut self, rule: impl Display) {
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Field(name) if path.is_empty() => path.push_str(name),
                Step::Field(name) => path.extend([".", name]),
                Step::Item(position) => path.extend(["[", &position.to_string(), "]"]),
                Step::Entry(key) => path.extend(["[", key.as_ref(), "]"]),
            }
        }
        self.found.add(&path, rule);
    }
}

/// Whether `text` is a UUID in its hyphenated form, the only one that the contracts know.
fn is_uuid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

/// A map's key as a path shows it: one that could be anything is not repeated.
fn shown(key: Wire<'_>) -> Cow<'static, str> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    match key {
        Wire::Bytes(text) if text.len() <= 64 && text.iter().all(plain) => {
            Cow::Owned(String::from_utf8_lossy(text).into_owned())
        }
        Wire::Varint(key) => Cow::Owned(key.to_string()),
        Wire::Bytes(_) | Wire::Wide(_) | Wire::Narrow(_) => Cow::Borrowed("?"),
    }
}

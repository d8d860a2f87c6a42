//! Holds a message against the rules of its contract.

use std::borrow::Cow;

use prost::{Message, Name};
use prost_reflect::{DynamicMessage, EnumDescriptor, Kind, MapKey, ReflectMessage as _, Value};
use uuid::Uuid;

use crate::{
    Violations,
    rules::{Contracts, Field, Rules},
};

/// `message` as its descriptor sees it; none when it is not a message of the house.
pub(crate) fn dynamic<M: Message + Name>(message: &M) -> Option<DynamicMessage> {
    let descriptor = rangkai_proto::pool().get_message_by_name(&M::full_name())?;
    DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).ok()
}

/// Notes every field of `message`, and of the messages in it, that breaks a rule.
pub(crate) fn check(contracts: &Contracts, message: &DynamicMessage, found: &mut Violations) {
    Check { contracts, found }.message("", message);
}

struct Check<'a> {
    contracts: &'a Contracts,
    found: &'a mut Violations,
}

impl Check<'_> {
    fn message(&mut self, path: &str, message: &DynamicMessage) {
        for field in self.contracts.fields(message.descriptor().full_name()) {
            let name = field.descriptor.name();
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            self.field(&path, field, message);
        }
    }

    fn field(&mut self, path: &str, field: &Field, message: &DynamicMessage) {
        let rules = &field.rules;
        let is_set = message.has_field(&field.descriptor);
        if !is_set && rules.required {
            return self.found.add(path, "is required");
        }
        // A field that knows whether it was set, and was not, has no value to hold to a rule.
        if !is_set && field.descriptor.supports_presence() {
            return;
        }
        let value = message.get_field(&field.descriptor);
        let kind = field.descriptor.kind();
        if let Some(items) = value.as_list() {
            self.count(path, rules, items.len());
            for (position, item) in items.iter().enumerate() {
                self.value(&format!("{path}[{position}]"), &kind, rules, item);
            }
        } else if let (Some(entries), Kind::Message(entry)) = (value.as_map(), &kind) {
            self.count(path, rules, entries.len());
            let kind = entry.map_entry_value_field().kind();
            for (key, item) in entries {
                self.value(&format!("{path}[{}]", shown(key)), &kind, rules, item);
            }
        } else {
            self.value(path, &kind, rules, &value);
        }
    }

    fn count(&mut self, path: &str, rules: &Rules, count: usize) {
        if let Some(least) = rules.min_items.filter(|least| count < *least) {
            self.found.add(path, format_args!("must have at least {least} items"));
        }
        if let Some(most) = rules.max_items.filter(|most| count > *most) {
            self.found.add(path, format_args!("must have at most {most} items"));
        }
    }

    fn value(&mut self, path: &str, kind: &Kind, rules: &Rules, value: &Value) {
        match (kind, value) {
            (_, Value::Message(message)) => self.message(path, message),
            (_, Value::String(text)) => self.text(path, rules, text),
            (_, Value::Bytes(bytes)) => self.length(path, rules, bytes.len(), "bytes"),
            (Kind::Enum(values), Value::EnumNumber(number)) => self.word(path, values, *number),
            _ => self.number(path, rules, value),
        }
    }

    fn text(&mut self, path: &str, rules: &Rules, text: &str) {
        if text.is_empty() {
            return;
        }
        self.length(path, rules, text.chars().count(), "characters");
        if text.contains('\0') {
            // PostgreSQL keeps no text with it.
            self.found.add(path, "must not hold the character U+0000");
        }
        if rules.uuid && !is_uuid(text) {
            self.found.add(path, "must be a UUID");
        }
        if let Some(pattern) = rules.pattern.as_ref().filter(|it| !it.whole.is_match(text)) {
            self.found.add(path, format_args!("must match {}", pattern.text));
        }
    }

    fn length(&mut self, path: &str, rules: &Rules, length: usize, unit: &str) {
        if let Some(least) = rules.min_len.filter(|least| length != 0 && length < *least) {
            self.found.add(path, format_args!("must have at least {least} {unit}"));
        }
        if let Some(most) = rules.max_len.filter(|most| length > *most) {
            self.found.add(path, format_args!("must have at most {most} {unit}"));
        }
    }

    fn word(&mut self, path: &str, values: &EnumDescriptor, number: i32) {
        if values.get_value(number).is_none() {
            self.found.add(path, "is not a value that the contract knows");
        }
    }

    fn number(&mut self, path: &str, rules: &Rules, value: &Value) {
        let Some(number) = whole(value) else { return };
        if let Some(least) = rules.min.filter(|least| number < i128::from(*least)) {
            self.found.add(path, format_args!("must be at least {least}"));
        }
        if let Some(most) = rules.max.filter(|most| number > i128::from(*most)) {
            self.found.add(path, format_args!("must be at most {most}"));
        }
    }
}

/// The value as a whole number, if it is one.
fn whole(value: &Value) -> Option<i128> {
    let signed = value.as_i64().or_else(|| value.as_i32().map(i64::from)).map(i128::from);
    let unsigned = || value.as_u64().or_else(|| value.as_u32().map(u64::from)).map(i128::from);
    signed.or_else(unsigned)
}

/// Whether `text` is a UUID in its hyphenated form, the only one that the contracts know.
fn is_uuid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

/// A map's key as a path shows it: one that could be anything is not repeated.
fn shown(key: &MapKey) -> Cow<'static, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    match key {
        MapKey::String(text) if text.len() <= 64 && text.bytes().all(plain) => {
            Cow::Owned(text.clone())
        }
        MapKey::String(_) => Cow::Borrowed("?"),
        MapKey::Bool(key) => Cow::Owned(key.to_string()),
        MapKey::I32(key) => Cow::Owned(key.to_string()),
        MapKey::I64(key) => Cow::Owned(key.to_string()),
        MapKey::U32(key) => Cow::Owned(key.to_string()),
        MapKey::U64(key) => Cow::Owned(key.to_string()),
    }
}

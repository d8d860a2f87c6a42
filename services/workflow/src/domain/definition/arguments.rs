//! Checking the arguments of a call against the message that the method takes.

use super::functions::Functions;
use super::reader::{Reader, Spot, child, nearest};
use super::yaml::{Key, Kind, Node};
use prost_reflect::{FieldDescriptor, Kind as FieldKind, MessageDescriptor};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

impl Reader<'_> {
    /// Checks all arguments: what is given must fit, what is required must be given.
    pub fn check_arguments(
        &mut self,
        spot: &Spot<'_>,
        present: bool,
        message: &MessageDescriptor,
        given: &Map<String, Value>,
    ) {
        if present {
            self.check_members(spot, message);
        }
        let empty = Vec::new();
        let members = match &spot.node.kind {
            Kind::Map(members) if present => members,
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(..) | Kind::List(_)
                if present =>
            {
                return;
            }
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Text(..)
            | Kind::List(_)
            | Kind::Map(_) => &empty,
        };
        self.check_required(spot, message, members, given);
    }

    fn check_required(
        &mut self,
        spot: &Spot<'_>,
        message: &MessageDescriptor,
        members: &[(Key, Node)],
        given: &Map<String, Value>,
    ) {
        for field in message.fields() {
            // The engine makes the request id itself, from the instance and the task.
            if field.name() == "request_id" || !Functions::requires(&field) {
                continue;
            }
            let named = |name: &str| name == field.name() || name == field.json_name();
            let here = members
                .iter()
                .any(|(key, node)| named(&key.name) && !matches!(node.kind, Kind::Null));
            if !here && !given.keys().any(|name| named(name)) {
                let text = format!("{} needs {}", message.full_name(), field.json_name());
                let mend = format!("add {}", field.json_name());
                self.wrong(spot, "argument.missing", text, &mend);
            }
        }
    }

    /// Checks the members of a message.
    pub fn check_members(&mut self, spot: &Spot<'_>, message: &MessageDescriptor) {
        if well_known(message, spot.node) {
            return;
        }
        let Some(members) = self.members(spot) else { return };
        let (mut fields, mut choices) = (BTreeMap::new(), BTreeMap::new());
        for (key, node) in members {
            let pointer = child(&spot.pointer, &key.name);
            let found = message
                .fields()
                .find(|field| field.name() == key.name || field.json_name() == key.name);
            let Some(field) = found else {
                self.unknown_field(key, &pointer, message);
                continue;
            };
            if let Some(other) = fields.insert(field.number(), &key.name) {
                let text = format!("{} and {other} are the same field", key.name);
                self.error(key.mark, &pointer, "argument.twice", text, "keep one of the two");
            }
            let choice = field.containing_oneof().filter(|choice| !choice.is_synthetic());
            if let Some(choice) = choice
                && let Some(other) = choices.insert(choice.name().to_owned(), &key.name)
            {
                let text = format!("only one of {} and {other} can be set", key.name);
                self.error(key.mark, &pointer, "argument.twice", text, "keep one of the two");
            }
            if field.name() == "request_id"
                && ["/with/request_id", "/with/requestId"].iter().any(|end| pointer.ends_with(end))
            {
                let text = "the engine gives each call its request id".to_owned();
                self.error(key.mark, &pointer, "argument.request_id", text, "leave it out");
            }
            self.check_field(&Spot { node, pointer }, &field);
        }
    }

    fn unknown_field(&mut self, key: &Key, pointer: &str, message: &MessageDescriptor) {
        let names: Vec<String> =
            message.fields().map(|field| field.json_name().to_owned()).collect();
        let mend = match nearest(&key.name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("the fields are {}", names.join(", ")),
        };
        let text = format!("{} has no field {}", message.full_name(), key.name);
        self.error(key.mark, pointer, "argument.unknown", text, &mend);
    }

    fn check_field(&mut self, spot: &Spot<'_>, field: &FieldDescriptor) {
        if is_expression(spot.node) || matches!(spot.node.kind, Kind::Null) {
            return;
        }
        if field.is_map() {
            let FieldKind::Message(entry) = field.kind() else { return };
            let value = entry.map_entry_value_field();
            for (key, node) in self.arguments_object(spot) {
                let pointer = child(&spot.pointer, &key.name);
                self.check_value(&Spot { node, pointer }, &value);
            }
        } else if field.is_list() {
            let Kind::List(items) = &spot.node.kind else {
                return self.mismatch(spot, "a list");
            };
            for (place, node) in items.iter().enumerate() {
                let pointer = format!("{}/{place}", spot.pointer);
                self.check_value(&Spot { node, pointer }, field);
            }
        } else {
            self.check_value(spot, field);
        }
    }

    fn arguments_object<'n>(&mut self, spot: &Spot<'n>) -> &'n [(Key, Node)] {
        if let Kind::Map(members) = &spot.node.kind {
            return members;
        }
        self.mismatch(spot, "an object");
        &[]
    }

    fn check_value(&mut self, spot: &Spot<'_>, field: &FieldDescriptor) {
        if is_expression(spot.node) {
            return;
        }
        let number = |whole: bool, node: &Node| match &node.kind {
            Kind::Number(number) => !whole || number.is_i64() || number.is_u64(),
            Kind::Text(text, _) if whole => text.parse::<i128>().is_ok(),
            Kind::Text(text, _) => text.parse::<f64>().is_ok(),
            Kind::Null | Kind::Bool(_) | Kind::List(_) | Kind::Map(_) => false,
        };
        let (fits, expected) = match field.kind() {
            FieldKind::Message(message) => {
                if well_known(&message, spot.node) {
                    return;
                }
                let (simple, form) = json_form(&message);
                if simple || !matches!(spot.node.kind, Kind::Map(_)) {
                    return self.mismatch(spot, form);
                }
                return self.check_arguments(spot, true, &message, &Map::new());
            }
            FieldKind::Enum(values) => {
                let known = |text: &str| values.get_value_by_name(text).is_some();
                let fits = match &spot.node.kind {
                    Kind::Text(text, _) => known(text),
                    Kind::Number(number) => number.is_i64(),
                    Kind::Null | Kind::Bool(_) | Kind::List(_) | Kind::Map(_) => false,
                };
                let names: Vec<_> = values.values().map(|value| value.name().to_owned()).collect();
                (fits, format!("one of {}", names.join(", ")))
            }
            FieldKind::Bool => {
                (matches!(spot.node.kind, Kind::Bool(_)), "true or false".to_owned())
            }
            FieldKind::String | FieldKind::Bytes => {
                (matches!(spot.node.kind, Kind::Text(..)), "a text".to_owned())
            }
            FieldKind::Double | FieldKind::Float => {
                (number(false, spot.node), "a number".to_owned())
            }
            FieldKind::Int32
            | FieldKind::Int64
            | FieldKind::Uint32
            | FieldKind::Uint64
            | FieldKind::Sint32
            | FieldKind::Sint64
            | FieldKind::Fixed32
            | FieldKind::Fixed64
            | FieldKind::Sfixed32
            | FieldKind::Sfixed64 => (number(true, spot.node), "a whole number".to_owned()),
        };
        if !fits {
            self.mismatch(spot, &expected);
        }
    }

    fn mismatch(&mut self, spot: &Spot<'_>, expected: &str) {
        let message = format!("expected {expected}, found {}", spot.node.describe());
        let mend = "write what the contract of the method says";
        self.wrong(spot, "argument.kind", message, mend);
    }
}

fn is_expression(node: &Node) -> bool {
    match &node.kind {
        Kind::Text(text, _) => text.trim().starts_with("${") && text.trim().ends_with('}'),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::List(_) | Kind::Map(_) => false,
    }
}

/// Whether the JSON form of a message is no object, and what it is.
fn json_form(message: &MessageDescriptor) -> (bool, &'static str) {
    match message.full_name() {
        "google.protobuf.Timestamp" => (true, "an instant such as 2026-11-21T09:00:00Z"),
        "google.protobuf.Duration" => (true, "a number of seconds such as 604800s"),
        _ => (false, "an object"),
    }
}

/// Whether a message has a JSON form of its own, and the part could be it.
fn well_known(message: &MessageDescriptor, node: &Node) -> bool {
    match message.full_name() {
        "google.protobuf.Timestamp" | "google.protobuf.FieldMask" => {
            matches!(node.kind, Kind::Text(..))
        }
        "google.protobuf.Duration" => match &node.kind {
            Kind::Text(text, _) => {
                let number = text.strip_suffix('s').map(str::parse::<f64>);
                number.is_some_and(|number| number.is_ok())
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::List(_) | Kind::Map(_) => false,
        },
        "google.protobuf.Struct" | "google.protobuf.Any" => matches!(node.kind, Kind::Map(_)),
        "google.protobuf.ListValue" => matches!(node.kind, Kind::List(_)),
        "google.protobuf.Value" => true,
        name => name.starts_with("google.protobuf.") && name.ends_with("Value"),
    }
}

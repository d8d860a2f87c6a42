//! Requests that break one rule each, for the test that sees every rule kept.

use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, MethodDescriptor, Value,
};

use crate::rules::{Contracts, Field, RuleError};

/// How deep messages within messages are followed; a contract may contain itself.
const DEEPEST: usize = 4;

/// One request for each rule that `method`'s contract puts on a field, each breaking that rule and
/// paired with the path of the field that the answer must name. The other fields are empty, so an
/// answer may name those that are required as well.
///
/// # Errors
///
/// When the contracts' own rules are broken.
pub fn breakers(method: &MethodDescriptor) -> Result<Vec<(String, DynamicMessage)>, RuleError> {
    let mut walk = Walk { contracts: Contracts::all()?, root: method.input(), broken: Vec::new() };
    walk.message(&method.input(), &mut Vec::new());
    Ok(walk.broken)
}

struct Walk {
    contracts: &'static Contracts,
    root: MessageDescriptor,
    broken: Vec<(String, DynamicMessage)>,
}

impl Walk {
    fn message(&mut self, message: &MessageDescriptor, path: &mut Vec<FieldDescriptor>) {
        let place = self.contracts.place(message.full_name());
        for field in place.map(|place| self.contracts.fields(place)).unwrap_or_default() {
            path.push(field.descriptor.clone());
            for value in broken(field) {
                self.broken.push(build(&self.root, path, value));
            }
            if let Some(inner) = inner(&field.descriptor).filter(|_| path.len() < DEEPEST) {
                self.message(&inner, path);
            }
            path.pop();
        }
    }
}

/// A value that breaks one rule of a field.
enum Broken {
    /// The field is left out.
    Absent,
    /// The whole value is wrong: too many items, or too few.
    Whole(Value),
    /// The value is wrong, or the one item where the field is a list.
    Item(Value),
}

fn broken(field: &Field) -> Vec<Broken> {
    let rules = &field.rules;
    let mut values = Vec::new();
    if rules.required {
        values.push(Broken::Absent);
    }
    values.extend(rules.max_items.and_then(|most| crowd(&field.descriptor, most + 1)));
    let few = rules.min_items.filter(|_| !rules.required);
    values.extend(few.and_then(|least| crowd(&field.descriptor, least.checked_sub(1)?)));
    if !field.descriptor.is_map() {
        values.extend(items(field).into_iter().map(Broken::Item));
    }
    values
}

fn items(field: &Field) -> Vec<Value> {
    let rules = &field.rules;
    let kind = field.descriptor.kind();
    let mut values = Vec::new();
    if rules.uuid {
        values.push(Value::String("not-a-uuid".to_owned()));
    }
    let few = rules.min_len.filter(|least| *least > 1);
    values.extend(few.and_then(|least| sized(&kind, least - 1)));
    values.extend(rules.max_len.and_then(|most| sized(&kind, most + 1)));
    if let Some(pattern) = &rules.pattern {
        let odd = ["\u{1}", "?", "zz", "0"].into_iter().find(|odd| !pattern.whole.is_match(odd));
        values.extend(odd.map(|odd| Value::String(odd.to_owned())));
    }
    let below = rules.min.and_then(|least| least.checked_sub(1));
    let above = rules.max.and_then(|most| most.checked_add(1));
    values.extend([below, above].into_iter().flatten().filter_map(|it| number(&kind, it)));
    if let Kind::Enum(known) = &kind {
        let unknown = (1..=i32::MAX).find(|number| known.get_value(*number).is_none());
        values.extend(unknown.map(Value::EnumNumber));
    }
    values
}

/// A text or bytes of a length.
fn sized(kind: &Kind, length: usize) -> Option<Value> {
    if matches!(kind, Kind::String) {
        return Some(Value::String("x".repeat(length)));
    }
    matches!(kind, Kind::Bytes).then(|| Value::Bytes(vec![0; length].into()))
}

/// A number of the field's own width.
fn number(kind: &Kind, number: i64) -> Option<Value> {
    let like = kind.default_value();
    if like.as_i64().is_some() {
        return Some(Value::I64(number));
    }
    if like.as_i32().is_some() {
        return i32::try_from(number).ok().map(Value::I32);
    }
    if like.as_u32().is_some() {
        return u32::try_from(number).ok().map(Value::U32);
    }
    like.as_u64().and_then(|_| u64::try_from(number).ok()).map(Value::U64)
}

/// A list or map with so many items.
fn crowd(field: &FieldDescriptor, count: usize) -> Option<Broken> {
    let kind = field.kind();
    if field.is_list() {
        return Some(Broken::Whole(Value::List(vec![kind.default_value(); count])));
    }
    let entry = kind.as_message().filter(|_| field.is_map())?;
    let value = entry.map_entry_value_field().kind().default_value();
    let keys = (0..count).map(|key| MapKey::String(format!("key{key}")));
    Some(Broken::Whole(Value::Map(keys.map(|key| (key, value.clone())).collect())))
}

/// The message within a field; maps are not followed.
fn inner(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    field.kind().as_message().filter(|_| !field.is_map()).cloned()
}

/// A request that is empty but for `broken` at `path`.
fn build(
    root: &MessageDescriptor,
    path: &[FieldDescriptor],
    broken: Broken,
) -> (String, DynamicMessage) {
    let mut message = DynamicMessage::new(root.clone());
    let Some((last, parents)) = path.split_last() else { return (String::new(), message) };
    let mut names = Vec::new();
    let mut place = Some(&mut message);
    for parent in parents {
        names.push(step(parent, parent.is_list()));
        place = place.and_then(|message| open(message, parent));
    }
    let (value, is_item) = match broken {
        Broken::Absent => (None, false),
        Broken::Item(value) if last.is_list() => (Some(Value::List(vec![value])), true),
        Broken::Whole(value) | Broken::Item(value) => (Some(value), false),
    };
    names.push(step(last, is_item));
    if let (Some(place), Some(value)) = (place, value) {
        place.set_field(last, value);
    }
    (names.join("."), message)
}

/// One step of a path.
fn step(field: &FieldDescriptor, is_item: bool) -> String {
    if is_item { format!("{}[0]", field.name()) } else { field.name().to_owned() }
}

/// The message in a field, made if it is not there.
fn open<'a>(
    message: &'a mut DynamicMessage,
    field: &FieldDescriptor,
) -> Option<&'a mut DynamicMessage> {
    let empty = Value::Message(DynamicMessage::new(inner(field)?));
    let value = if field.is_list() { Value::List(vec![empty]) } else { empty };
    message.set_field(field, value);
    let value = message.get_field_mut(field);
    if field.is_list() {
        value.as_list_mut()?.first_mut()?.as_message_mut()
    } else {
        value.as_message_mut()
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::{Violations, check::check};

    #[test]
    fn each_rule_of_each_method_refuses_what_breaks_it() {
        let contracts = Contracts::all().unwrap();
        let services = rangkai_proto::pool().services();
        let methods = services.flat_map(|service| service.methods().collect::<Vec<_>>());
        let mut seen = 0;

        for method in methods {
            for (field, request) in breakers(&method).unwrap() {
                let mut found = Violations::default();
                let place = contracts.place(method.input().full_name()).unwrap();
                check(contracts, place, &request.encode_to_vec(), &mut found).unwrap();
                assert!(found.names(&field), "{}: {field} in {request}", method.full_name());
                seen += 1;
            }
        }

        assert!(seen > 100, "{seen}");
    }
}

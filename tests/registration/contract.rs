//! Every rule that the contracts put on a field, broken once for each method.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind as FieldKind, MessageDescriptor, Value};
use rangkai_proto::pool;
use rangkai_testkit::{Client, Kind, caller};
use tonic::{Request, client::Grpc, codegen::http::uri::PathAndQuery};
use tonic_prost::ProstCodec;
use tonic_types::StatusExt as _;

use super::office::{Office, SCOPES};

const PACKAGE: &str = "rangkai.registration.v1";

#[tokio::test]
async fn every_rule_of_every_field_is_kept() -> anyhow::Result<()> {
    let office = Office::open(Kind::Sqlite).await?;
    let everybody = caller("korlantas", &SCOPES, &[]);
    let client = office.keys.client(office.channel.clone(), &everybody)?;
    let mut broken = 0;
    for service in pool().services().filter(|service| service.package_name() == PACKAGE) {
        for method in service.methods() {
            let path = format!("/{}/{}", service.full_name(), method.name());
            for (field, message) in breakages(&method.input()) {
                let named = named(client.clone(), &path, message).await?;
                assert!(named.contains(&field), "{path} {field}: {named:?}");
                broken += 1;
            }
        }
    }
    assert!(broken > 60, "only {broken} rules were broken");
    Ok(())
}

/// The fields that the refusal of `message` names.
async fn named(client: Client, path: &str, message: DynamicMessage) -> anyhow::Result<Vec<String>> {
    let mut grpc = Grpc::new(client);
    grpc.ready().await?;
    let codec = ProstCodec::<DynamicMessage, ()>::default();
    let path: PathAndQuery = path.parse()?;
    let answer = grpc.unary(Request::new(message), path, codec).await;
    let details = answer.err().and_then(|status| status.get_details_bad_request());
    let violations = details.map(|details| details.field_violations).unwrap_or_default();
    Ok(violations.into_iter().map(|violation| violation.field).collect())
}

/// A message for each rule of `message`, with the path of the field that breaks it.
fn breakages(message: &MessageDescriptor) -> Vec<(String, DynamicMessage)> {
    let mut found = Vec::new();
    for field in message.fields() {
        for value in wrong_values(&field) {
            let mut broken = DynamicMessage::new(message.clone());
            if let Some(value) = value {
                broken.set_field(&field, value);
            }
            found.push((field.name().to_owned(), broken));
        }
        if let FieldKind::Message(inner) = field.kind()
            && inner.full_name().starts_with("rangkai.")
        {
            for (name, part) in breakages(&inner) {
                let mut broken = DynamicMessage::new(message.clone());
                let (path, value) = if field.is_list() {
                    let path = format!("{}[0].{name}", field.name());
                    (path, Value::List(vec![Value::Message(part)]))
                } else {
                    (format!("{}.{name}", field.name()), Value::Message(part))
                };
                broken.set_field(&field, value);
                found.push((path, broken));
            }
        }
    }
    found
}

/// A value for each rule of a field that breaks it; none stands for an absent one.
fn wrong_values(field: &FieldDescriptor) -> Vec<Option<Value>> {
    let option = pool().get_extension_by_name("rangkai.options.v1.field").unwrap();
    let options = field.options();
    if !options.has_extension(&option) {
        return Vec::new();
    }
    let rules = options.get_extension(&option).as_message().unwrap().clone();
    let get = |name: &str| {
        rules.has_field_by_name(name).then(|| rules.get_field_by_name(name).unwrap().into_owned())
    };
    let mut wrong = Vec::new();
    if get("required").is_some() {
        wrong.push(None);
    }
    if get("uuid").is_some() {
        wrong.push(Some(Value::String("7".to_owned())));
    }
    if get("pattern").is_some() {
        wrong.push(Some(Value::String("!".to_owned())));
    }
    if let Some(most) = get("max_len").and_then(|value| value.as_u32()) {
        let length = usize::try_from(most).unwrap() + 1;
        wrong.push(Some(Value::String("a".repeat(length))));
    }
    let small = |number: i64| Some(Value::I32(i32::try_from(number).unwrap()));
    wrong.extend(get("min").and_then(|value| value.as_i64()).map(|least| small(least - 1)));
    wrong.extend(get("max").and_then(|value| value.as_i64()).map(|most| small(most + 1)));
    if let Some(most) = get("max_items").and_then(|value| value.as_u32())
        && let FieldKind::Message(inner) = field.kind()
    {
        let items = (0..=most).map(|_| Value::Message(DynamicMessage::new(inner.clone())));
        wrong.push(Some(Value::List(items.collect())));
    }
    wrong
}

//! Messages from JSON and back.

use prost_reflect::MessageDescriptor;
use serde_json::json;

use crate::domain::message::{from_json, to_json};

fn shape(name: &str) -> MessageDescriptor {
    rangkai_proto::pool().get_message_by_name(name).unwrap()
}

#[test]
fn a_message_survives_both_ways_and_zero_values_are_there() {
    let value = json!({"billId": "b", "amount": {"currencyCode": "IDR", "units": "75000"}});

    let message = from_json(&shape("rangkai.payments.v1.BillIssued"), value).unwrap();
    let written = to_json(&message).unwrap();

    assert_eq!(written["amount"], json!({"currencyCode": "IDR", "units": "75000", "nanos": 0}));
    assert_eq!(written["caseId"], json!(""));
}

#[test]
fn what_does_not_fit_is_named_and_not_repeated() {
    let shape = shape("rangkai.payments.v1.IssueBillRequest");
    for (value, place) in [
        (json!({"unknown": "secret"}), "unknown"),
        (json!({"caseId": 7}), "caseId"),
        (json!({"caseId": "a", "case_id": "secret"}), "case"),
        (json!({"items": [{"tariffCode": "x", "color": "secret"}]}), "items[0].color"),
        (json!({"items": [{"units": "secret"}]}), "items"),
        (json!({"validFor": "Pxsecret"}), "validFor"),
        (json!(["secret"]), "rangkai.payments.v1.IssueBillRequest"),
    ] {
        let error = from_json(&shape, value).unwrap_err();
        assert!(error.contains(place) && !error.contains("secret"), "{error}");
    }
}

#[test]
fn a_duration_may_be_iso_8601() {
    let shape = shape("rangkai.payments.v1.IssueBillRequest");

    let message = from_json(&shape, json!({"validFor": "P7D"})).unwrap();

    assert_eq!(to_json(&message).unwrap()["validFor"], json!("604800s"));
}

#[test]
fn a_free_value_may_be_nested_only_so_deep() {
    let shape = shape("google.protobuf.Value");
    for (levels, fits) in [(30, true), (31, false)] {
        let value = (0..levels).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(from_json(&shape, value).is_ok(), fits, "{levels}");
    }
}

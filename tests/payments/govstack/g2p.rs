//! The calls about payments to people: each row of the contract's table.

use rangkai_testkit::Kind;
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Listener,
    http::{Answer, send, with},
};

const BULK: &str = "/bulk-payment";
const VALIDATION: &str = "/prepayment-validation";
const RESPONSE: &str = "/prepayment-validation-response";
const REGISTER: &str = "/register-beneficiary";
const UPDATE: &str = "/update-beneficiary-details";

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_beneficiary_is_registered_updated_validated_and_paid(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;
    let post = |path, body: Value| async move { send(at.address, "POST", path, &body).await };

    let unknown = post(UPDATE, people("request00001", 1)).await?;
    let before = post(VALIDATION, batch("request00002", "batch0000001", 1)).await?;
    let registered = post(REGISTER, people("request00003", 1)).await?;
    let again = post(REGISTER, people("request00003", 1)).await?;
    let renamed = post(REGISTER, people("request00004", 1)).await?;
    let mut other = people("request00005", 1);
    other["Beneficiaries"][0]["FinancialAddress"] = json!("anotheraddress");
    let taken = post(REGISTER, other.clone()).await?;
    other["RequestID"] = json!("request00006");
    let updated = post(UPDATE, other).await?;
    let known = post(VALIDATION, batch("request00007", "batch0000001", 1)).await?;
    let partly = post(VALIDATION, batch("request00008", "batch0000001", 2)).await?;
    let paid = post(BULK, batch("request00009", "batch0000001", 2)).await?;
    let repeated = post(BULK, batch("request00010", "batch0000001", 2)).await?;
    let changed = post(BULK, batch("request00011", "batch0000001", 1)).await?;
    at.payments.validate_envelopes().await?;
    let ask = |batch: &str| json!({ "RequestID": "request00012", "Source_BatchID": batch });
    let found = post(RESPONSE, ask("batch0000001")).await?;
    let nothing = post(RESPONSE, ask("batch0000002")).await?;

    is(&unknown, (400, "01", "request00001"));
    is(&before, (200, "01", "request00002"));
    is(&registered, (200, "00", "request00003"));
    assert_eq!(again.body, registered.body);
    is(&renamed, (200, "00", "request00004"));
    is(&taken, (400, "01", "request00005"));
    is(&updated, (200, "00", "request00006"));
    is(&known, (200, "00", "request00007"));
    is(&partly, (200, "01", "request00008"));
    is(&paid, (200, "00", "request00009"));
    is(&repeated, (200, "00", "request00010"));
    is(&changed, (400, "01", "request00011"));
    let failed = json!([
        { "InstructionID": "instruction00001", "FailureReason": "the payee is not known" }
    ]);
    assert_eq!((found.code, &found.body["FailedAccounts"]), (200, &failed), "{found:?}");
    assert_eq!(found.body["NumberFailedCases"], 1);
    assert_eq!((nothing.code, nothing.body), (200, ask("batch0000002")));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn each_wrong_field_is_refused_with_the_whole_envelope(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;
    let long = "x".repeat(51);
    let top = [
        ("/RequestID", json!("short"), "000000000000"),
        ("/RequestID", json!(123_456_789_012_i64), "000000000000"),
        ("/SourceBBID", json!("x"), "request00001"),
        ("/SourceBBID", Value::Null, "request00001"),
    ];
    let of_batch = [
        ("/BatchID", json!("")),
        ("/CreditInstructions", json!([])),
        ("/CreditInstructions", json!({})),
        ("/CreditInstructions/0", json!("text")),
        ("/CreditInstructions/0/InstructionID", json!("x")),
        ("/CreditInstructions/0/InstructionID", json!("instruction00001")),
        ("/CreditInstructions/0/PayeeFunctionalID", json!("x")),
        ("/CreditInstructions/0/Amount", json!("100")),
        ("/CreditInstructions/0/Amount", json!(0)),
        ("/CreditInstructions/0/Amount", json!(-1)),
        ("/CreditInstructions/0/Amount", json!(0.5)),
        ("/CreditInstructions/0/Amount", json!(1e30)),
        ("/CreditInstructions/0/Currency", json!("XQX")),
        ("/CreditInstructions/0/Narration", json!("")),
        ("/CreditInstructions/0/Narration", json!(long)),
    ];
    let of_people = [
        ("/Beneficiaries", json!([])),
        ("/Beneficiaries/0/PayeeFunctionalID", json!("x")),
        ("/Beneficiaries/0/PaymentModality", json!("x")),
        ("/Beneficiaries/0/FinancialAddress", json!("x".repeat(31))),
        ("/Beneficiaries/0/FinancialAddress", json!(7)),
        ("/Beneficiaries/0/FinancialAddress", json!("123 ")),
        ("/Beneficiaries/0/FinancialAddress", json!("123\nX")),
        ("/Beneficiaries/0/FinancialAddress", json!("1-23")),
        ("/Beneficiaries/0/PayeeFunctionalID", json!("functional\n000000000")),
    ];
    for (path, code) in [(BULK, 400), (VALIDATION, 200), (REGISTER, 400), (UPDATE, 400)] {
        let is_batch = matches!(path, BULK | VALIDATION);
        let right = if is_batch {
            batch("request00001", "batch0000001", 2)
        } else {
            people("request00001", 1)
        };
        let own: Vec<_> = if is_batch { of_batch.to_vec() } else { of_people.to_vec() };
        let own = own.into_iter().map(|(field, value)| (field, value, "request00001"));
        for (field, value, id) in top.clone().into_iter().chain(own) {
            let mut body = right.clone();
            *body.pointer_mut(field).expect(field) = value;
            let answer = send(at.address, "POST", path, &body).await?;
            is(&answer, (code, "01", id));
        }
        for (kind, text) in
            [("application/json", ""), ("application/json", "{"), ("text/plain", "{}")]
        {
            let kind = format!("content-type: {kind}");
            let answer = with(at.address, "POST", path, &[&kind], text).await?;
            is(&answer, (code, "01", "000000000000"));
        }
    }
    let mut silent = batch("request00002", "batch0000002", 1);
    silent["CreditInstructions"][0].as_object_mut().unwrap().remove("Narration");
    is(&send(at.address, "POST", VALIDATION, &silent).await?, (200, "01", "request00002"));
    is(&send(at.address, "POST", BULK, &silent).await?, (200, "00", "request00002"));
    assert_eq!(with(at.address, "GET", BULK, &[], "").await?.code, 405);
    assert_eq!(send(at.address, "POST", RESPONSE, &json!({})).await?.code, 400);
    Ok(())
}

pub fn is(answer: &Answer, (code, response, request_id): (u16, &str, &str)) {
    let text = |field: &str| answer.body[field].as_str().unwrap_or_default();
    assert_eq!((answer.code, text("ResponseCode")), (code, response), "{answer:?}");
    assert_eq!(text("RequestID"), request_id, "{answer:?}");
    assert!((1..=200).contains(&text("ResponseDescription").len()));
}

pub fn batch(request_id: &str, id: &str, count: usize) -> Value {
    let instructions = (0..count).map(|number| {
        json!({
            "InstructionID": format!("instruction{number:05}"),
            "PayeeFunctionalID": format!("functional{number:010}"),
            "Amount": 150_000,
            "Currency": "IDR",
            "Narration": "Bantuan",
        })
    });
    json!({
        "RequestID": request_id,
        "SourceBBID": "source000001",
        "BatchID": id,
        "CreditInstructions": instructions.collect::<Vec<_>>(),
    })
}

pub fn people(request_id: &str, count: usize) -> Value {
    let people = (0..count).map(|number| {
        json!({
            "PayeeFunctionalID": format!("functional{number:010}"),
            "PaymentModality": "01",
            "FinancialAddress": format!("address{number}"),
        })
    });
    json!({
        "RequestID": request_id,
        "SourceBBID": "source000001",
        "Beneficiaries": people.collect::<Vec<_>>(),
    })
}

//! The voucher calls: each row of the contract's table.

use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Listener,
    http::{Answer, send, with},
};

pub const PREACTIVATION: &str = "/vouchers/voucher_preactivation";
pub const ACTIVATION: &str = "/vouchers/voucher_activation";
pub const REDEMPTION: &str = "/vouchers/voucher_redemption";
pub const STATUS: &str = "/vouchers/voucherstatuscheck";

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_voucher_lives_from_preactivation_to_redemption(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;

    let issued = send(at.address, "POST", PREACTIVATION, &preactivation()).await?;
    let (number, serial) =
        (text(&issued, "voucher_number"), text(&issued, "voucher_serial_number"));
    let before = status(&at, &serial).await?;
    let start = json!({ "voucher_serial_number": serial, "Gov_Stack_BB": "bb-digital-registries" });
    let started = send(at.address, "PATCH", ACTIVATION, &start).await?;
    let again = send(at.address, "PATCH", ACTIVATION, &start).await?;
    let after = status(&at, &serial).await?;
    let redeem = redemption(&json!(number));
    let redeemed = send(at.address, "POST", REDEMPTION, &redeem).await?;
    let repeated = send(at.address, "POST", REDEMPTION, &redeem).await?;
    let mut other = redeem.clone();
    other["override"] = json!(false);
    let used = send(at.address, "POST", REDEMPTION, &other).await?;

    assert_eq!(issued.code, 200, "{issued:?}");
    assert!((16..=25).contains(&number.len()) && (16..=25).contains(&serial.len()));
    chrono::DateTime::parse_from_rfc3339(&text(&issued, "expiry_date_time"))?;
    assert_eq!(
        before.body,
        json!({ "voucher_status": "Pre-Activated", "voucher_amount": "250.00" })
    );
    let activated = json!({ "result_status": "Successfully activated voucher" });
    assert_eq!((started.code, &started.body), (200, &activated));
    assert_eq!((again.code, again.body), (200, activated));
    assert_eq!(after.body["voucher_status"], "Activated");
    let done = json!({ "result_status": "Voucher is successfully redeemed" });
    assert_eq!((redeemed.code, &redeemed.body), (200, &done));
    assert_eq!((repeated.code, repeated.body), (200, done));
    assert_eq!((used.code, used.message()), (458, "Voucher number already used"));
    assert_eq!(status(&at, &serial).await?.code, 458);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn each_wrong_field_of_a_preactivation_has_its_code(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;
    let amounts = ["", "0", "-1", "ten", "1.23456", "1.5", "123456789012345678901234"];
    let amounts = amounts.map(|amount| ("voucher_amount", json!(amount), 452));
    let rest = [
        ("voucher_amount", json!(100), 452),
        ("voucher_amount", Value::Null, 452),
        ("voucher_amount", json!("10000000"), 454),
        ("voucher_currency", json!("XQX"), 453),
        ("voucher_currency", json!("idr"), 453),
        ("voucher_currency", json!("USD"), 453),
        ("voucher_currency", json!(1), 453),
        ("voucher_group", json!("nothing"), 454),
        ("voucher_group", json!(""), 454),
        ("voucher_group", json!(["Payment Voucher"]), 454),
        ("Gov_Stack_BB", json!("bb-of-nobody"), 460),
        ("Gov_Stack_BB", json!(""), 460),
        ("Gov_Stack_BB", json!(7), 460),
        ("voucher_comment", json!(7), 400),
    ];

    for (field, value, code) in amounts.into_iter().chain(rest) {
        let mut body = preactivation();
        body[field] = value.clone();
        let answer = send(at.address, "POST", PREACTIVATION, &body).await?;
        assert_eq!(answer.code, code, "{field} {value}: {answer:?}");
        assert!(!answer.message().is_empty());
    }
    // Named twice, a request is done once; unnamed, each is another voucher.
    let name = format!("X-CorrelationID: {}", fresh());
    let headers =
        ["content-type: application/json; charset=utf-8", name.as_str(), "X-Channel: web"];
    let body = preactivation().to_string();
    let one = with(at.address, "POST", PREACTIVATION, &headers, &body).await?;
    let two = with(at.address, "POST", PREACTIVATION, &headers, &body).await?;
    let three = send(at.address, "POST", PREACTIVATION, &preactivation()).await?;
    assert_eq!((one.code, &one.body), (200, &two.body));
    assert_ne!(one.body, three.body);
    let other = json!({ "voucher_amount": "1" }).to_string();
    let other = other.replace('}', &body.replace("\"250\"", "\"251\"").replacen('{', ",", 1));
    let reused = with(at.address, "POST", PREACTIVATION, &headers, &other).await?;
    assert_eq!(reused.code, 400);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn the_checks_of_a_redemption_come_in_their_order(#[case] kind: Kind) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;
    let block = ("Gov_Stack_BB", json!("bb-of-nobody"));
    let number = ("voucher_number", json!(987_654));
    let group = ("merchant_voucher_group", json!("Unfunded"));
    let merchant = ("merchant_name", json!("Nobody"));
    let used = ("voucher_number", json!("6001"));

    // Each stands before the one after it.
    for (changes, code) in [
        (vec![block.clone(), number.clone(), group.clone()], 460),
        (vec![number, group.clone(), merchant.clone()], 461),
        (vec![group.clone(), merchant.clone(), used.clone()], 462),
        (vec![merchant.clone(), used.clone()], 463),
        (vec![used], 458),
        (vec![("voucher_number", Value::Null)], 461),
        (vec![("voucher_number", json!(-1))], 461),
        (vec![("voucher_number", json!({}))], 461),
        (vec![("voucher_number", json!("5550"))], 461),
        (vec![("voucher_number", json!(6005))], 461),
        (vec![("voucher_number", json!(6006))], 461),
        (vec![("voucher_number", json!(6002))], 461),
        (vec![("voucher_number", json!(6007))], 461),
        (vec![("voucher_number", json!(6008))], 461),
        (vec![("merchant_voucher_group", json!("nothing"))], 463),
        (vec![("merchant_bank_details", json!("Another bank"))], 463),
        (vec![("merchant_name", json!("Ronan Oliver"))], 463),
        (vec![("override", json!("maybe"))], 400),
        (vec![("override", json!(1))], 400),
        (vec![block], 460),
        (vec![group], 462),
        (vec![merchant], 463),
        (vec![("override", json!("true"))], 200),
    ] {
        let mut body = redemption(&json!(6004));
        for (field, value) in &changes {
            body[*field] = value.clone();
        }
        let answer = send(at.address, "POST", REDEMPTION, &body).await?;
        assert_eq!(answer.code, code, "{changes:?}: {answer:?}");
    }
    let unfunded = json!({
        "voucher_number": 6001,
        "Gov_Stack_BB": "bb-digital-registries",
        "merchant_name": "Ronan Oliver",
        "merchant_bank_details": "Vigor Bank Group",
        "merchant_voucher_group": "Payment Voucher",
    });
    assert_eq!(send(at.address, "POST", REDEMPTION, &unfunded).await?.code, 462);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_status_is_one_of_the_contracts_words(#[case] kind: Kind) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;

    for (serial, word) in [
        ("5550", "Pre-Activated"),
        ("6004", "Activated"),
        ("6005", "Suspended"),
        ("6006", "Blocked"),
        ("6007", "Purged"),
        ("6008", "Purged"),
        ("4040", "Not Existing"),
    ] {
        let answer = status(&at, serial).await?;
        assert_eq!((answer.code, answer.body["voucher_status"].as_str()), (200, Some(word)));
        assert!(answer.body["voucher_amount"].is_string());
    }
    let wrong = [
        ("6001", 458),
        ("6002", 459),
        ("notAnumber", 456),
        ("12345678901234567890123456", 456),
        ("%FF", 456),
        ("%7B%7D", 400),
        ("", 400),
    ];
    for (serial, code) in wrong {
        let answer = status(&at, serial).await?;
        assert_eq!(answer.code, code, "{serial}: {answer:?}");
        assert!(!answer.message().is_empty());
    }
    let answer = with(at.address, "GET", STATUS, &[], "").await?;
    assert_eq!(answer.code, 400);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_activation_names_a_voucher_and_a_block(#[case] kind: Kind) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;
    let ours = json!("bb-digital-registries");

    for (serial, block, code) in [
        (json!(0), ours.clone(), 456),
        (json!("no such"), ours.clone(), 456),
        (json!(1.5), ours.clone(), 456),
        (Value::Null, ours.clone(), 456),
        (json!(6005), ours.clone(), 456),
        (json!(6001), ours.clone(), 456),
        (json!(5550), json!("Some"), 460),
        (json!(5550), Value::Null, 460),
        (json!(5550), ours.clone(), 200),
        (json!("5550"), ours.clone(), 200),
        (json!(6004), ours, 200),
    ] {
        let body = json!({ "voucher_serial_number": serial, "Gov_Stack_BB": block });
        let answer = send(at.address, "PATCH", ACTIVATION, &body).await?;
        assert_eq!(answer.code, code, "{body}: {answer:?}");
    }
    Ok(())
}

pub fn preactivation() -> Value {
    json!({
        "voucher_amount": "250",
        "voucher_currency": "IDR",
        "voucher_group": "Payment Voucher",
        "Gov_Stack_BB": "bb-digital-registries",
    })
}

pub fn redemption(number: &Value) -> Value {
    json!({
        "voucher_number": number,
        "Gov_Stack_BB": "bb-digital-registries",
        "merchant_name": "Melissa Stephenson",
        "merchant_bank_details": "Citizen Service Banks",
        "merchant_voucher_group": "Payment Voucher",
        "override": true,
    })
}

pub async fn status(at: &Listener, serial: &str) -> anyhow::Result<Answer> {
    with(at.address, "GET", &format!("{STATUS}/{serial}"), &[], "").await
}

pub fn text(answer: &Answer, field: &str) -> String {
    answer.body[field].as_str().unwrap_or_else(|| panic!("no {field}: {answer:?}")).to_owned()
}

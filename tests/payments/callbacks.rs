//! What providers tell over plain HTTP, signed; and what somebody else tells in their name.

use rangkai_proto::payments::v1::{
    BillState, CollectionState, GetBillRequest, ListSuspenseRequest, PresentStaticQrRequest,
    ProveLedgerRequest, SuspenseItem, SuspenseKind,
};
use rangkai_testkit::{Kind, fresh};
use rangkai_webhooks::Signer;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{
    channels::{account, known, qr},
    support::House,
};

const QR: (&str, &str) = ("qr-bri", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
const ACCOUNT: (&str, &str) = ("va-bni", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");

/// A callback as it goes over the wire.
struct Callback {
    provider: &'static str,
    id: String,
    timestamp: i64,
    signature: String,
    body: String,
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_provider_tells_of_a_payment_and_the_bill_is_paid_once(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let (bill, other) = (desk.bill().await?, desk.bill().await?);
    let code = qr(&desk, &bill).await?.collection.unwrap();
    let number = account(&desk, &other, "009").await?;
    let told = callback(&house, QR, &paid(&house, &code.number, "RRN-1", 75_000));

    let (one, two) = tokio::join!(told.send(&house), told.send(&house));
    let (first, again) = (one?, two?);
    let third = told.send(&house).await?;
    let twice = callback(&house, QR, &paid(&house, &code.number, "RRN-2", 75_000));
    let twice = twice.send(&house).await?;
    let over = callback(&house, ACCOUNT, &paid(&house, &number.number, "NTB-1", 75_001));
    let over = over.send(&house).await?;

    assert_eq!((first.0, first.1["outcome"].as_str()), (200, Some("REMITTANCE_OUTCOME_BILL_PAID")));
    assert_eq!((&first, &first), (&again, &third));
    assert_eq!(twice.1["outcome"], "REMITTANCE_OUTCOME_CREDITED");
    assert_eq!(over.1["outcome"], "REMITTANCE_OUTCOME_BILL_PAID");
    for (bill, collection) in [(bill, code), (other, number)] {
        let get = GetBillRequest { bill_id: bill.bill_id };
        let bill = desk.bills.get_bill(get).await?.into_inner().bill.unwrap();
        assert_eq!(bill.state(), BillState::Paid);
        assert_eq!(known(&desk, &collection).await?.state(), CollectionState::Paid);
    }
    let items = desk.suspense.list_suspense(ListSuspenseRequest::default()).await?.into_inner();
    let kinds: Vec<_> = items.items.iter().map(SuspenseItem::kind).collect();
    assert_eq!(kinds, [SuspenseKind::Over, SuspenseKind::Double]);
    assert!(desk.ledger.prove_ledger(ProveLedgerRequest {}).await?.into_inner().sound);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_is_not_a_providers_word_changes_nothing(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let code = qr(&desk, &desk.bill().await?).await?.collection.unwrap();
    let body = paid(&house, &code.number, "RRN-1", 75_000);
    let good = || callback(&house, QR, &body);
    let at = |seconds| {
        let timestamp = good().timestamp + seconds;
        signed(QR, &fresh(), timestamp, body.to_string())
    };

    let forged = Callback { signature: "v1,bm90IGEgc2lnbmF0dXJl".to_owned(), ..good() };
    let by_another = callback(&house, (QR.0, ACCOUNT.1), &body);
    let changed = Callback { body: body.to_string().replace("75000", "75001"), ..good() };
    let renamed = Callback { id: fresh(), ..good() };
    let unsigned = Callback { signature: String::new(), ..good() };
    for wrong in [forged, by_another, changed, renamed, unsigned, at(-301), at(301)] {
        assert_eq!(wrong.send(&house).await?.0, 401);
    }
    let nobody = callback(&house, ("nobody", QR.1), &body).send(&house).await?;
    assert_eq!(nobody.0, 404);
    let broken = ["{", "[]", "{}", r#"{"number": "1", "status": "perhaps"}"#];
    for text in broken {
        let broken = signed(QR, &fresh(), good().timestamp, text.to_owned());
        assert_eq!(broken.send(&house).await?.0, 400, "{text}");
    }
    let tomorrow = house.clock.now() + super::support::DAY;
    for (key, value) in [
        ("number", json!("a b")),
        ("reference", Value::Null),
        ("amount", json!(0)),
        ("amount", json!(-75_000)),
        ("amount", json!(75_000.5)),
        ("amount", json!(i64::MAX)),
        ("payTime", json!("yesterday")),
        ("payTime", json!(tomorrow.to_rfc3339())),
    ] {
        let mut wrong = body.clone();
        wrong[key] = value;
        assert_eq!(callback(&house, QR, &wrong).send(&house).await?.0, 400, "{wrong}");
    }
    assert_eq!(known(&desk, &code).await?.state(), CollectionState::Waiting);

    // The id of a webhook means one content, for ever; and a payment's number one payment.
    let first = good();
    assert_eq!(first.send(&house).await?.0, 200);
    let other = paid(&house, &code.number, "RRN-2", 1_000).to_string();
    let reused = signed(QR, &first.id, first.timestamp, other);
    assert_eq!(reused.send(&house).await?.0, 409);
    let taken = callback(&house, QR, &paid(&house, &code.number, "RRN-1", 1_000));
    assert_eq!(taken.send(&house).await?.0, 409);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn money_without_a_bill_is_kept_where_it_belongs(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let counter = PresentStaticQrRequest { request_id: fresh() };
    let counter = desk.collections.present_static_qr(counter).await?.into_inner();
    let counter = counter.collection.unwrap();

    for (number, reference) in [(&counter.number, "RRN-1"), (&"UNKNOWN-7".to_owned(), "RRN-2")] {
        let told = callback(&house, QR, &paid(&house, number, reference, 20_000));
        let told = told.send(&house).await?;
        assert_eq!(told.1["outcome"], "REMITTANCE_OUTCOME_SUSPENDED");
    }

    for (mut owner, code) in
        [(desk, counter.number), (house.agency("platform")?, "UNKNOWN-7".into())]
    {
        let list = ListSuspenseRequest::default();
        let items = owner.suspense.list_suspense(list).await?.into_inner().items;
        assert_eq!((items.len(), &items[0].billing_code), (1, &code));
        assert_eq!(items[0].kind(), SuspenseKind::UnknownCode);
    }
    Ok(())
}

/// A notice of a payment just now.
fn paid(house: &House, number: &str, reference: &str, amount: i64) -> Value {
    json!({
        "number": number,
        "status": "paid",
        "reference": reference,
        "amount": amount,
        "payTime": house.clock.now().to_rfc3339(),
    })
}

/// Tells a notice in the name of a provider; answers the status.
pub async fn tell_unclear(house: &House, number: &str) -> anyhow::Result<u16> {
    let notice = json!({ "number": number, "status": "unclear" });
    Ok(callback(house, QR, &notice).send(house).await?.0)
}

/// Tells, as the bank of virtual accounts, of a payment of one; answers the status and the outcome.
pub async fn tell_paid(
    house: &House,
    number: &str,
    reference: &str,
    rupiahs: i64,
) -> anyhow::Result<(u16, Value)> {
    let notice = paid(house, number, reference, rupiahs);
    let (status, said) = callback(house, ACCOUNT, &notice).send(house).await?;
    Ok((status, said["outcome"].clone()))
}

fn callback(house: &House, provider: (&'static str, &str), body: &Value) -> Callback {
    signed(provider, &fresh(), house.clock.now().timestamp(), body.to_string())
}

fn signed(
    (provider, secret): (&'static str, &str),
    id: &str,
    timestamp: i64,
    body: String,
) -> Callback {
    let signature = Signer::new(secret).unwrap().sign(id, timestamp, body.as_bytes());
    Callback { provider, id: id.to_owned(), timestamp, signature, body }
}

impl Callback {
    /// Sends it; answers the status and what was said.
    async fn send(&self, house: &House) -> anyhow::Result<(u16, Value)> {
        let Self { provider, id, timestamp, signature, body } = self;
        let request = format!(
            "POST /callbacks/{provider} HTTP/1.0\r\nhost: {}\r\ncontent-type: application/json\r\n\
             webhook-id: {id}\r\nwebhook-timestamp: {timestamp}\r\nwebhook-signature: {signature}\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            house.address,
            body.len()
        );
        let mut stream = TcpStream::connect(house.address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let code = head.split(' ').nth(1).expect("a status").parse()?;
        Ok((code, serde_json::from_str(body)?))
    }
}

//! What payments tells the other blocks.

use rangkai_proto::{
    events::v1::{Event, ReadEventsRequest, event_service_client::EventServiceClient},
    payments::v1::{
        BillPaid, CancelBillRequest, CollectionChanged, CollectionState, ConfirmRefundRequest,
        ConfirmSuspenseResolutionRequest, IssueBillRequest, RecordRemittanceRequest,
        ResolveSuspenseRequest, SuspenseOpened, SuspenseResolution,
    },
};
use rangkai_testkit::{Client, Kind, caller, fresh};
use rstest::rstest;

use super::{
    callbacks, channels,
    support::{DAY, House, item, renewal, rupiah},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn every_change_of_state_is_told_to_whom_it_belongs(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;
    let [paid, cancelled, _expired] = [desk.bill().await?, desk.bill().await?, desk.bill().await?];
    let free = IssueBillRequest { items: vec![item("letter", 1)], ..renewal() };
    desk.bills.issue_bill(free).await?;
    let payment = house.payment(&paid, "002");
    bank.remittances.record_remittance(payment.clone()).await?;
    let refund = desk.refund(&paid, Some(5_000)).await?;
    let confirm = ConfirmRefundRequest {
        request_id: fresh(),
        refund_id: refund.refund_id,
        bank_code: "002".to_owned(),
        bank_reference: "OUT-1".to_owned(),
    };
    bank.refunds.confirm_refund(confirm).await?;
    let (request_id, bill_id) = (fresh(), cancelled.bill_id.clone());
    let cancel = CancelBillRequest { request_id, bill_id, etag: String::new() };
    desk.bills.cancel_bill(cancel).await?;
    house.clock.advance(DAY * 7);
    house.payments.expire_due().await?;

    let events = read(desk.client, "").await?;
    let of_paid = read(house.agency("korlantas")?.client, &paid.bill_id).await?;
    let of_bank = read(house.desk(&caller("bank-bri", &["events.read"], &[]))?.client, "").await?;

    let told: Vec<_> = events
        .iter()
        .map(|event| event.r#type.strip_prefix("rangkai.payments.v1.").unwrap())
        .collect();
    let expected = [
        "TariffPublished",
        "TariffPublished",
        "BillIssued",
        "BillIssued",
        "BillIssued",
        "BillIssued",
        "BillPaid",
        "BillPaid",
        "RefundIssued",
        "RefundPaid",
        "BillCancelled",
        "BillExpired",
    ];
    assert_eq!(told, expected);
    assert!(events.iter().all(|event| event.agency == "korlantas"));
    assert!(of_bank.is_empty());
    assert_eq!(of_paid.len(), 2);
    let fact: BillPaid = rangkai_events::read(&of_paid[1])?.unwrap();
    assert_eq!((fact.case_id, fact.amount), (paid.case_id, Some(rupiah(75_000))));
    assert_eq!(fact.bank_reference, payment.bank_reference);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_becomes_of_money_and_of_codes_is_told(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let mut second = house.person("korlantas", "head")?;
    let bill = desk.bill().await?;
    let code = channels::qr(&desk, &bill).await?.collection.unwrap();
    callbacks::tell_unclear(&house, &code.number).await?;
    let short = RecordRemittanceRequest { amount: Some(rupiah(1)), ..house.payment(&bill, "002") };
    let short = house.bank("bank-bri")?.remittances.record_remittance(short).await?;
    let suspense_id = short.into_inner().remittance.unwrap().suspense_id;
    let resolve = ResolveSuspenseRequest {
        request_id: fresh(),
        suspense_id: suspense_id.clone(),
        resolution: SuspenseResolution::Credit.into(),
        reason: "Kurang bayar".to_owned(),
        ..ResolveSuspenseRequest::default()
    };
    desk.suspense.resolve_suspense(resolve).await?;
    let (request_id, id) = (fresh(), suspense_id.clone());
    let confirm = ConfirmSuspenseResolutionRequest { request_id, suspense_id: id };
    second.suspense.confirm_suspense_resolution(confirm).await?;

    let of_item = read(desk.client.clone(), &suspense_id).await?;
    let of_code = read(desk.client, &code.collection_id).await?;

    let told = |events: &[Event]| -> Vec<String> {
        events.iter().map(|event| event.r#type.replace("rangkai.payments.v1.", "")).collect()
    };
    assert_eq!(told(&of_item), ["SuspenseOpened", "SuspenseProposed", "SuspenseResolved"]);
    assert_eq!(told(&of_code), ["CollectionOpened", "CollectionChanged"]);
    let opened: SuspenseOpened = rangkai_events::read(&of_item[0])?.unwrap();
    assert_eq!((opened.case_id, opened.needs_person), (bill.case_id, true));
    let changed: CollectionChanged = rangkai_events::read(&of_code[1])?.unwrap();
    assert_eq!(changed.state(), CollectionState::Unknown);
    Ok(())
}

/// The types of the facts about `subject`, the oldest first.
pub async fn types(client: Client, subject: &str) -> anyhow::Result<Vec<String>> {
    let events = read(client, subject).await?;
    let short = |event: &Event| event.r#type.rsplit('.').next().unwrap_or_default().to_owned();
    Ok(events.iter().map(short).collect())
}

/// The facts about `subject`, or about everything.
pub async fn read(client: Client, subject: &str) -> anyhow::Result<Vec<Event>> {
    let subject = subject.to_owned();
    let request = ReadEventsRequest { subject, ..ReadEventsRequest::default() };
    let mut stream = EventServiceClient::new(client).read_events(request).await?.into_inner();
    let mut events = Vec::new();
    while let Some(answer) = stream.message().await? {
        events.extend(answer.event);
    }
    Ok(events)
}

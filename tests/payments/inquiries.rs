//! Payments of which nobody knows: the provider is asked, and in the end a person.

use std::time::Duration;

use rangkai_proto::payments::v1::{
    Bill, BillState, Collection, CollectionState, ErrorReason, GetBillRequest,
    GetRemittanceRequest, ListCollectionsRequest, ResolveCollectionRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    callbacks::tell_unclear,
    channels::{account, issue, known, qr},
    contract,
    remittances::unknown,
    support::{Desk, House, reason, refused, tariff},
};

/// The sandbox answers by the last digit of the amount.
pub const PAID: (&str, i64) = ("paid", 50_001);
pub const SILENT: (&str, i64) = ("silent", 50_002);
const SLOW: (&str, i64) = ("slow", 50_003);
const HANGING: (&str, i64) = ("hanging", 50_004);

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_provider_that_said_nothing_is_asked_when_the_code_ends(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let (paid, paid_code) = shown(&desk, PAID).await?;
    let unpaid = desk.bill().await?;
    let unpaid_code = qr(&desk, &unpaid).await?.collection.unwrap();
    assert_eq!(house.payments.inquire_collections().await?, 0);

    house.clock.advance(Duration::from_mins(15));
    // It may have been paid in its last moment: nothing else is shown before that is known.
    let early = qr(&desk, &unpaid).await;
    let asked = house.payments.inquire_collections().await?;

    assert_eq!(refused(early), ErrorReason::OutcomeUnknown);
    assert_eq!((asked, house.payments.inquire_collections().await?), (2, 0));
    assert_eq!(known(&desk, &paid_code).await?.state(), CollectionState::Paid);
    assert_eq!(state(&desk, &paid).await?, BillState::Paid);
    let get = GetRemittanceRequest { bill_id: paid.bill_id };
    let remittance = desk.remittances.clone().get_remittance(get).await?.into_inner().remittance;
    assert_eq!(remittance.unwrap().bank_reference, format!("SANDBOX-{}", paid_code.number));
    assert_eq!(known(&desk, &unpaid_code).await?.state(), CollectionState::Ended);
    let next = qr(&desk, &unpaid).await?.collection.unwrap();
    assert_ne!(next.number, unpaid_code.number);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn silence_is_asked_about_four_times_and_then_by_a_person(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let (bill, code) = shown(&desk, SILENT).await?;

    assert_eq!(tell_unclear(&house, &code.number).await?, 200);
    assert_eq!(known(&desk, &code).await?.state(), CollectionState::Unknown);
    for (made, seconds) in [30, 120, 600, 3_600].into_iter().enumerate() {
        house.clock.advance(Duration::from_secs(seconds - 1));
        assert_eq!(house.payments.inquire_collections().await?, 0);
        house.clock.advance(Duration::from_secs(1));
        assert_eq!(house.payments.inquire_collections().await?, 1);
        assert_eq!(known(&desk, &code).await?.inquiries, i32::try_from(made)? + 1);
        // Never a second charge while the first may have gone through, by whichever channel.
        let id = (ErrorReason::OutcomeUnknown, code.collection_id.clone());
        assert_eq!(reason(qr(&desk, &bill).await, "collection_id"), id);
        assert_eq!(reason(account(&desk, &bill, "009").await, "collection_id"), id);
    }
    house.clock.advance(super::support::DAY);
    assert_eq!(house.payments.inquire_collections().await?, 0);

    let list = ListCollectionsRequest {
        state: CollectionState::Stuck.into(),
        ..ListCollectionsRequest::default()
    };
    let listed = desk.collections.clone().list_collections(list).await?.into_inner().collections;
    assert_eq!(listed[0].collection_id, code.collection_id);
    let request = resolve(&code);
    let changed = ResolveCollectionRequest { reason: "Lain".to_owned(), ..request.clone() };
    let send = |request| {
        let mut collections = desk.collections.clone();
        async move { collections.resolve_collection(request).await }
    };
    let ended = contract::once(&request.request_id.clone(), [request, changed], send).await?;
    assert_eq!(ended.collection.unwrap().state(), CollectionState::Ended);
    assert!(account(&desk, &bill, "009").await.is_ok());
    let again = desk.collections.clone().resolve_collection(resolve(&code)).await;
    assert_eq!(reason(again, "state"), (ErrorReason::CollectionNotStuck, "ended".to_owned()));
    let foreign = house.agency("imigrasi")?.collections.resolve_collection(resolve(&code)).await;
    assert_eq!(refused(foreign), ErrorReason::CollectionNotFound);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_late_answer_pays_the_bill_once_whoever_asks(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let (bill, code) = shown(&desk, SLOW).await?;
    assert_eq!(tell_unclear(&house, &code.number).await?, 200);

    for seconds in [30, 120] {
        house.clock.advance(Duration::from_secs(seconds));
        house.payments.inquire_collections().await?;
        assert_eq!(known(&desk, &code).await?.state(), CollectionState::Unknown);
    }
    house.clock.advance(Duration::from_mins(10));
    let (one, two) =
        tokio::join!(house.payments.inquire_collections(), house.payments.inquire_collections());

    assert_eq!(one? + two?, 1);
    assert_eq!(known(&desk, &code).await?.state(), CollectionState::Paid);
    assert_eq!(state(&desk, &bill).await?, BillState::Paid);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_answer_about_another_payment_is_left_to_a_person(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let (bill, code) = shown(&desk, PAID).await?;
    let number = format!("SANDBOX-{}", code.number);
    house.bank("bank-bri")?.remittances.record_remittance(unknown(&number)).await?;

    house.clock.advance(Duration::from_mins(15));
    for pause in [30, 120, 600, 3_600, 86_400] {
        house.payments.inquire_collections().await?;
        house.clock.advance(Duration::from_secs(pause));
    }

    assert_eq!(known(&desk, &code).await?.state(), CollectionState::Stuck);
    assert_eq!(house.payments.inquire_collections().await?, 0);
    assert_eq!(state(&desk, &bill).await?, BillState::Open);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_provider_that_hangs_does_not_hold_up_the_codes_of_another(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let mut hanging = Vec::new();
    for (name, rupiahs) in [HANGING, PAID] {
        desk.tariffs.clone().publish_tariff(tariff(name, rupiahs)).await?;
    }
    for _ in 0..20 {
        let bill = issue(&desk, &[HANGING.0]).await?;
        hanging.push(qr(&desk, &bill).await?.collection.unwrap());
    }
    let number = account(&desk, &issue(&desk, &[PAID.0]).await?, "008").await?;
    // These are due long before the other.
    house.clock.advance(super::support::DAY * 7);

    let payments = house.payments.clone();
    let asking = tokio::spawn(async move { payments.inquire_collections().await });
    while known(&desk, &number).await?.state() != CollectionState::Paid {
        tokio::task::yield_now().await;
    }

    for code in &hanging {
        assert_eq!(known(&desk, code).await?.state(), CollectionState::Waiting);
    }
    assert!(!asking.is_finished());
    asking.abort();
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_payment_that_hangs_does_not_hold_up_the_next_of_its_provider(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let (_, hanging) = shown(&desk, HANGING).await?;
    let (_, paid) = shown(&desk, PAID).await?;
    house.clock.advance(super::support::DAY);

    let payments = house.payments.clone();
    let asking = tokio::spawn(async move { payments.inquire_collections().await });
    while known(&desk, &paid).await?.state() != CollectionState::Paid {
        tokio::task::yield_now().await;
    }

    assert_eq!(known(&desk, &hanging).await?.state(), CollectionState::Waiting);
    assert!(!asking.is_finished());
    asking.abort();
    Ok(())
}

/// A bill of an amount, and the code that shows it.
pub async fn shown(
    desk: &Desk,
    (name, rupiahs): (&str, i64),
) -> anyhow::Result<(Bill, Collection)> {
    desk.tariffs.clone().publish_tariff(tariff(name, rupiahs)).await?;
    let bill = issue(desk, &[name]).await?;
    let code = qr(desk, &bill).await?.collection.unwrap();
    Ok((bill, code))
}

/// Says that a person found a code unpaid.
pub fn resolve(code: &Collection) -> ResolveCollectionRequest {
    ResolveCollectionRequest {
        request_id: fresh(),
        collection_id: code.collection_id.clone(),
        reason: "Tidak ada di rekening koran".to_owned(),
    }
}

/// Where a bill stands.
pub async fn state(desk: &Desk, bill: &Bill) -> anyhow::Result<BillState> {
    let get = GetBillRequest { bill_id: bill.bill_id.clone() };
    Ok(desk.bills.clone().get_bill(get).await?.into_inner().bill.unwrap().state())
}

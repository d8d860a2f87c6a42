//! Bills of which nobody knows whether they were paid: they wait, and are found in the end.

use std::{slice, time::Duration};

use rangkai_proto::payments::v1::{
    AmendBillRequest, Bill, BillState, CancelBillRequest, Collection, CollectionState, ErrorReason,
    GetCaseMoneyRequest, OpenItemKind, RecordRemittanceRequest, RemittanceOutcome,
    case_service_client::CaseServiceClient,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    callbacks::tell_unclear,
    channels::{account, issue, known, qr},
    inquiries::{PAID, SILENT, resolve, shown, state},
    support::{DAY, Desk, House, item, reason, refused, tariff},
};

/// The bank whose sandbox answers what became of an account.
const ASKED: &str = "008";
/// A bank that cannot be asked.
const MUTE: &str = "009";

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_payment_whose_notice_was_lost_is_found_while_the_bill_is_open(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    desk.tariffs.publish_tariff(tariff(PAID.0, PAID.1)).await?;
    let (paid, unpaid) = (issue(&desk, &[PAID.0]).await?, desk.bill().await?);
    let (lost, waiting) =
        (account(&desk, &paid, ASKED).await?, account(&desk, &unpaid, ASKED).await?);
    let mute = account(&desk, &desk.bill().await?, MUTE).await?;

    assert_eq!(house.payments.inquire_collections().await?, 0);
    house.clock.advance(Duration::from_mins(15));
    assert_eq!(house.payments.inquire_collections().await?, 3);

    assert_eq!(known(&desk, &lost).await?.state(), CollectionState::Paid);
    assert_eq!(state(&desk, &paid).await?, BillState::Paid);
    // Neither that nobody paid yet nor silence is the end of what can still be paid.
    for open in [&waiting, &mute] {
        assert_eq!(known(&desk, open).await?.state(), CollectionState::Waiting);
    }
    assert_eq!(house.payments.inquire_collections().await?, 0);
    // However long it is open, half a day passes at most between two inquiries.
    house.clock.advance(DAY * 2);
    assert_eq!(house.payments.inquire_collections().await?, 2);
    house.clock.advance(DAY / 2);
    assert_eq!(house.payments.inquire_collections().await?, 2);
    assert_eq!(qr(&desk, &unpaid).await?.collection.unwrap().state(), CollectionState::Waiting);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn money_that_was_paid_in_time_is_in_time_however_late_it_is_known(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    desk.tariffs.publish_tariff(tariff(PAID.0, PAID.1)).await?;
    let first = issue(&desk, &[PAID.0]).await?;
    let last = issue(&desk, &[PAID.0]).await?;
    let unpaid = desk.bill().await?;
    let lost = account(&desk, &first, ASKED).await?;
    house.clock.advance(DAY * 6 + Duration::from_mins(23 * 60 + 55));
    let late = [qr(&desk, &last).await?, qr(&desk, &unpaid).await?];
    let [lost_last, unused] = late.map(|shown| shown.collection.unwrap());
    house.clock.advance(Duration::from_mins(5));

    // None of them expires before its outcome is known, whoever asks for that.
    assert_eq!(house.payments.expire_due().await?, 0);
    let again = desk.bill_again(&unpaid).await;
    assert_eq!(
        reason(again, "collection_id"),
        (ErrorReason::OutcomeUnknown, unused.collection_id.clone())
    );
    assert_eq!(house.payments.inquire_collections().await?, 3);
    assert_eq!(house.payments.expire_due().await?, 1);

    for (bill, code) in [(&first, &lost), (&last, &lost_last)] {
        assert_eq!(known(&desk, code).await?.state(), CollectionState::Paid);
        assert_eq!(state(&desk, bill).await?, BillState::Paid);
        assert!(open(&desk, bill).await?.is_empty());
    }
    assert_eq!(known(&desk, &unused).await?.state(), CollectionState::Ended);
    assert_eq!(state(&desk, &unpaid).await?, BillState::Expired);
    assert!(desk.bill_again(&unpaid).await.is_ok());
    assert!(desk.is_sound().await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_bill_waits_for_a_person_and_the_bank_may_still_say_that_it_was_paid_in_time(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let (one, two) = (desk.bill().await?, desk.bill().await?);
    let mut stuck = Vec::new();
    for bill in [&one, &two] {
        stuck.push(account(&desk, bill, MUTE).await?);
    }
    let (paid_in_time, twice) = (house.payment(&one, "002"), house.payment(&two, "002"));
    house.clock.advance(DAY * 7);
    for pause in [30, 120, 600, 3_600, 86_400] {
        house.payments.inquire_collections().await?;
        house.clock.advance(Duration::from_secs(pause));
    }
    for code in &stuck {
        assert_eq!(known(&desk, code).await?.state(), CollectionState::Stuck);
    }
    assert_eq!(house.payments.expire_due().await?, 0);

    let now = house.payment(&two, "002").pay_time;
    let late = RecordRemittanceRequest { pay_time: now, ..twice };
    let mut bank = house.bank("bank-bri")?.remittances;
    let late = bank.record_remittance(late).await?.into_inner().remittance.unwrap();
    let found = bank.record_remittance(paid_in_time).await?.into_inner().remittance.unwrap();
    desk.collections.clone().resolve_collection(resolve(&stuck[1])).await?;

    assert_eq!(late.outcome(), RemittanceOutcome::Suspended);
    assert_eq!(found.outcome(), RemittanceOutcome::BillPaid);
    assert_eq!(house.payments.expire_due().await?, 1);
    assert_eq!(state(&desk, &one).await?, BillState::Paid);
    assert_eq!(state(&desk, &two).await?, BillState::Expired);
    assert!(desk.is_sound().await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_bill_that_may_have_been_paid_is_neither_withdrawn_nor_charged_again(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let (bill, code) = shown(&desk, SILENT).await?;
    assert!(open(&desk, &bill).await?.iter().all(|(kind, _)| *kind == OpenItemKind::Bill));
    tell_unclear(&house, &code.number).await?;

    let unknown = || (ErrorReason::OutcomeUnknown, code.collection_id.clone());
    let cancelled = desk.bills.cancel_bill(cancel(&bill)).await;
    assert_eq!(reason(cancelled, "collection_id"), unknown());
    let amended = desk.bills.amend_bill(amend(&bill)).await;
    assert_eq!(reason(amended, "collection_id"), unknown());
    for pause in [30, 120, 600, 3_600, 86_400 * 7] {
        house.clock.advance(Duration::from_secs(pause));
        house.payments.inquire_collections().await?;
    }
    assert_eq!(known(&desk, &code).await?.state(), CollectionState::Stuck);
    let cancelled = desk.bills.cancel_bill(cancel(&bill)).await;
    assert_eq!(reason(cancelled, "collection_id"), unknown());
    assert_eq!(house.payments.expire_due().await?, 0);
    let item = (OpenItemKind::Collection, code.collection_id.clone());
    assert!(open(&desk, &bill).await?.contains(&item));

    // A person settled it.
    desk.collections.resolve_collection(resolve(&code)).await?;
    assert_eq!(house.payments.expire_due().await?, 1);
    assert!(open(&desk, &bill).await?.is_empty());
    let ended = desk.bills.cancel_bill(cancel(&bill)).await;
    assert_eq!(refused(ended), ErrorReason::BillNotOpen);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_case_is_open_while_a_payment_of_it_is_unknown(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let bill = desk.bill().await?;
    let code = qr(&desk, &bill).await?.collection.unwrap();
    let of_bill = (OpenItemKind::Bill, bill.bill_id.clone());
    let of_code = (OpenItemKind::Collection, code.collection_id.clone());

    assert_eq!(open(&desk, &bill).await?, [of_bill]);
    // It can still be paid, though nothing is owed any more.
    desk.bills.cancel_bill(cancel(&bill)).await?;
    assert_eq!(open(&desk, &bill).await?, slice::from_ref(&of_code));
    tell_unclear(&house, &code.number).await?;
    assert_eq!(open(&desk, &bill).await?, [of_code]);
    house.clock.advance(Duration::from_mins(15));
    house.payments.inquire_collections().await?;
    assert_eq!(known(&desk, &code).await?.state(), CollectionState::Ended);
    assert!(open(&desk, &bill).await?.is_empty());

    let bill = desk.bill().await?;
    let code: Collection = qr(&desk, &bill).await?.collection.unwrap();
    house.clock.advance(Duration::from_mins(15));
    let kinds = open(&desk, &bill).await?;
    assert!(kinds.contains(&(OpenItemKind::Collection, code.collection_id)), "{kinds:?}");
    Ok(())
}

/// What of the money of a bill's case is open.
async fn open(desk: &Desk, bill: &Bill) -> anyhow::Result<Vec<(OpenItemKind, String)>> {
    let get = GetCaseMoneyRequest { case_id: bill.case_id.clone() };
    let mut cases = CaseServiceClient::new(desk.client.clone());
    let money = cases.get_case_money(get).await?.into_inner();
    assert_eq!(money.resolved, money.items.is_empty());
    Ok(money.items.into_iter().map(|item| (item.kind(), item.item_id)).collect())
}

fn cancel(bill: &Bill) -> CancelBillRequest {
    CancelBillRequest { request_id: fresh(), bill_id: bill.bill_id.clone(), etag: String::new() }
}

fn amend(bill: &Bill) -> AmendBillRequest {
    AmendBillRequest {
        request_id: fresh(),
        bill_id: bill.bill_id.clone(),
        items: vec![item("sim.c.renew", 1)],
        ..AmendBillRequest::default()
    }
}

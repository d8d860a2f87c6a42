//! Issuing, finding, withdrawing and expiring bills.

use rangkai_proto::payments::v1::{
    Bill, BillState, CancelBillRequest, ErrorReason, FindBillRequest, GetBillRequest,
    IssueBillRequest, ListBillsRequest, SuspenseKind,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::support::{DAY, Desk, House, fields, item, reason, refused, renewal, rupiah};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_bill_is_open_for_seven_days_under_a_code_with_a_check_digit(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;

    let bill = desk.bill().await?;

    assert_eq!((bill.state(), bill.amount.clone()), (BillState::Open, Some(rupiah(75_000))));
    assert_eq!(bill.lines.len(), 2);
    let (from, until) = (bill.create_time.unwrap(), bill.expire_time.unwrap());
    assert_eq!(until.seconds - from.seconds, 7 * 24 * 3_600);
    let find = FindBillRequest { billing_code: bill.billing_code.clone() };
    assert_eq!(desk.bills.find_bill(find).await?.into_inner().bill.as_ref(), Some(&bill));

    let last = bill.billing_code.as_bytes()[14] - b'0';
    let mistyped = format!("{}{}", &bill.billing_code[..14], (last + 1) % 10);
    let find = FindBillRequest { billing_code: mistyped };
    assert_eq!(fields(desk.bills.find_bill(find).await), ["billing_code"]);
    for seconds in [0, -1, 90 * 24 * 3_600 + 1] {
        let valid_for = Some(prost_types::Duration { seconds, nanos: 0 });
        let wrong = IssueBillRequest { valid_for, ..renewal() };
        assert_eq!(fields(desk.bills.issue_bill(wrong).await), ["valid_for"], "{seconds}");
    }
    let unknown = IssueBillRequest { items: vec![item("nothing", 1)], ..renewal() };
    assert_eq!(refused(desk.bills.issue_bill(unknown).await), ErrorReason::TariffNotFound);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn of_two_bills_for_one_case_at_once_one_is_issued(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let one = renewal();
    let two = IssueBillRequest { request_id: fresh(), ..one.clone() };
    let (mut first, mut second) = (desk.bills.clone(), desk.bills.clone());

    let (one, two) = tokio::join!(first.issue_bill(one), second.issue_bill(two));

    let (issued, other) = if one.is_ok() { (one, two) } else { (two, one) };
    let bill_id = issued?.into_inner().bill.unwrap().bill_id;
    assert_eq!(reason(other, "bill_id"), (ErrorReason::CaseAlreadyBilled, bill_id));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_bill_of_nothing_is_paid_from_the_start(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let free = IssueBillRequest { items: vec![item("letter", 3)], ..renewal() };

    let bill = desk.bills.issue_bill(free.clone()).await?.into_inner().bill.unwrap();

    assert_eq!((bill.state(), bill.amount.clone()), (BillState::Paid, Some(rupiah(0))));
    let again = IssueBillRequest { request_id: fresh(), ..free };
    assert_eq!(refused(desk.bills.issue_bill(again).await), ErrorReason::CaseAlreadyBilled);
    assert_eq!(refused(desk.refund(&bill, None).await), ErrorReason::RefundExceedsBill);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_withdrawn_bill_frees_its_case_and_is_withdrawn_once(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let request = renewal();
    let bill = desk.bills.issue_bill(request.clone()).await?.into_inner().bill.unwrap();
    let cancel = |etag: &str| CancelBillRequest {
        request_id: fresh(),
        bill_id: bill.bill_id.clone(),
        etag: etag.to_owned(),
    };

    let stale = desk.bills.cancel_bill(cancel("\"0\"")).await;
    let cancelled = desk.bills.cancel_bill(cancel(&bill.etag)).await?.into_inner().bill.unwrap();
    let again = desk.bills.cancel_bill(cancel("")).await;
    let next = IssueBillRequest { request_id: fresh(), ..request };
    let next = desk.bills.issue_bill(next).await;

    assert_eq!(reason(stale, "etag"), (ErrorReason::StaleEtag, bill.etag.clone()));
    assert_eq!(cancelled.state(), BillState::Cancelled);
    assert_ne!(cancelled.etag, bill.etag);
    assert_eq!(reason(again, "state"), (ErrorReason::BillNotOpen, "cancelled".to_owned()));
    assert!(next.is_ok());
    let payment = house.payment(&bill, "002");
    let paid = house.bank("bank-bri")?.remittances.record_remittance(payment).await?;
    assert_eq!(paid.into_inner().remittance.unwrap().misfit(), SuspenseKind::Late);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_unpaid_bill_is_expired_in_time_and_swept_once(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let request = renewal();
    let bill = desk.bills.issue_bill(request.clone()).await?.into_inner().bill.unwrap();
    for _ in 0..4 {
        desk.bill().await?;
    }
    house.clock.advance(DAY * 7);
    let late = desk.bill().await?;

    assert_eq!(states(&mut desk, &bill).await?, (BillState::Expired, 5, 1));
    let cancel = CancelBillRequest {
        request_id: fresh(),
        bill_id: bill.bill_id.clone(),
        etag: String::new(),
    };
    let cancel = desk.bills.cancel_bill(cancel).await;
    assert_eq!(reason(cancel, "state"), (ErrorReason::BillNotOpen, "expired".to_owned()));
    // The sweep has not come by, and the case can be billed again all the same.
    let next = IssueBillRequest { request_id: fresh(), ..request };
    desk.bills.issue_bill(next).await?;
    let (one, two) = tokio::join!(house.payments.expire_due(), house.payments.expire_due());

    assert_eq!(one? + two?, 4);
    assert_eq!(house.payments.expire_due().await?, 0);
    assert_eq!(states(&mut desk, &bill).await?, (BillState::Expired, 5, 2));
    assert_eq!(states(&mut desk, &late).await?.0, BillState::Open);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_agency_cannot_tell_that_a_bill_exists(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let bill = house.korlantas().await?.bill().await?;
    let mut other = house.agency("imigrasi")?;

    let cancel = |bill_id: &str| CancelBillRequest {
        request_id: fresh(),
        bill_id: bill_id.to_owned(),
        etag: String::new(),
    };
    let mut answers = Vec::new();
    for bill_id in [bill.bill_id.clone(), fresh()] {
        let get = other.bills.get_bill(GetBillRequest { bill_id: bill_id.clone() }).await;
        let cancel = other.bills.cancel_bill(cancel(&bill_id)).await;
        answers.push((get.unwrap_err().to_string(), cancel.unwrap_err().to_string()));
    }
    let find = FindBillRequest { billing_code: bill.billing_code.clone() };
    let found = other.bills.find_bill(find.clone()).await;
    let list = other.bills.list_bills(ListBillsRequest::default()).await?.into_inner();

    assert_eq!(answers[0], answers[1]);
    assert_eq!(refused(found), ErrorReason::BillNotFound);
    assert!(list.bills.is_empty());
    // A bank finds the bills of every agency, though not whose they are, and gets nothing else.
    let mut bank = house.bank("bank-bri")?;
    let found = bank.bills.find_bill(find).await?.into_inner().bill;
    let nobody = Bill { payer_subject_id: String::new(), case_id: String::new(), ..bill.clone() };
    assert_eq!(found, Some(nobody));
    let get = bank.bills.get_bill(GetBillRequest { bill_id: bill.bill_id }).await;
    assert_eq!(refused(get), ErrorReason::BillNotFound);
    Ok(())
}

/// The state of a bill, and how many of its agency are expired and how many open.
async fn states(desk: &mut Desk, bill: &Bill) -> anyhow::Result<(BillState, usize, usize)> {
    let get = GetBillRequest { bill_id: bill.bill_id.clone() };
    let state = desk.bills.get_bill(get).await?.into_inner().bill.unwrap().state();
    let mut counts = Vec::new();
    for state in [BillState::Expired, BillState::Open] {
        let list = ListBillsRequest { state: state.into(), ..ListBillsRequest::default() };
        let bills = desk.bills.list_bills(list).await?.into_inner().bills;
        assert!(bills.iter().all(|bill| bill.state() == state));
        counts.push(bills.len());
    }
    Ok((state, counts[0], counts[1]))
}

//! Bills that take the place of others, and several bills of one case.

use rangkai_proto::payments::v1::{
    AmendBillRequest, Bill, BillState, ErrorReason, IssueBillRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    books::Books,
    events::types,
    support::{House, item, reason, refused, renewal, rupiah},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_amended_bill_is_withdrawn_and_names_the_one_in_its_place(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;
    let old = desk.bill().await?;

    let stale = AmendBillRequest { etag: "\"9\"".to_owned(), ..amend(&old) };
    let stale = desk.bills.amend_bill(stale).await;
    let new = desk.bills.amend_bill(amend(&old)).await?.into_inner().bill.unwrap();
    let again = desk.bills.amend_bill(amend(&old)).await;
    bank.remittances.record_remittance(house.payment(&new, "002")).await?;
    let paid = desk.bills.amend_bill(amend(&new)).await;

    assert_eq!(refused(stale), ErrorReason::StaleEtag);
    assert_eq!((&new.replaces_bill_id, new.amount.clone()), (&old.bill_id, Some(rupiah(150_000))));
    assert_eq!((&new.case_id, &new.payer_subject_id), (&old.case_id, &old.payer_subject_id));
    let old = desk.see(&old).await?;
    assert_eq!((old.state(), &old.replaced_by_bill_id), (BillState::Cancelled, &new.bill_id));
    let not_amendable = |instead: &str| (ErrorReason::BillNotAmendable, instead.to_owned());
    assert_eq!(reason(again, "instead"), not_amendable("IssueBill"));
    assert_eq!(reason(paid, "instead"), not_amendable("IssueRefund, then IssueBill"));
    let unknown = AmendBillRequest { bill_id: fresh(), ..amend(&old) };
    assert_eq!(refused(desk.bills.amend_bill(unknown).await), ErrorReason::BillNotFound);
    let mut other = house.agency("imigrasi")?;
    assert_eq!(refused(other.bills.amend_bill(amend(&old)).await), ErrorReason::BillNotFound);
    let told = types(desk.client.clone(), &old.bill_id).await?;
    assert_eq!(told, ["BillIssued", "BillCancelled", "BillAmended"]);
    assert!(desk.is_sound().await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_amendment_and_a_payment_at_once_leave_one_end(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;

    for _ in 0..4 {
        let bill = desk.bill().await?;
        let (amended, _) = tokio::join!(
            desk.bills.amend_bill(amend(&bill)),
            bank.remittances.record_remittance(house.payment(&bill, "002")),
        );
        let state = desk.see(&bill).await?.state();
        if amended.is_ok() {
            assert_eq!(state, BillState::Cancelled);
        } else {
            assert_eq!(state, BillState::Paid);
            assert_eq!(refused(amended), ErrorReason::BillNotAmendable);
        }
    }
    assert!(desk.is_sound().await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_case_has_one_bill_for_the_same_and_several_for_others(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let fee = IssueBillRequest { items: vec![item("sim.c.renew", 1)], ..renewal() };
    let next = |sequence| IssueBillRequest { request_id: fresh(), sequence, ..fee.clone() };
    let first = desk.issue(fee.clone()).await?;

    let same = desk.issue(next(1)).await;
    let second = desk.issue(next(2)).await?;
    let letter = IssueBillRequest { items: vec![item("letter", 1)], ..next(1) };
    let letter = desk.issue(letter).await;
    let mixed = vec![item("letter", 1), item("sim.c.renew", 1)];
    let mixed = desk.issue(IssueBillRequest { items: mixed, ..next(2) }).await;

    assert_eq!(reason(same, "bill_id"), (ErrorReason::CaseAlreadyBilled, first.bill_id));
    assert_eq!(second.sequence, 2);
    assert!(letter.is_ok());
    assert_eq!(reason(mixed, "bill_id"), (ErrorReason::CaseAlreadyBilled, second.bill_id));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_a_refused_amendment_advises_can_be_done(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;
    let paid = desk.bill().await?;
    bank.remittances.record_remittance(house.payment(&paid, "002")).await?;
    let letter = IssueBillRequest { items: vec![item("letter", 1)], ..renewal() };
    let free = desk.issue(letter).await?;

    let refused_amendment = desk.bills.amend_bill(amend(&paid)).await;
    desk.refund(&paid, Some(30_000)).await?;
    let early = desk.bill_again(&paid).await;
    desk.refund(&paid, None).await?;
    let next = desk.bill_again(&paid).await?;
    let twice = desk.bill_again(&paid).await;
    let amended = desk.bills.amend_bill(amend(&free)).await?.into_inner().bill.unwrap();
    let again = desk.bills.amend_bill(amend(&free)).await;

    let advice = "IssueRefund, then IssueBill".to_owned();
    let not_amendable = ErrorReason::BillNotAmendable;
    assert_eq!(reason(refused_amendment, "instead"), (not_amendable, advice));
    assert_eq!(refused(early), ErrorReason::CaseAlreadyBilled);
    assert_eq!((next.state(), &next.case_id), (BillState::Open, &paid.case_id));
    assert_eq!(reason(twice, "bill_id"), (ErrorReason::CaseAlreadyBilled, next.bill_id));
    assert_eq!(amended.replaces_bill_id, free.bill_id);
    let free = desk.see(&free).await?;
    assert_eq!((free.state(), &free.replaced_by_bill_id), (BillState::Cancelled, &amended.bill_id));
    assert_eq!(reason(again, "instead"), (not_amendable, "IssueBill".to_owned()));
    assert!(desk.is_sound().await?);
    Books::open(&house).await?.check_some().await?;
    Ok(())
}

/// Two units in the place of one.
fn amend(bill: &Bill) -> AmendBillRequest {
    AmendBillRequest {
        request_id: fresh(),
        bill_id: bill.bill_id.clone(),
        items: vec![item("sim.c.renew", 2)],
        ..AmendBillRequest::default()
    }
}

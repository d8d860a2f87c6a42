//! Money that goes back.

use rangkai_proto::payments::v1::{
    ConfirmRefundRequest, ErrorReason, GetRefundRequest, IssueRefundRequest, ListRefundsRequest,
    RecordRemittanceRequest, Refund, RefundState,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::support::{House, fields, reason, refused, rupiah};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn no_more_goes_back_than_was_paid_and_the_bank_confirms_it_once(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;
    let bill = desk.bill().await?;
    assert_eq!(refused(desk.refund(&bill, None).await), ErrorReason::BillNotPaid);
    bank.remittances.record_remittance(house.payment(&bill, "002")).await?;

    let before = desk.see(&bill).await?;
    let part = desk.refund(&bill, Some(30_000)).await?;
    let after = desk.see(&bill).await?;
    assert_ne!(after.etag, before.etag);
    assert_ne!(after.update_time, before.update_time);
    let too_much = desk.refund(&bill, Some(45_001)).await;
    let rest = desk.refund(&bill, None).await?;
    let nothing_left = desk.refund(&bill, None).await;
    let paid = bank.refunds.confirm_refund(confirm(&rest, "A-1")).await?.into_inner().refund;
    let again = bank.refunds.confirm_refund(confirm(&rest, "A-1")).await?.into_inner().refund;
    let another = bank.refunds.confirm_refund(confirm(&rest, "A-2")).await;
    let taken = bank.refunds.confirm_refund(confirm(&part, "A-1")).await;

    let exceeds = |left: &str| (ErrorReason::RefundExceedsBill, left.to_owned());
    assert_eq!(reason(too_much, "refundable_minor"), exceeds("4500000"));
    assert_eq!(reason(nothing_left, "refundable_minor"), exceeds("0"));
    assert_eq!((part.state(), rest.amount), (RefundState::Issued, Some(rupiah(45_000))));
    assert_eq!(paid.as_ref().map(Refund::state), Some(RefundState::Paid));
    assert_eq!(paid, again);
    assert!(paid.is_some_and(|refund| refund.reason.is_empty() && refund.case_id.is_empty()));
    let refused_again = (ErrorReason::RefundAlreadyPaid, rest.refund_id.clone());
    assert_eq!(reason(another, "refund_id"), refused_again);
    assert_eq!(refused(taken), ErrorReason::BankReferenceTaken);
    let issued = ListRefundsRequest {
        bill_id: bill.bill_id,
        state: RefundState::Issued.into(),
        ..ListRefundsRequest::default()
    };
    let listed = desk.refunds.list_refunds(issued).await?.into_inner().refunds;
    assert_eq!(listed, [part]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_number_for_money_in_is_not_used_for_money_out(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;
    let (bill, other) = (desk.bill().await?, desk.bill().await?);
    let payment = house.payment(&bill, "002");
    bank.remittances.record_remittance(payment.clone()).await?;
    let refund = desk.refund(&bill, None).await?;

    let out = bank.refunds.confirm_refund(confirm(&refund, &payment.bank_reference)).await;
    bank.refunds.confirm_refund(confirm(&refund, "B-1")).await?;
    let number = "B-1".to_owned();
    let into = RecordRemittanceRequest { bank_reference: number, ..house.payment(&other, "002") };
    let into = bank.remittances.record_remittance(into).await;

    assert_eq!(refused(out), ErrorReason::BankReferenceTaken);
    assert_eq!(refused(into), ErrorReason::BankReferenceTaken);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn two_refunds_at_once_do_not_exceed_the_bill(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;
    let bill = desk.bill().await?;
    bank.remittances.record_remittance(house.payment(&bill, "002")).await?;

    let (one, two) =
        tokio::join!(desk.refund(&bill, Some(40_000)), desk.refund(&bill, Some(40_000)));

    let (issued, other) = if one.is_ok() { (one, two) } else { (two, one) };
    let left = reason(other, "refundable_minor");
    assert_eq!(left, (ErrorReason::RefundExceedsBill, "3500000".to_owned()));
    // And two banks that confirm it at once: one of them paid it.
    let refund = issued?;
    let (mut bri, mut bni) = (bank.refunds, house.bank("bank-bni")?.refunds);
    let (one, two) = tokio::join!(
        bri.confirm_refund(confirm(&refund, "C-1")),
        bni.confirm_refund(confirm(&refund, "C-2")),
    );
    let (paid, other) = if one.is_ok() { (one, two) } else { (two, one) };
    assert!(paid.is_ok());
    assert_eq!(refused(other), ErrorReason::RefundAlreadyPaid);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_agency_cannot_tell_that_a_refund_exists(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;
    let bill = desk.bill().await?;
    bank.remittances.record_remittance(house.payment(&bill, "002")).await?;
    let refund = desk.refund(&bill, None).await?;
    let mut other = house.agency("imigrasi")?;

    assert_eq!(refused(other.refund(&bill, None).await), ErrorReason::BillNotFound);
    for refund_id in [refund.refund_id.clone(), fresh()] {
        let get = other.refunds.get_refund(GetRefundRequest { refund_id }).await;
        assert_eq!(refused(get), ErrorReason::RefundNotFound);
    }
    let list = other.refunds.list_refunds(ListRefundsRequest::default()).await?.into_inner();
    assert!(list.refunds.is_empty());
    let unknown = Refund { refund_id: fresh(), ..refund };
    let confirmed = bank.refunds.confirm_refund(confirm(&unknown, "D-1")).await;
    assert_eq!(refused(confirmed), ErrorReason::RefundNotFound);
    let nothing = IssueRefundRequest {
        request_id: fresh(),
        bill_id: bill.bill_id,
        amount: Some(rupiah(0)),
        reason: "x".to_owned(),
        ..IssueRefundRequest::default()
    };
    let mut refunds = desk.refunds;
    assert_eq!(fields(refunds.issue_refund(nothing).await), ["amount"]);
    Ok(())
}

/// What a bank sends when it paid `refund`.
pub fn confirm(refund: &Refund, number: &str) -> ConfirmRefundRequest {
    ConfirmRefundRequest {
        request_id: fresh(),
        refund_id: refund.refund_id.clone(),
        bank_code: "002".to_owned(),
        bank_reference: number.to_owned(),
    }
}

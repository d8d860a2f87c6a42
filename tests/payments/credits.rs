//! What agencies owe to payers.

use rangkai_proto::payments::v1::{
    Bill, BillState, ConfirmRefundRequest, Credit, ErrorReason, IssueBillRequest,
    IssueRefundRequest, ListCreditsRequest, RefundCreditRequest, RefundMode, RefundState,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    contract::once,
    support::{Desk, House, item, reason, refused, renewal, rupiah},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_credit_pays_the_next_bills_and_what_is_left_goes_back(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let credit = credit(&house, 75_000 * 2).await?;
    assert_eq!((credit.left.clone(), credit.amount.clone()), (Some(rupiah(150_000)), credit.left));

    let full = desk.issue(IssueBillRequest { use_credit: true, ..renewal() }).await?;
    let items = vec![item("sim.c.renew", 2)];
    let part = IssueBillRequest { items, use_credit: true, ..renewal() };
    let part = desk.issue(part).await?;

    assert_eq!((full.state(), full.paid.clone()), (BillState::Paid, Some(rupiah(75_000))));
    assert_eq!((part.state(), part.paid.clone()), (BillState::Open, Some(rupiah(75_000))));
    let unused = ListCreditsRequest { unused_only: true, ..ListCreditsRequest::default() };
    let listed = desk.credits.list_credits(unused.clone()).await?.into_inner();
    assert!(listed.credits.is_empty());
    // What is owed is paid at a bank, and the bill goes back as a credit, some of it to the source.
    let owed = Bill { amount: Some(rupiah(75_000)), ..part.clone() };
    let mut bank = house.bank("bank-bri")?;
    bank.remittances.record_remittance(house.payment(&owed, "002")).await?;
    assert_eq!(desk.see(&part).await?.state(), BillState::Paid);
    as_credit(&desk, &part).await?;
    let credit = desk.credits.list_credits(unused).await?.into_inner().credits.remove(0);
    let back = RefundCreditRequest {
        request_id: fresh(),
        credit_id: credit.credit_id.clone(),
        amount: Some(rupiah(50_000)),
        reason: "Permohonan pembayar".to_owned(),
    };
    let other = RefundCreditRequest { amount: None, ..back.clone() };
    let send = |request| {
        let mut credits = desk.credits.clone();
        async move { credits.refund_credit(request).await }
    };
    let refund = once(&back.request_id.clone(), [back.clone(), other], send).await?;
    let refund = refund.refund.unwrap();
    assert_eq!((refund.state(), refund.mode()), (RefundState::Issued, RefundMode::Source));
    let confirm = ConfirmRefundRequest {
        request_id: fresh(),
        refund_id: refund.refund_id,
        bank_code: "002".to_owned(),
        bank_reference: fresh(),
    };
    bank.refunds.confirm_refund(confirm).await?;
    let more = RefundCreditRequest { amount: Some(rupiah(100_001)), ..again(&back) };
    let more = desk.credits.refund_credit(more).await;
    assert_eq!(reason(more, "left_minor"), (ErrorReason::CreditNotEnough, "10000000".to_owned()));
    let mut foreign = house.agency("imigrasi")?.credits;
    let unseen = foreign.refund_credit(again(&back)).await;
    assert_eq!(refused(unseen), ErrorReason::CreditNotFound);
    let unseen = foreign.list_credits(ListCreditsRequest::default()).await?.into_inner();
    assert!(unseen.credits.is_empty());
    assert!(desk.is_sound().await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn two_bills_at_once_never_spend_a_credit_twice(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    credit(&house, 75_000).await?;
    let bill = || desk.issue(IssueBillRequest { use_credit: true, ..renewal() });

    let (one, two, three) = tokio::join!(bill(), bill(), bill());

    let bills = [one?, two?, three?];
    let paid: i64 = bills.iter().filter_map(|bill| bill.paid.as_ref()).map(|it| it.units).sum();
    assert_eq!(paid, 75_000);
    let whole = bills.iter().filter(|bill| bill.state() == BillState::Paid).count();
    assert_eq!(whole, 1);
    assert!(desk.is_sound().await?);
    Ok(())
}

/// A payer's credit of so many rupiah.
async fn credit(house: &House, rupiahs: i64) -> anyhow::Result<Credit> {
    let mut desk = house.agency("korlantas")?;
    let units = i32::try_from(rupiahs / 75_000)?;
    let items = vec![item("sim.c.renew", units)];
    let bill = desk.issue(IssueBillRequest { items, ..renewal() }).await?;
    let mut bank = house.bank("bank-bri")?;
    bank.remittances.record_remittance(house.payment(&bill, "002")).await?;
    as_credit(&desk, &bill).await?;
    let list = desk.credits.list_credits(ListCreditsRequest::default()).await?.into_inner();
    Ok(list.credits[0].clone())
}

/// All of a bill becomes its payer's credit.
async fn as_credit(desk: &Desk, bill: &Bill) -> anyhow::Result<()> {
    let refund = IssueRefundRequest {
        request_id: fresh(),
        bill_id: bill.bill_id.clone(),
        reason: "Salah bayar".to_owned(),
        mode: RefundMode::CreditNextBill.into(),
        ..IssueRefundRequest::default()
    };
    let refund = desk.refunds.clone().issue_refund(refund).await?.into_inner().refund.unwrap();
    assert_eq!(refund.state(), RefundState::Credited);
    Ok(())
}

fn again(request: &RefundCreditRequest) -> RefundCreditRequest {
    RefundCreditRequest { request_id: fresh(), ..request.clone() }
}

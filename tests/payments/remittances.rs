//! Payments of bills as banks report them.

use std::time::Duration;

use rangkai_proto::payments::v1::{
    Bill, BillState, ErrorReason, GetBillRequest, GetRemittanceRequest, IssueBillRequest,
    ProveLedgerRequest, RecordRemittanceRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::support::{DAY, Desk, House, fields, reason, refused, renewal, rupiah};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_payment_pays_its_bill_and_is_seen_by_its_agency(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;
    let bill = desk.bill().await?;
    let get = GetRemittanceRequest { bill_id: bill.bill_id.clone() };
    let unpaid = desk.remittances.get_remittance(get.clone()).await;
    assert_eq!(refused(unpaid), ErrorReason::RemittanceNotFound);

    let payment = house.payment(&bill, "002");
    let paid = bank.remittances.record_remittance(payment).await?.into_inner().remittance.unwrap();

    assert_eq!((&paid.bill_id, &paid.amount), (&bill.bill_id, &bill.amount));
    let seen = desk.remittances.get_remittance(get.clone()).await?.into_inner().remittance;
    assert_eq!(seen, Some(paid));
    let get_bill = GetBillRequest { bill_id: bill.bill_id.clone() };
    let now = desk.bills.get_bill(get_bill).await?.into_inner().bill.unwrap();
    assert_eq!(now.state(), BillState::Paid);
    // Nobody else sees it, the bank's own agency neither.
    for mut other in [house.agency("imigrasi")?, bank] {
        let foreign = other.remittances.get_remittance(get.clone()).await;
        assert_eq!(refused(foreign), ErrorReason::RemittanceNotFound);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_payment_that_does_not_fit_leaves_the_bill_as_it_was(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let bill = desk.bill().await?;
    let mut bank = house.bank("bank-bri")?;
    let good = house.payment(&bill, "002");
    let in_a_minute = house.clock.now() + Duration::from_mins(1);

    let mut wrong = Vec::new();
    for amount in [rupiah(74_999), rupiah(75_001), rupiah(-75_000)] {
        let request = RecordRemittanceRequest { amount: Some(amount), ..good.clone() };
        let answer = bank.remittances.record_remittance(request).await;
        wrong.push(reason(answer, "expected_minor"));
    }
    let later = Some(rangkai_proto::time(in_a_minute));
    let later = RecordRemittanceRequest { pay_time: later, ..good.clone() };
    let later = bank.remittances.record_remittance(later).await;
    let nowhere = RecordRemittanceRequest { billing_code: "1".repeat(15), ..good.clone() };
    let nowhere = bank.remittances.record_remittance(nowhere).await;
    let unknown = "100000000000009".to_owned();
    let unknown = RecordRemittanceRequest { billing_code: unknown, ..good.clone() };
    let unknown = bank.remittances.record_remittance(unknown).await;

    assert_eq!(wrong, vec![(ErrorReason::AmountMismatch, "7500000".to_owned()); 3]);
    assert_eq!(fields(later), ["pay_time"]);
    assert_eq!(fields(nowhere), ["billing_code"]);
    assert_eq!(refused(unknown), ErrorReason::BillNotFound);
    let get = GetBillRequest { bill_id: bill.bill_id.clone() };
    assert_eq!(desk.bills.get_bill(get).await?.into_inner().bill.as_ref(), Some(&bill));
    // A refused request takes nothing: the same id with the right content goes through.
    assert!(bank.remittances.record_remittance(good).await.is_ok());
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_payment_after_the_last_moment_is_refused_before_the_sweep_and_after(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let bill = house.korlantas().await?.bill().await?;
    let mut bank = house.bank("bank-bri")?;
    // The bank took the money in time and reports it late.
    let payment = house.payment(&bill, "002");
    house.clock.advance(DAY * 7);

    let before = bank.remittances.record_remittance(payment.clone()).await;
    let swept = house.payments.expire_due().await?;
    let after = bank.remittances.record_remittance(payment).await;

    assert_eq!(swept, 1);
    assert_eq!(reason(before, "bill_id"), (ErrorReason::BillExpired, bill.bill_id.clone()));
    assert_eq!(reason(after, "bill_id"), (ErrorReason::BillExpired, bill.bill_id));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_bank_that_reports_a_payment_again_gets_the_first_answer(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let (bill, other) = (desk.bill().await?, desk.bill().await?);
    let mut bank = house.bank("bank-bri")?;
    let payment = house.payment(&bill, "002");
    let again =
        |change: RecordRemittanceRequest| RecordRemittanceRequest { request_id: fresh(), ..change };

    let first = bank.remittances.record_remittance(payment.clone()).await?.into_inner();
    let same = bank.remittances.record_remittance(again(payment.clone())).await?.into_inner();
    let elsewhere =
        RecordRemittanceRequest { billing_code: other.billing_code.clone(), ..payment.clone() };
    let elsewhere = bank.remittances.record_remittance(again(elsewhere)).await;
    let earlier = Some(rangkai_proto::time(house.clock.now() - DAY));
    let earlier = RecordRemittanceRequest { pay_time: earlier, ..payment.clone() };
    let earlier = bank.remittances.record_remittance(again(earlier)).await;
    let twice = bank.remittances.record_remittance(house.payment(&bill, "002")).await;
    // Another bank may use the same number for a payment of its own.
    let number = payment.bank_reference.clone();
    let another =
        RecordRemittanceRequest { bank_reference: number.clone(), ..house.payment(&other, "014") };
    let another = bank.remittances.record_remittance(another).await;

    assert_eq!(first, same);
    let taken = (ErrorReason::BankReferenceTaken, number);
    assert_eq!(reason(elsewhere, "bank_reference"), taken);
    assert_eq!(reason(earlier, "bank_reference"), taken);
    assert_eq!(reason(twice, "bill_id"), (ErrorReason::BillAlreadyPaid, bill.bill_id));
    assert!(another.is_ok());
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn of_two_banks_at_once_one_pays_the_bill(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let (mut bri, mut bni) = (house.bank("bank-bri")?, house.bank("bank-bni")?);

    for _ in 0..5 {
        let bill = desk.bill().await?;
        let (one, two) = tokio::join!(
            bri.remittances.record_remittance(house.payment(&bill, "002")),
            bni.remittances.record_remittance(house.payment(&bill, "009")),
        );

        let (paid, other) = if one.is_ok() { (one, two) } else { (two, one) };
        assert_eq!(paid?.into_inner().remittance.unwrap().bill_id, bill.bill_id);
        assert_eq!(refused(other), ErrorReason::BillAlreadyPaid);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn one_reference_at_once_for_two_bills_pays_one(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let bank = house.bank("bank-bri")?;
    let (one, two) = (desk.bill().await?, desk.bill().await?);
    let first = house.payment(&one, "002");
    let second = RecordRemittanceRequest {
        bank_reference: first.bank_reference.clone(),
        ..house.payment(&two, "002")
    };
    let (mut here, mut there) = (bank.remittances.clone(), bank.remittances);

    let (one, two) = tokio::join!(here.record_remittance(first), there.record_remittance(second));

    let (paid, other) = if one.is_ok() { (one, two) } else { (two, one) };
    assert!(paid.is_ok());
    assert_eq!(refused(other), ErrorReason::BankReferenceTaken);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_payment_and_the_sweep_that_meet_leave_one_end(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let bank = house.bank("bank-bri")?;

    let mut paid_count = 0;
    for nanos in (1..=8).map(|step| step * 4_000_000) {
        let valid_for = Some(prost_types::Duration { seconds: 0, nanos });
        let request = IssueBillRequest { valid_for, ..renewal() };
        let bill = desk.bills.issue_bill(request).await?.into_inner().bill.unwrap();
        let (mut remittances, payment) = (bank.remittances.clone(), house.payment(&bill, "002"));
        let sweep = async {
            // Until the bill is expired or paid, there is something to wait for.
            while state(&desk, &bill).await? == BillState::Open {
                house.payments.expire_due().await?;
            }
            anyhow::Ok(())
        };
        let (paid, swept) = tokio::join!(remittances.record_remittance(payment), sweep);
        swept?;
        house.payments.expire_due().await?;

        if state(&desk, &bill).await? == BillState::Paid {
            assert!(paid.is_ok());
            paid_count += 1;
        } else {
            assert_eq!(refused(paid), ErrorReason::BillExpired);
        }
    }
    eprintln!("{paid_count} of 8 bills were paid before the sweep came");
    assert!(desk.ledger.prove_ledger(ProveLedgerRequest {}).await?.into_inner().sound);
    Ok(())
}

async fn state(desk: &Desk, bill: &Bill) -> anyhow::Result<BillState> {
    let get = GetBillRequest { bill_id: bill.bill_id.clone() };
    Ok(desk.bills.clone().get_bill(get).await?.into_inner().bill.unwrap().state())
}

//! Payments of bills as banks report them.

use std::time::Duration;

use rangkai_proto::{
    payments::v1::{
        Bill, BillState, ErrorReason, GetBillRequest, GetRemittanceRequest, IssueBillRequest,
        ProveLedgerRequest, RecordRemittanceRequest, RemittanceOutcome, SuspenseKind,
    },
    r#type::v1::Money,
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
async fn what_cannot_be_a_payment_is_refused_and_takes_nothing(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let bill = desk.bill().await?;
    let mut bank = house.bank("bank-bri")?;
    let good = house.payment(&bill, "002");
    let in_a_minute = house.clock.now() + Duration::from_mins(1);

    let cents = Money { nanos: 500_000_000, ..rupiah(75_000) };
    for amount in [rupiah(0), rupiah(-75_000), rupiah(10_000_000_000_001), cents] {
        let request = RecordRemittanceRequest { amount: Some(amount), ..good.clone() };
        assert_eq!(fields(bank.remittances.record_remittance(request).await), ["amount"]);
    }
    let later = Some(rangkai_proto::time(in_a_minute));
    let later = RecordRemittanceRequest { pay_time: later, ..good.clone() };
    let later = bank.remittances.record_remittance(later).await;
    let nowhere = RecordRemittanceRequest { billing_code: "1".repeat(15), ..good.clone() };
    let nowhere = bank.remittances.record_remittance(nowhere).await;

    assert_eq!(fields(later), ["pay_time"]);
    assert_eq!(fields(nowhere), ["billing_code"]);
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
async fn a_payment_after_the_last_moment_is_late_before_the_sweep_and_after(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let bill = house.korlantas().await?.bill().await?;
    let mut bank = house.bank("bank-bri")?;
    // The bank took the money in time and reports it late.
    let (one, two) = (house.payment(&bill, "002"), house.payment(&bill, "002"));
    house.clock.advance(DAY * 7);

    let before = bank.remittances.record_remittance(one).await?.into_inner().remittance.unwrap();
    let swept = house.payments.expire_due().await?;
    let after = bank.remittances.record_remittance(two).await?.into_inner().remittance.unwrap();

    assert_eq!(swept, 1);
    for late in [before, after] {
        assert_eq!(late.outcome(), RemittanceOutcome::Suspended);
        assert_eq!((late.misfit(), &late.bill_id), (SuspenseKind::Late, &bill.bill_id));
    }
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
    let earlier = bank.remittances.record_remittance(again(earlier)).await?.into_inner();
    let more = RecordRemittanceRequest { amount: Some(rupiah(75_001)), ..payment.clone() };
    let more = bank.remittances.record_remittance(again(more)).await;
    let twice = bank.remittances.record_remittance(house.payment(&bill, "002")).await?;
    // Another bank may use the same number for a payment of its own.
    let number = payment.bank_reference.clone();
    let another =
        RecordRemittanceRequest { bank_reference: number.clone(), ..house.payment(&other, "014") };
    let another = bank.remittances.record_remittance(another).await;

    assert_eq!(first, same);
    // Another channel may tell another time of it.
    assert_eq!(first, earlier);
    let taken = (ErrorReason::BankReferenceTaken, number);
    assert_eq!(reason(elsewhere, "bank_reference"), taken);
    assert_eq!(reason(more, "bank_reference"), taken);
    let twice = twice.into_inner().remittance.unwrap();
    assert_eq!(twice.outcome(), RemittanceOutcome::Credited);
    assert!(another.is_ok());
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn of_two_banks_at_once_one_pays_the_bill_and_the_other_credits_its_payer(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let (mut bri, mut bni) = (house.bank("bank-bri")?, house.bank("bank-bni")?);

    for _ in 0..5 {
        let bill = desk.bill().await?;
        let (one, two) = tokio::join!(
            bri.remittances.record_remittance(house.payment(&bill, "002")),
            bni.remittances.record_remittance(house.payment(&bill, "009")),
        );

        let both = [one?, two?].map(|answer| answer.into_inner().remittance.unwrap());
        assert!(both.iter().all(|remittance| remittance.bill_id == bill.bill_id));
        let mut outcomes = both.map(|remittance| remittance.outcome());
        outcomes.sort();
        assert_eq!(outcomes, [RemittanceOutcome::BillPaid, RemittanceOutcome::Credited]);
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

        let outcome = paid?.into_inner().remittance.unwrap().outcome();
        if state(&desk, &bill).await? == BillState::Paid {
            assert_eq!(outcome, RemittanceOutcome::BillPaid);
            paid_count += 1;
        } else {
            assert_eq!(outcome, RemittanceOutcome::Suspended);
        }
    }
    eprintln!("{paid_count} of 8 bills were paid before the sweep came");
    assert!(desk.ledger.prove_ledger(ProveLedgerRequest {}).await?.into_inner().sound);
    Ok(())
}

/// A payment that bank 002 reports under a number, for a code that no bill has.
pub fn unknown(number: &str) -> RecordRemittanceRequest {
    RecordRemittanceRequest {
        request_id: fresh(),
        billing_code: "100000000000009".to_owned(),
        amount: Some(rupiah(1_000)),
        bank_code: "002".to_owned(),
        bank_reference: number.to_owned(),
        pay_time: Some(prost_types::Timestamp { seconds: 1_700_000_000, nanos: 0 }),
    }
}

async fn state(desk: &Desk, bill: &Bill) -> anyhow::Result<BillState> {
    let get = GetBillRequest { bill_id: bill.bill_id.clone() };
    Ok(desk.bills.clone().get_bill(get).await?.into_inner().bill.unwrap().state())
}

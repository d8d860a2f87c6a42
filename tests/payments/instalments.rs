//! Bills that are paid in parts.

use rangkai_proto::payments::v1::{
    AmendBillRequest, Bill, BillPart, BillState, CreditSource, ErrorReason, FindBillRequest,
    GetRemittanceRequest, Instalments, IssueBillRequest, ListCreditsRequest, PartState,
    PublishTariffRequest, RecordRemittanceRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    channels::{account, qr},
    events::types,
    support::{DAY, Desk, House, fields, item, reason, refused, renewal, rupiah, tariff},
    suspense::{apply, cancel, confirm, pay, propose},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_bill_is_paid_when_all_of_its_parts_are(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;
    let bill = in_parts(&desk, 3).await?;
    let amounts: Vec<_> = bill.parts.iter().filter_map(|part| part.amount.clone()).collect();
    assert_eq!(amounts, [rupiah(33_334), rupiah(33_333), rupiah(33_333)]);

    let find = FindBillRequest { billing_code: bill.parts[1].billing_code.clone() };
    let found = bank.bills.find_bill(find).await?.into_inner();
    bank.remittances.record_remittance(house.payment(&of(&bill, 1), "002")).await?;
    house.clock.advance(DAY * 8);
    let unmarked = desk.see(&bill).await?;
    let marked = house.payments.mark_overdue().await?;
    let seen = desk.see(&bill).await?;
    assert_ne!(seen.etag, unmarked.etag);
    assert_ne!(seen.update_time, unmarked.update_time);
    // The second and the third are paid together, by the code of the bill.
    let find = FindBillRequest { billing_code: bill.billing_code.clone() };
    let rest = desk.bills.find_bill(find).await?.into_inner().amount_due;
    let rest = Bill { amount: rest, ..bill.clone() };
    bank.remittances.record_remittance(house.payment(&rest, "002")).await?;

    assert_eq!(found.amount_due, Some(rupiah(33_333)));
    assert_eq!(marked, 1);
    assert_eq!(house.payments.mark_overdue().await?, 0);
    assert_eq!((seen.state(), seen.paid.clone()), (BillState::Open, Some(rupiah(33_333))));
    let states = |bill: &Bill| bill.parts.iter().map(BillPart::state).collect::<Vec<_>>();
    assert_eq!(states(&seen), [PartState::Overdue, PartState::Paid, PartState::Open]);
    let paid = desk.see(&bill).await?;
    assert_eq!((paid.state(), paid.paid.clone()), (BillState::Paid, bill.amount));
    assert_eq!(states(&paid), [PartState::Paid; 3]);
    let told = types(desk.client.clone(), &bill.bill_id).await?;
    let part = "BillPartPaid";
    assert_eq!(told, ["BillIssued", part, "BillPartOverdue", part, part, "BillPaid"]);
    assert!(desk.is_sound().await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_was_paid_of_a_bill_that_expires_is_its_payers_credit(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let bill = in_parts(&desk, 2).await?;
    let mut bank = house.bank("bank-bri")?;
    bank.remittances.record_remittance(house.payment(&of(&bill, 0), "002")).await?;
    let amend = AmendBillRequest {
        request_id: fresh(),
        bill_id: bill.bill_id.clone(),
        items: vec![item("letter", 1)],
        ..AmendBillRequest::default()
    };
    let amended = desk.bills.amend_bill(amend).await;
    house.clock.advance(DAY * 100);
    assert_eq!(house.payments.expire_due().await?, 1);

    let credits = desk.credits.list_credits(ListCreditsRequest::default()).await?.into_inner();

    assert_eq!(reason(amended, "state"), (ErrorReason::BillNotAmendable, "partly_paid".into()));
    let expired = desk.see(&bill).await?;
    assert_eq!(expired.state(), BillState::Expired);
    assert_eq!(expired.parts[1].state(), PartState::Lapsed);
    let [credit] = &credits.credits[..] else { panic!("{credits:?}") };
    assert_eq!((credit.source(), &credit.source_id), (CreditSource::Bill, &bill.bill_id));
    assert_eq!(credit.left, Some(rupiah(50_000)));
    assert!(desk.is_sound().await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn only_what_the_tariffs_allow_is_paid_in_parts(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    in_parts(&desk, 2).await?;
    let plan = |code: &str, instalments| IssueBillRequest {
        items: vec![item(code, 1)],
        instalments,
        ..renewal()
    };

    let never = desk.issue(plan("sim.c.renew", 2)).await;
    let many = desk.issue(plan("school", 5)).await;
    let with_credit = IssueBillRequest { use_credit: true, ..plan("school", 2) };
    let with_credit = desk.bills.clone().issue_bill(with_credit).await;
    let foreign = Instalments { min_part: None, max_parts: 2, interval_days: 30 };
    let dollars = rangkai_proto::r#type::v1::Money { currency_code: "USD".to_owned(), ..rupiah(1) };
    let foreign = Instalments { min_part: Some(dollars), ..foreign };
    let foreign = PublishTariffRequest { instalments: Some(foreign), ..tariff("foreign", 1) };
    let foreign = desk.tariffs.clone().publish_tariff(foreign).await;

    let sim = "sim.c.renew".to_owned();
    assert_eq!(reason(never, "tariff_code"), (ErrorReason::InstalmentsNotAllowed, sim));
    assert_eq!(reason(many, "max_parts"), (ErrorReason::InstalmentsOutOfTerms, "4".into()));
    assert_eq!(fields(with_credit), ["use_credit"]);
    assert_eq!(fields(foreign), ["instalments.min_part"]);
    let small = PublishTariffRequest { instalments: Some(terms()), ..tariff("small", 30_000) };
    desk.tariffs.clone().publish_tariff(small).await?;
    let small = desk.issue(plan("small", 2)).await;
    assert_eq!(refused(small), ErrorReason::InstalmentsOutOfTerms);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_is_shown_for_a_bill_asks_for_what_it_still_owes(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;
    let bill = in_parts(&desk, 2).await?;
    let shown = [qr(&desk, &bill).await?.collection, Some(account(&desk, &bill, "009").await?)];
    let first = house.payment(&of(&bill, 0), "002");
    let paid = bank.remittances.record_remittance(first.clone()).await?.into_inner();

    let next = [qr(&desk, &bill).await?.collection, Some(account(&desk, &bill, "009").await?)];
    let again = [qr(&desk, &bill).await?.collection, Some(account(&desk, &bill, "009").await?)];
    // The same payment, told by the code of the whole bill.
    let by_whole = RecordRemittanceRequest {
        request_id: fresh(),
        billing_code: bill.billing_code.clone(),
        ..first
    };
    let by_whole = bank.remittances.record_remittance(by_whole).await?.into_inner();

    for (before, after) in shown.iter().flatten().zip(next.iter().flatten()) {
        assert_eq!(before.amount, Some(rupiah(100_000)));
        assert_eq!(after.amount, Some(rupiah(50_000)));
        assert_ne!(before.number, after.number);
    }
    assert_eq!(next, again);
    assert_eq!(paid, by_whole);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn parts_that_were_all_paid_out_of_suspense_tell_what_paid_them(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let second = house.person("korlantas", "head")?;
    let bill = in_parts(&desk, 2).await?;
    let withdrawn = desk.bill().await?;
    cancel(&desk, &withdrawn).await?;
    let find = GetRemittanceRequest { bill_id: bill.bill_id.clone() };
    let unpaid = desk.remittances.clone().get_remittance(find.clone()).await;
    assert_eq!(refused(unpaid), ErrorReason::RemittanceNotFound);

    for place in 0..2 {
        let late = pay(&house, &withdrawn, 50_000).await?;
        propose(&desk, &late, apply(&of(&bill, place))).await?;
        confirm(&second, &late).await?;
        let paid = desk.remittances.clone().get_remittance(find.clone()).await?.into_inner();
        assert_eq!(paid.remittance.unwrap().remittance_id, late.remittance_id);
    }

    assert_eq!(desk.see(&bill).await?.state(), BillState::Paid);
    Ok(())
}

/// A bill of Rp100,000 in `count` parts.
async fn in_parts(desk: &Desk, instalments: i32) -> anyhow::Result<Bill> {
    let school = PublishTariffRequest { instalments: Some(terms()), ..tariff("school", 100_000) };
    desk.tariffs.clone().publish_tariff(school).await?;
    let items = vec![item("school", 1), item("letter", 1)];
    Ok(desk.issue(IssueBillRequest { items, instalments, ..renewal() }).await?)
}

fn terms() -> Instalments {
    Instalments { max_parts: 4, min_part: Some(rupiah(20_000)), interval_days: 30 }
}

/// The bill as one that pays a part of it sees it.
fn of(bill: &Bill, place: usize) -> Bill {
    let part = bill.parts[place].clone();
    Bill { billing_code: part.billing_code, amount: part.amount, ..bill.clone() }
}

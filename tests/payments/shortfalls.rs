//! What the banks paid out while their account here is short of it: the answer says so, and once the
//! account has the money, the same request goes through.

use rangkai_db::DbErr;
use rangkai_proto::payments::v1::{
    BankAccount, Bill, BillState, BreakResolution, DrainPoolRequest, ErrorReason, Flow,
    RefundState, SuspenseResolution, SuspenseState,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    books::Books,
    clerks::{Bank, clerks, line, resolve},
    refunds,
    support::{House, reason, refused, rupiah},
    suspense::{apply, confirm, give_back, pay, propose, wish},
    vouchers::{Shop, merchants::settlement},
};

/// Sets aside all, or nothing, of what the accounts at the banks hold.
async fn set_aside(books: &Books, all: bool) -> Result<(), DbErr> {
    let set_aside = if all { "balance_minor" } else { "0" };
    let change = format!("UPDATE account SET reserved_out_minor = {set_aside} WHERE code = 'bank'");
    books.change(change).await.map(drop)
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_refund_that_was_paid_is_recorded_once_the_account_has_its_money(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;
    let bill = desk.bill().await?;
    bank.remittances.record_remittance(house.payment(&bill, "002")).await?;
    let refund = desk.refund(&bill, None).await?;
    let books = Books::open(&house).await?;

    let request = refunds::confirm(&refund, "OUT-1");
    set_aside(&books, true).await?;
    let short = bank.refunds.confirm_refund(request.clone()).await;
    set_aside(&books, false).await?;
    let paid = bank.refunds.confirm_refund(request).await?.into_inner().refund.unwrap();

    assert_eq!(refused(short), ErrorReason::BankShort);
    assert_eq!(paid.state(), RefundState::Paid);
    assert!(books.check_some().await? > 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_leaves_suspense_by_a_bank_leaves_it_once_the_account_has_its_money(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let (second, bank) = (house.person("korlantas", "head")?, house.bank("bank-bri")?);
    let (platform, deputy) = (house.agency("platform")?, house.person("platform", "deputy")?);
    let (bill, other) = (desk.bill().await?, desk.bill().await?);
    let less = pay(&house, &bill, 70_000).await?;
    propose(&desk, &less, wish(SuspenseResolution::Return)).await?;
    confirm(&second, &less).await?;
    let nobodys = Bill { billing_code: "100000000000009".to_owned(), ..other.clone() };
    let unknown = pay(&house, &nobodys, 75_000).await?;
    propose(&platform, &unknown, apply(&other)).await?;
    let books = Books::open(&house).await?;

    set_aside(&books, true).await?;
    let returned = give_back(&bank, &less, "OUT-1").await;
    let forwarded = confirm(&deputy, &unknown).await;
    set_aside(&books, false).await?;

    assert_eq!(refused(returned), ErrorReason::BankShort);
    assert_eq!(refused(forwarded), ErrorReason::BankShort);
    let returned = give_back(&bank, &less, "OUT-1").await?;
    assert_eq!(returned.state(), SuspenseState::Returned);
    assert_eq!(confirm(&deputy, &unknown).await?.state(), SuspenseState::Applied);
    assert_eq!(desk.see(&other).await?.state(), BillState::Paid);
    assert!(books.check_some().await? > 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_a_charge_took_from_the_account_of_vouchers_is_not_paid_from_it(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let voucher = shop.voucher(400_000, "").await?;
    shop.redeem(&voucher.number, "", None).await?;
    let both = clerks(&house, "kemensos")?;
    let mut paying = Bank::account(BankAccount::Vouchers);
    let found = paying.says(&house, &both[0], &[line("FEE", Flow::Out, 700_000)]).await?.breaks;
    let fee = found.iter().find(|it| it.reference == "FEE").unwrap();
    resolve(&both, fee, BreakResolution::Charge).await?;
    let (mut merchants, mut pools) = (shop.desk.merchants.clone(), shop.desk.pools.clone());
    let settle = settlement(&shop.merchant, 400_000, "S-1");
    let drain = DrainPoolRequest {
        request_id: fresh(),
        pool_id: shop.pool.pool_id.clone(),
        amount: Some(rupiah(600_000)),
        ..DrainPoolRequest::default()
    };

    let unpaid = merchants.settle_merchant(settle.clone()).await;
    let undrained = pools.drain_pool(drain.clone()).await;
    shop.desk.fund(&shop.pool, 700_000).await?;
    let paid = merchants.settle_merchant(settle).await?.into_inner();
    let drained = pools.drain_pool(drain).await?.into_inner();

    let short = (ErrorReason::BankShort, "30000000".to_owned());
    assert_eq!(reason(unpaid, "available_minor"), short);
    assert_eq!(reason(undrained, "available_minor"), short);
    assert_eq!(paid.merchant.unwrap().owed, [rupiah(0)]);
    assert_eq!(drained.pool.unwrap().available, Some(rupiah(700_000)));
    assert!(shop.desk.is_sound().await?);
    Ok(())
}

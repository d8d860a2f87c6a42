//! A request about vouchers has one effect.

use rangkai_proto::payments::v1::{
    ActivateVoucherRequest, CancelVoucherRequest, DrainPoolRequest, FundPoolRequest,
    PurgeVoucherRequest, RedeemVoucherRequest, ResumeVoucherRequest, SettleMerchantRequest,
    SuspendVoucherRequest, UnblockVoucherRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{Shop, merchants::settlement, new_merchant, new_pool, preactivation, serial};
use crate::payments::{
    books::Books,
    contract::once,
    support::{House, refused, rupiah},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_request_about_money_has_one_effect(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let (desk, id) = (&shop.desk, fresh);

    let request = new_pool("a");
    let mut other = new_pool("b");
    other.request_id.clone_from(&request.request_id);
    let send = async |request| desk.pools.clone().create_pool(request).await;
    once(&request.request_id.clone(), [request, other], send).await?;

    let (pool_id, amount) = (shop.pool.pool_id.clone(), Some(rupiah(5)));
    let request = FundPoolRequest {
        request_id: id(),
        pool_id: pool_id.clone(),
        amount: amount.clone(),
        document: "SP2D-1".to_owned(),
        ..FundPoolRequest::default()
    };
    let other = FundPoolRequest { amount: Some(rupiah(6)), ..request.clone() };
    let send = async |request| desk.pools.clone().fund_pool(request).await;
    once(&request.request_id.clone(), [request, other], send).await?;

    let request = DrainPoolRequest {
        request_id: id(),
        pool_id: pool_id.clone(),
        amount,
        ..DrainPoolRequest::default()
    };
    let other = DrainPoolRequest { amount: Some(rupiah(6)), ..request.clone() };
    let send = async |request| desk.pools.clone().drain_pool(request).await;
    once(&request.request_id.clone(), [request, other], send).await?;

    let request = preactivation(&pool_id, 10_000, 2);
    let mut other = preactivation(&pool_id, 10_000, 3);
    other.request_id.clone_from(&request.request_id);
    let send = async |request| desk.vouchers.clone().preactivate_vouchers(request).await;
    once(&request.request_id.clone(), [request, other], send).await?;

    let request = new_merchant("A", &["sembako"]);
    let mut other = new_merchant("B", &["sembako"]);
    other.request_id.clone_from(&request.request_id);
    let send = async |request| desk.merchants.clone().register_merchant(request).await;
    once(&request.request_id.clone(), [request, other], send).await?;

    let voucher = shop.voucher(10_000, "").await?;
    let request = shop.redemption(&voucher.number, "", Some(4_000));
    let other = RedeemVoucherRequest { amount: Some(rupiah(3_000)), ..request.clone() };
    let send = async |request| desk.vouchers.clone().redeem_voucher(request).await;
    once(&request.request_id.clone(), [request, other], send).await?;

    let request = settlement(&shop.merchant, 4_000, "S-1");
    let other = SettleMerchantRequest { bank_code: "009".to_owned(), ..request.clone() };
    let send = async |request| desk.merchants.clone().settle_merchant(request).await;
    once(&request.request_id.clone(), [request, other], send).await?;
    Books::open(&house).await?.check_vouchers().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_request_about_a_state_has_one_effect(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let desk = &shop.desk;
    let issued = desk.vouchers_of(&shop.pool, 10_000, 2).await?;
    let (number, serial_number) = (issued[0].number.clone(), serial(&issued[0]).to_owned());
    let theirs = serial(&issued[1]).to_owned();
    let pin = "123456".to_owned();

    let request =
        ActivateVoucherRequest { request_id: fresh(), serial_number: serial_number.clone(), pin };
    let other = ActivateVoucherRequest { pin: String::new(), ..request.clone() };
    let send = async |request| desk.vouchers.clone().activate_voucher(request).await;
    once(&request.request_id.clone(), [request, other], send).await?;

    let request =
        SuspendVoucherRequest { request_id: fresh(), serial_number: serial_number.clone() };
    let other = SuspendVoucherRequest { serial_number: theirs.clone(), ..request.clone() };
    let send = async |request| desk.vouchers.clone().suspend_voucher(request).await;
    once(&request.request_id.clone(), [request, other], send).await?;

    let request =
        ResumeVoucherRequest { request_id: fresh(), serial_number: serial_number.clone() };
    let other = ResumeVoucherRequest { serial_number: theirs.clone(), ..request.clone() };
    let send = async |request| desk.vouchers.clone().resume_voucher(request).await;
    once(&request.request_id.clone(), [request, other], send).await?;

    // A refused guess is refused again, and counted once: four more block the voucher.
    let guess = shop.redemption(&number, "000000", None);
    for _ in 0..9 {
        refused(desk.redeem(guess.clone()).await);
    }
    shop.redeem(&number, "123456", Some(1_000)).await?;
    for _ in 0..5 {
        refused(shop.redeem(&number, "000000", None).await);
    }
    let pin = "111111".to_owned();
    let request =
        UnblockVoucherRequest { request_id: fresh(), serial_number: serial_number.clone(), pin };
    let other = UnblockVoucherRequest { pin: String::new(), ..request.clone() };
    let send = async |request| desk.vouchers.clone().unblock_voucher(request).await;
    once(&request.request_id.clone(), [request, other], send).await?;

    let request =
        CancelVoucherRequest { request_id: fresh(), serial_number: serial_number.clone() };
    let other = CancelVoucherRequest { serial_number: theirs.clone(), ..request.clone() };
    let send = async |request| desk.vouchers.clone().cancel_voucher(request).await;
    once(&request.request_id.clone(), [request, other], send).await?;

    let request = PurgeVoucherRequest { request_id: fresh(), serial_number };
    let other = PurgeVoucherRequest { serial_number: theirs, ..request.clone() };
    let send = async |request| desk.vouchers.clone().purge_voucher(request).await;
    once(&request.request_id.clone(), [request, other], send).await?;
    Ok(())
}

//! The money behind vouchers.

use rangkai_proto::{
    payments::v1::{
        CreatePoolRequest, DrainPoolRequest, ErrorReason, FundPoolRequest, GetPoolRequest,
        ListPoolsRequest, Pool,
    },
    r#type::v1::Money,
};
use rangkai_testkit::{Kind, caller, fresh};
use rstest::rstest;
use tonic::{Code, Status};

use super::{Shop, amounts, new_pool, preactivation, serial};
use crate::payments::support::{Desk, House, fields, reason, refused, rupiah};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_voucher_is_made_only_of_money_that_is_there(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let issued = shop.desk.vouchers_of(&shop.pool, 200_000, 4).await?;

    let short = shop.desk.vouchers_of(&shop.pool, 200_001, 1).await;
    let drained_too_far = drain(&shop.desk, &shop.pool, 200_001).await;
    let drained = drain(&shop.desk, &shop.pool, 150_000).await?;
    let (one, two) = tokio::join!(
        shop.desk.vouchers_of(&shop.pool, 50_000, 1),
        shop.desk.vouchers_of(&shop.pool, 50_000, 1),
    );
    shop.desk.cancel_voucher(serial(&issued[0])).await?;

    let code = (ErrorReason::PoolShort, "sembako".to_owned());
    assert_eq!(reason(short, "pool_code"), code);
    assert_eq!(reason(drained_too_far, "pool_code"), code);
    assert_eq!(amounts(&drained), [850_000, 50_000, 800_000, 0]);
    // The last Rp50,000 went to one of the two.
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(won?.len(), 1);
    assert_eq!(reason(lost, "pool_code"), code);
    let request = GetPoolRequest { pool_id: shop.pool.pool_id.clone() };
    let pool = shop.desk.pools.clone().get_pool(request).await?.into_inner().pool.unwrap();
    assert_eq!(amounts(&pool), [850_000, 200_000, 650_000, 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_pool_takes_only_what_fits_it(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let dollars = Money { currency_code: "USD".to_owned(), ..rupiah(10) };
    let fund = |amount| FundPoolRequest {
        request_id: fresh(),
        pool_id: shop.pool.pool_id.clone(),
        amount: Some(amount),
        document: fresh(),
        ..FundPoolRequest::default()
    };
    let mut pools = shop.desk.pools.clone();

    let taken = pools.create_pool(new_pool("sembako")).await;
    let foreign = pools.fund_pool(fund(dollars.clone())).await;
    let mut of_dollars = preactivation(&shop.pool.pool_id, 1, 1);
    of_dollars.amount = Some(dollars);
    let voucher = shop.desk.vouchers.clone().preactivate_vouchers(of_dollars).await;
    // Of 10^16 minor units, 10^8 are in it; nine times 10^15 fit, the tenth does not.
    for _ in 0..9 {
        pools.fund_pool(fund(rupiah(10_000_000_000_000))).await?;
    }
    let full = pools.fund_pool(fund(rupiah(10_000_000_000_000))).await;

    assert_eq!(reason(taken, "pool_code"), (ErrorReason::PoolTaken, "sembako".to_owned()));
    let currency = (ErrorReason::PoolCurrency, "IDR".to_owned());
    assert_eq!(reason(foreign, "currency_code"), currency);
    assert_eq!(reason(voucher, "currency_code"), currency);
    assert_eq!(reason(full, "pool_code"), (ErrorReason::PoolFull, "sembako".to_owned()));
    for (units, nanos) in [(0, 0), (-1, 0), (1, 500_000_000), (10_000_000_000_001, 0)] {
        let amount = Money { units, nanos, ..rupiah(0) };
        assert_eq!(fields(pools.fund_pool(fund(amount)).await), ["amount"], "{units}.{nanos}");
    }
    let nowhere = CreatePoolRequest { currency_code: "XQX".to_owned(), ..new_pool("b") };
    assert_eq!(fields(pools.create_pool(nowhere).await), ["currency_code"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_agency_cannot_tell_that_a_pool_exists(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let other = house.agency("kemendikbud")?;

    for pool in [shop.pool.clone(), Pool { pool_id: fresh(), ..shop.pool.clone() }] {
        assert_eq!(refused(other.fund(&pool, 1).await), ErrorReason::PoolNotFound);
        assert_eq!(refused(drain(&other, &pool, 1).await), ErrorReason::PoolNotFound);
        assert_eq!(refused(other.vouchers_of(&pool, 1, 1).await), ErrorReason::PoolNotFound);
    }
    assert_eq!(refused(other.merchant("A", &["sembako"]).await), ErrorReason::PoolNotFound);
    let listed = other.pools.clone().list_pools(ListPoolsRequest::default()).await?.into_inner();
    let own = shop.desk.pools.clone().list_pools(ListPoolsRequest::default()).await?.into_inner();
    assert!(listed.pools.is_empty());
    assert_eq!(own.pools, [shop.pool]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn money_of_a_document_is_put_into_a_pool_once_and_not_by_who_issues(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let theirs = Shop::of(house.agency("kemendikbud")?).await?;
    let books = shop.desk.pool("buku").await?;
    let fund = |pool: &Pool, document: &str| FundPoolRequest {
        request_id: fresh(),
        pool_id: pool.pool_id.clone(),
        amount: Some(rupiah(10)),
        document: document.to_owned(),
        ..FundPoolRequest::default()
    };
    let [mut pools, mut others] = [shop.desk.pools.clone(), shop.desk.pools.clone()];
    let issuing = ["payments.vouchers.write", "payments.vouchers.read"];
    let mut issuer = house.desk(&caller("kemensos", &issuing, &[]))?;

    let (one, two) = tokio::join!(
        pools.fund_pool(fund(&shop.pool, "SP2D-7/2026")),
        others.fund_pool(fund(&books, "SP2D-7/2026")),
    );
    let (done, reused) = if one.is_ok() { (one, two) } else { (two, one) };
    let elsewhere = theirs.desk.pools.clone().fund_pool(fund(&theirs.pool, "SP2D-7/2026")).await;
    let alone = issuer.pools.fund_pool(fund(&shop.pool, "SP2D-8")).await;
    let drained = drain(&issuer, &shop.pool, 1).await;

    assert!(done.is_ok() && elsewhere.is_ok());
    let taken = (ErrorReason::PoolDocumentTaken, "SP2D-7/2026".to_owned());
    assert_eq!(reason(reused, "document"), taken);
    assert_eq!(alone.unwrap_err().code(), Code::PermissionDenied);
    assert_eq!(drained.unwrap_err().code(), Code::PermissionDenied);
    assert!(issuer.pools.list_pools(ListPoolsRequest::default()).await.is_ok());
    for wrong in ["", "SP2D 7", &"7".repeat(65)] {
        assert_eq!(fields(pools.fund_pool(fund(&shop.pool, wrong)).await), ["document"]);
    }
    Ok(())
}

async fn drain(desk: &Desk, pool: &Pool, rupiahs: i64) -> Result<Pool, Status> {
    let request = DrainPoolRequest {
        request_id: fresh(),
        pool_id: pool.pool_id.clone(),
        amount: Some(rupiah(rupiahs)),
        ..DrainPoolRequest::default()
    };
    Ok(desk.pools.clone().drain_pool(request).await?.into_inner().pool.unwrap())
}

//! What becomes of vouchers.

use std::time::Duration;

use rangkai_proto::payments::v1::{
    ErrorReason, GetPoolRequest, IssuedVoucher, ListVouchersRequest, PurgeVoucherRequest,
    ResumeVoucherRequest, SuspendVoucherRequest, VoucherState,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{Shop, amounts, preactivation, serial};
use crate::payments::{
    books::Books,
    support::{DAY, House, fields, reason, refused, rupiah},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_voucher_is_redeemed_in_parts_until_nothing_is_left(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let issued = shop.desk.vouchers_of(&shop.pool, 100_000, 3).await?;
    let (number, serial_number) = (issued[0].number.as_str(), serial(&issued[0]));

    let early = shop.redeem(number, "", None).await;
    shop.desk.activate(serial_number, "").await?;
    let active = shop.desk.activate(serial_number, "").await?;
    let part = shop.redeem(number, "", Some(30_000)).await?;
    let too_much = shop.redeem(number, "", Some(70_001)).await;
    let last = |rupiahs| shop.redeem(number, "", Some(rupiahs));
    let (one, two) = tokio::join!(last(70_000), last(70_000));
    let used = shop.redeem(number, "", None).await;

    assert_eq!(state(early), "preactivated");
    assert_eq!(active.state(), VoucherState::Activated);
    assert_eq!((part.amount, part.remaining), (Some(rupiah(30_000)), Some(rupiah(70_000))));
    let short = (ErrorReason::VoucherShort, "7000000".to_owned());
    assert_eq!(reason(too_much, "remaining_minor"), short);
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(won?.remaining, Some(rupiah(0)));
    assert_eq!(state(lost), "redeemed");
    assert_eq!(state(used), "redeemed");
    let numbers: Vec<_> = issued.iter().map(|issued| &issued.number).collect();
    assert!(numbers.iter().all(|number| number.len() == 24));
    assert!(numbers[0] != numbers[1] && numbers[1] != numbers[2] && numbers[0] != numbers[2]);
    let request = GetPoolRequest { pool_id: shop.pool.pool_id.clone() };
    let pool = shop.desk.pools.clone().get_pool(request).await?.into_inner().pool.unwrap();
    assert_eq!(amounts(&pool), [1_000_000, 700_000, 200_000, 100_000]);
    Books::open(&house).await?.check_vouchers().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_is_suspended_or_ended_cannot_be_redeemed(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let mut vouchers = shop.desk.vouchers.clone();
    let voucher = shop.voucher(50_000, "").await?;
    let serial_number = serial(&voucher).to_owned();
    let suspend =
        || SuspendVoucherRequest { request_id: fresh(), serial_number: serial_number.clone() };
    let resume =
        || ResumeVoucherRequest { request_id: fresh(), serial_number: serial_number.clone() };
    let purge =
        || PurgeVoucherRequest { request_id: fresh(), serial_number: serial_number.clone() };

    vouchers.suspend_voucher(suspend()).await?;
    let suspended = shop.redeem(&voucher.number, "", None).await;
    let twice = vouchers.suspend_voucher(suspend()).await;
    vouchers.resume_voucher(resume()).await?;
    let resumed_twice = vouchers.resume_voucher(resume()).await;
    shop.redeem(&voucher.number, "", Some(20_000)).await?;
    let alive = vouchers.purge_voucher(purge()).await;
    let cancelled = shop.desk.cancel_voucher(&serial_number).await?;
    let gone = shop.redeem(&voucher.number, "", None).await;
    let again = shop.desk.cancel_voucher(&serial_number).await;
    vouchers.purge_voucher(purge()).await?;
    let purged = shop.redeem(&voucher.number, "", None).await;

    assert_eq!(state(suspended), "suspended");
    assert_eq!(state(twice), "suspended");
    assert_eq!(state(resumed_twice), "activated");
    assert_eq!(state(alive), "activated");
    assert_eq!(cancelled.remaining, Some(rupiah(0)));
    assert_eq!(state(gone), "cancelled");
    assert_eq!(state(again), "cancelled");
    assert_eq!(refused(purged), ErrorReason::VoucherRefused);
    let list = ListVouchersRequest {
        pool_id: shop.pool.pool_id.clone(),
        state: VoucherState::Purged.into(),
        ..ListVouchersRequest::default()
    };
    let listed = vouchers.list_vouchers(list).await?.into_inner().vouchers;
    assert_eq!(listed.len(), 1);
    Books::open(&house).await?.check_vouchers().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_nobody_redeems_in_time_goes_back_to_the_pool_once(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let mut short = preactivation(&shop.pool.pool_id, 10_000, 5);
    short.valid_for = Some(prost_types::Duration { seconds: 86_400, nanos: 0 });
    let made = shop.desk.vouchers.clone().preactivate_vouchers(short.clone()).await?;
    let issued: Vec<IssuedVoucher> = made.into_inner().vouchers;
    shop.desk.activate(serial(&issued[0]), "").await?;
    shop.redeem(&issued[0].number, "", Some(4_000)).await?;
    let lasting = shop.voucher(10_000, "").await?;
    house.clock.advance(DAY);

    let late = shop.redeem(&issued[0].number, "", None).await;
    let seen = shop.desk.show_voucher(serial(&issued[1])).await?;
    let (one, two) =
        tokio::join!(house.payments.expire_vouchers(), house.payments.expire_vouchers());
    let more = house.payments.expire_vouchers().await?;

    assert_eq!(state(late), "expired");
    assert_eq!(seen.state(), VoucherState::Expired);
    assert_eq!((one? + two? + more, house.payments.expire_vouchers().await?), (5, 0));
    let request = GetPoolRequest { pool_id: shop.pool.pool_id.clone() };
    let pool = shop.desk.pools.clone().get_pool(request).await?.into_inner().pool.unwrap();
    assert_eq!(amounts(&pool), [1_000_000, 986_000, 10_000, 4_000]);
    shop.redeem(&lasting.number, "", None).await?;
    for seconds in [0, -1, 366 * 86_400 + 1] {
        short.valid_for = Some(prost_types::Duration { seconds, nanos: 0 });
        let answer = shop.desk.vouchers.clone().preactivate_vouchers(short.clone()).await;
        assert_eq!(fields(answer), ["valid_for"]);
    }
    house.clock.advance(Duration::from_secs(1));
    Books::open(&house).await?.check_vouchers().await?;
    Ok(())
}

/// The state because of which something was refused.
fn state<A>(answer: Result<A, tonic::Status>) -> String {
    let (reason, state) = reason(answer, "state");
    assert_eq!(reason, ErrorReason::VoucherStateMismatch);
    state
}

//! Those who take vouchers.

use rangkai_proto::payments::v1::{
    ErrorReason, GetMerchantRequest, ListMerchantsRequest, ListRedemptionsRequest, Merchant,
    ProveLedgerRequest, SettleMerchantRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{Shop, new_merchant};
use crate::payments::support::{House, reason, refused, rupiah};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_merchant_is_paid_what_it_is_owed_and_no_more(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let [mut merchants, mut others] = [shop.desk.merchants.clone(), shop.desk.merchants.clone()];
    for _ in 0..2 {
        let voucher = shop.voucher(150_000, "").await?;
        shop.redeem(&voucher.number, "", Some(100_000)).await?;
    }

    let too_much = merchants.settle_merchant(settlement(&shop.merchant, 200_001, "S-1")).await;
    let part = merchants.settle_merchant(settlement(&shop.merchant, 50_000, "S-1")).await?;
    let taken = merchants.settle_merchant(settlement(&shop.merchant, 1, "S-1")).await;
    let (one, two) = tokio::join!(
        merchants.settle_merchant(settlement(&shop.merchant, 150_000, "S-2")),
        others.settle_merchant(settlement(&shop.merchant, 150_000, "S-3")),
    );

    let owed = |minor: &str| (ErrorReason::OwedLess, minor.to_owned());
    assert_eq!(reason(too_much, "owed_minor"), owed("20000000"));
    assert_eq!(part.into_inner().merchant.unwrap().owed, [rupiah(150_000)]);
    assert_eq!(refused(taken), ErrorReason::BankReferenceTaken);
    let (paid, late) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(paid?.into_inner().merchant.unwrap().owed, [rupiah(0)]);
    assert_eq!(refused(late), ErrorReason::OwedLess);
    // Nor does the bank use the number for a payment that comes in.
    let paying = super::super::remittances::unknown("S-1");
    let into = house.bank("bank-bri")?.remittances.record_remittance(paying).await;
    assert_eq!(refused(into), ErrorReason::BankReferenceTaken);
    let proof = shop.desk.ledger.clone().prove_ledger(ProveLedgerRequest {}).await?.into_inner();
    assert!(proof.sound, "{proof:?}");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_voucher_is_taken_only_by_merchants_of_its_group(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let books = shop.desk.pool("buku").await?;
    shop.desk.fund(&books, 100_000).await?;
    let library = shop.desk.merchant("Toko Buku", &["buku", "buku"]).await?;
    let voucher = shop.voucher(10_000, "").await?;
    let at = |merchant_id: &str| {
        let mut request = shop.redemption(&voucher.number, "", None);
        request.merchant_id = merchant_id.to_owned();
        shop.desk.redeem(request)
    };

    let elsewhere = at(&library.merchant_id).await;
    let nowhere = at(&fresh()).await;
    let again = shop.desk.merchant("Warung Bu Siti", &["buku"]).await;
    let groupless = shop.desk.merchant("Toko", &["nothing"]).await;
    at(&shop.merchant.merchant_id).await?;

    let group = (ErrorReason::MerchantNotInGroup, "sembako".to_owned());
    assert_eq!(reason(elsewhere, "pool_code"), group);
    assert_eq!(refused(nowhere), ErrorReason::MerchantNotFound);
    let taken = (ErrorReason::MerchantTaken, shop.merchant.merchant_id.clone());
    assert_eq!(reason(again, "merchant_id"), taken);
    assert_eq!(refused(groupless), ErrorReason::PoolNotFound);
    assert_eq!(library.groups, ["buku"]);
    let list = ListMerchantsRequest::default();
    let listed = shop.desk.merchants.clone().list_merchants(list).await?.into_inner().merchants;
    let ids: Vec<_> = listed.iter().map(|merchant| &merchant.merchant_id).collect();
    assert_eq!(ids, [&library.merchant_id, &shop.merchant.merchant_id]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_agency_cannot_tell_that_a_merchant_exists(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let shop = Shop::open(&house).await?;
    let theirs = Shop::of(house.agency("kemendikbud")?).await?;
    let voucher = shop.voucher(10_000, "").await?;
    shop.redeem(&voucher.number, "", None).await?;
    let mut merchants = theirs.desk.merchants.clone();

    for merchant_id in [shop.merchant.merchant_id.clone(), fresh()] {
        let unknown = Merchant { merchant_id: merchant_id.clone(), ..shop.merchant.clone() };
        let got = merchants.get_merchant(GetMerchantRequest { merchant_id }).await;
        assert_eq!(refused(got), ErrorReason::MerchantNotFound);
        let settled = merchants.settle_merchant(settlement(&unknown, 1, "T-1")).await;
        assert_eq!(refused(settled), ErrorReason::MerchantNotFound);
        let own = theirs.voucher(10_000, "").await?;
        let mut request = theirs.redemption(&own.number, "", None);
        request.merchant_id = unknown.merchant_id;
        assert_eq!(refused(theirs.desk.redeem(request).await), ErrorReason::MerchantNotFound);
    }
    let list = ListRedemptionsRequest {
        merchant_id: shop.merchant.merchant_id.clone(),
        ..ListRedemptionsRequest::default()
    };
    let seen = theirs.desk.vouchers.clone().list_redemptions(list.clone()).await?.into_inner();
    let own = shop.desk.vouchers.clone().list_redemptions(list).await?.into_inner();
    assert!(seen.redemptions.is_empty());
    assert_eq!(own.redemptions.len(), 1);
    // The same shop may be a merchant of both, each with a record of its own.
    assert_ne!(shop.merchant.merchant_id, theirs.merchant.merchant_id);
    let same = merchants.register_merchant(new_merchant("Warung Bu Siti", &["sembako"])).await;
    let taken = (ErrorReason::MerchantTaken, theirs.merchant.merchant_id.clone());
    assert_eq!(reason(same, "merchant_id"), taken);
    Ok(())
}

/// What an agency sends when the bank paid a merchant.
pub fn settlement(merchant: &Merchant, rupiahs: i64, number: &str) -> SettleMerchantRequest {
    SettleMerchantRequest {
        request_id: fresh(),
        merchant_id: merchant.merchant_id.clone(),
        amount: Some(rupiah(rupiahs)),
        bank_code: "002".to_owned(),
        bank_reference: number.to_owned(),
    }
}

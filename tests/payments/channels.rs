//! How payers are shown what they can pay with: QR codes and virtual accounts.

use std::time::Duration;

use rangkai_proto::payments::v1::{
    Bill, CancelBillRequest, Channel, CheckQrRequest, CheckQrResponse, Collection, CollectionState,
    ErrorReason, GetCollectionRequest, IssueBillRequest, IssueVirtualAccountRequest,
    ListCollectionsRequest, PresentQrRequest, PresentQrResponse, PresentStaticQrRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::Status;

use super::{
    contract,
    support::{Desk, House, item, reason, refused, renewal, rupiah, tariff},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_bill_is_shown_as_a_code_that_says_what_it_is(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let bill = desk.bill().await?;

    let (one, two) = tokio::join!(qr(&desk, &bill), qr(&desk, &bill));
    let (shown, again) = (one?, two?);
    let code = shown.collection.clone().unwrap();
    let said = check(&desk, &code.payload).await?;
    let counter = PresentStaticQrRequest { request_id: fresh() };
    let counter = desk.collections.clone().present_static_qr(counter).await?.into_inner();
    let counter = counter.collection.unwrap();
    let of_counter = check(&desk, &counter.payload).await?;

    assert_eq!(shown, again);
    assert!(shown.png.starts_with(b"\x89PNG") && shown.svg.contains("<svg"));
    let end = rangkai_proto::read_time(&code.expire_time.unwrap())?;
    assert_eq!(
        end,
        rangkai_proto::read_time(&code.create_time.unwrap())? + Duration::from_mins(15)
    );
    let start = "00020101021226";
    assert!(code.payload.starts_with(start) && code.payload.contains("540575000"));
    assert!(said.dynamic && said.merchant_name == "KORLANTAS POLRI");
    assert_eq!(said.national_id, "ID1020021181745");
    assert_eq!((said.amount, said.billing_code), (Some(rupiah(75_000)), bill.billing_code));
    assert_eq!(said.collection_id, code.collection_id);
    assert!(!of_counter.dynamic && of_counter.amount.is_none());
    assert_eq!(of_counter.collection_id, counter.collection_id);
    // To anybody else it may be a forgery, and what is wrong with one is named.
    let elsewhere = check(&house.agency("imigrasi")?, &code.payload).await?;
    assert_eq!(elsewhere.collection_id, "");
    let forged = check(&desk, &code.payload.replace("540575000", "540500001")).await;
    assert_eq!(reason(forged, "tag"), (ErrorReason::QrMalformed, "63".to_owned()));
    let long = check(&desk, &code.payload.replace("610512770", "619912770")).await;
    assert_eq!(reason(long, "tag"), (ErrorReason::QrMalformed, "61".to_owned()));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn no_code_is_shown_for_what_cannot_be_paid_by_it(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    desk.tariffs.publish_tariff(tariff("ship", 10_000_000)).await?;
    desk.tariffs.publish_tariff(tariff("stamp", 1)).await?;
    let at_limit = issue(&desk, &["ship"]).await?;
    let above = issue(&desk, &["ship", "stamp"]).await?;
    let closed = desk.bill().await?;
    let (request_id, bill_id) = (fresh(), closed.bill_id.clone());
    let cancel = CancelBillRequest { request_id, bill_id, etag: String::new() };
    desk.bills.cancel_bill(cancel).await?;
    let mut other = house.agency("imigrasi")?;
    other.tariffs.publish_tariff(tariff("visa", 500_000)).await?;
    let elsewhere = issue(&other, &["visa"]).await?;

    assert!(qr(&desk, &at_limit).await.is_ok());
    let limit = (ErrorReason::AboveChannelLimit, "1000000000".to_owned());
    assert_eq!(reason(qr(&desk, &above).await, "limit_minor"), limit);
    assert!(account(&desk, &above, "009").await.is_ok());
    assert_eq!(refused(qr(&desk, &closed).await), ErrorReason::BillNotOpen);
    assert_eq!(refused(qr(&other, &elsewhere).await), ErrorReason::ChannelNotOffered);
    assert_eq!(refused(account(&other, &elsewhere, "014").await), ErrorReason::ChannelNotOffered);
    assert_eq!(refused(qr(&desk, &elsewhere).await), ErrorReason::BillNotFound);
    assert_eq!(refused(account(&desk, &elsewhere, "009").await), ErrorReason::BillNotFound);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_bill_has_one_account_at_a_bank_until_it_ends(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let bill = desk.bill().await?;

    let one = account(&desk, &bill, "009").await?;
    let again = account(&desk, &bill, "009").await?;
    let code = qr(&desk, &bill).await?.collection.unwrap();

    assert_eq!(one, again);
    assert_eq!((one.channel(), one.state()), (Channel::VirtualAccount, CollectionState::Waiting));
    assert!(one.number.starts_with("88810") && one.number.len() == 16);
    assert_eq!((one.amount.clone(), one.expire_time), (bill.amount, bill.expire_time));
    let list = ListCollectionsRequest {
        bill_id: bill.bill_id,
        state: CollectionState::Waiting.into(),
        ..ListCollectionsRequest::default()
    };
    let listed = desk.collections.list_collections(list).await?.into_inner().collections;
    assert_eq!(listed, [code, one.clone()]);
    let get = GetCollectionRequest { collection_id: one.collection_id };
    let foreign = house.agency("imigrasi")?.collections.get_collection(get).await;
    assert_eq!(refused(foreign), ErrorReason::CollectionNotFound);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn each_way_to_pay_is_made_once_for_a_request(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let (bill, other) = (desk.bill().await?.bill_id, desk.bill().await?.bill_id);

    let request = PresentQrRequest { request_id: fresh(), bill_id: bill.clone() };
    let changed = PresentQrRequest { bill_id: other.clone(), ..request.clone() };
    let send = |request| {
        let mut collections = desk.collections.clone();
        async move { collections.present_qr(request).await }
    };
    contract::once(&request.request_id.clone(), [request, changed], send).await?;

    let request = IssueVirtualAccountRequest {
        request_id: fresh(),
        bill_id: bill,
        bank_code: "009".to_owned(),
    };
    let changed = IssueVirtualAccountRequest { bill_id: other, ..request.clone() };
    let send = |request| {
        let mut collections = desk.collections.clone();
        async move { collections.issue_virtual_account(request).await }
    };
    contract::once(&request.request_id.clone(), [request, changed], send).await?;

    // The counter has one code, whoever asks at the same time.
    let counter = || PresentStaticQrRequest { request_id: fresh() };
    let (mut here, mut there) = (desk.collections.clone(), desk.collections.clone());
    let (one, two) =
        tokio::join!(here.present_static_qr(counter()), there.present_static_qr(counter()));
    assert_eq!(one?.into_inner(), two?.into_inner());
    Ok(())
}

/// Issues a bill of some tariffs.
pub async fn issue(desk: &Desk, codes: &[&str]) -> Result<Bill, Status> {
    let items = codes.iter().map(|code| item(code, 0)).collect();
    let request = IssueBillRequest { items, ..renewal() };
    Ok(desk.bills.clone().issue_bill(request).await?.into_inner().bill.unwrap())
}

/// Shows a code for a bill.
pub async fn qr(desk: &Desk, bill: &Bill) -> Result<PresentQrResponse, Status> {
    let request = PresentQrRequest { request_id: fresh(), bill_id: bill.bill_id.clone() };
    Ok(desk.collections.clone().present_qr(request).await?.into_inner())
}

/// Issues an account number for a bill.
pub async fn account(desk: &Desk, bill: &Bill, bank: &str) -> Result<Collection, Status> {
    let (bill_id, bank_code) = (bill.bill_id.clone(), bank.to_owned());
    let request = IssueVirtualAccountRequest { request_id: fresh(), bill_id, bank_code };
    let answer = desk.collections.clone().issue_virtual_account(request).await?;
    Ok(answer.into_inner().collection.unwrap())
}

/// What is known of a collection.
pub async fn known(desk: &Desk, collection: &Collection) -> anyhow::Result<Collection> {
    let get = GetCollectionRequest { collection_id: collection.collection_id.clone() };
    let answer = desk.collections.clone().get_collection(get).await?;
    Ok(answer.into_inner().collection.unwrap())
}

async fn check(desk: &Desk, payload: &str) -> Result<CheckQrResponse, Status> {
    let request = CheckQrRequest { payload: payload.to_owned() };
    Ok(desk.collections.clone().check_qr(request).await?.into_inner())
}

//! Moving money between the accounts of an agency.

use rangkai_proto::{
    payments::v1::{
        Account, ErrorReason, GetTransferRequest, ListTransfersRequest, NewTransfer,
        OpenAccountRequest, PostTransferRequest, PostTransfersRequest, TransferKind,
        TransferPosted,
    },
    r#type::v1::Money,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    contract::once,
    events::read,
    purse::{Purse, asset, open, transfer},
    support::{House, fields, reason, refused, rupiah},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_transfer_moves_money_and_is_told(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::filled(&house, 100).await?;

    let posted = purse.post(&purse.shop, &purse.purse, 30).await?;

    assert_eq!(purse.standing().await?, [70, 30, 0, 0]);
    assert_eq!((posted.kind(), &posted.amount), (TransferKind::Posted, &Some(rupiah(30))));
    assert_eq!(posted.reference, "B/17/XI/2026");
    let get = GetTransferRequest { transfer_id: posted.transfer_id.clone() };
    let found = purse.desk.transfers.clone().get_transfer(get).await?.into_inner();
    assert_eq!(found.transfer.as_ref(), Some(&posted));
    let mut list = ListTransfersRequest { account_id: purse.purse.clone(), ..Default::default() };
    list.page_size = 1;
    let first = purse.desk.transfers.clone().list_transfers(list.clone()).await?.into_inner();
    list.page_token = first.next_page_token;
    let second = purse.desk.transfers.clone().list_transfers(list).await?.into_inner();
    assert_eq!(first.transfers, std::slice::from_ref(&posted));
    assert_eq!(second.transfers[0].amount, Some(rupiah(100)));
    assert!(second.next_page_token.is_empty());
    let events = read(purse.desk.client.clone(), &posted.transfer_id).await?;
    let fact: TransferPosted = rangkai_events::read(&events[0])?.unwrap();
    assert_eq!((fact.debit_account_id, fact.amount), (purse.shop, Some(rupiah(30))));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn no_account_leaves_its_bounds(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::filled(&house, 100).await?;
    let bounded = OpenAccountRequest { ceiling: Some(rupiah(50)), ..asset("bounded") };
    let bounded = open(&purse.desk, bounded).await?;

    let below = purse.post(&purse.shop, &purse.purse, 101).await;
    purse.post(&bounded, &purse.purse, 20).await?;
    let above = purse.post(&bounded, &purse.purse, 31).await;

    assert_eq!(reason(below, "available_minor"), (ErrorReason::FloorPassed, "10000".to_owned()));
    assert_eq!(reason(above, "room_minor"), (ErrorReason::CeilingPassed, "3000".to_owned()));
    purse.post(&bounded, &purse.purse, 30).await?;
    assert_eq!(purse.standing().await?, [50, 0, 0, 0]);
    Ok(())
}

/// Nine times 10^18 minor units is the most that an account holds.
#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_sum_that_cannot_be_counted_is_refused(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::open(&house, "korlantas").await?;
    let (quintillion, furthest) = (10_000_000_000_000_000, rupiah(-90_000_000_000_000_000));
    let deep = OpenAccountRequest { floor: Some(furthest), ..asset("deep") };
    let deep = open(&purse.desk, deep).await?;
    let large = vec![transfer(&purse.purse, &deep, quintillion); 9];
    purse.post_linked(large).await?;
    purse.post(&purse.shop, &purse.source, 1).await?;

    let above = purse.post(&purse.purse, &purse.shop, 1).await;
    let below = purse.post(&purse.shop, &deep, 1).await;

    assert_eq!(refused(above), ErrorReason::BalanceOverflow);
    assert_eq!(refused(below), ErrorReason::FloorPassed);
    Ok(())
}

#[tokio::test]
async fn a_transfer_that_cannot_be_is_refused() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let purse = Purse::filled(&house, 100).await?;
    let right = transfer(&purse.shop, &purse.purse, 1);
    let of = |units, nanos| NewTransfer {
        amount: Some(Money { units, nanos, ..rupiah(0) }),
        ..right.clone()
    };
    let to_itself = NewTransfer { credit_account_id: purse.shop.clone(), ..right.clone() };

    let wrong = [
        ("amount", of(0, 0)),
        ("amount", of(-1, 0)),
        ("amount", of(0, 500_000_000)),
        ("amount", of(0, 1)),
        ("amount", of(1, -1)),
        ("amount", of(10_000_000_000_000_001, 0)),
        ("amount", of(i64::MAX, 0)),
        ("amount", NewTransfer { amount: None, ..right.clone() }),
        ("credit_account_id", to_itself),
        ("description", NewTransfer { description: "Gaji Budi".to_owned(), ..right.clone() }),
    ];
    for (field, new) in wrong {
        let request = PostTransferRequest { request_id: fresh(), transfer: Some(new.clone()) };
        let one = purse.desk.transfers.clone().post_transfer(request).await;
        let transfers = vec![right.clone(), new];
        let request = PostTransfersRequest { request_id: fresh(), transfers };
        let linked = purse.desk.transfers.clone().post_transfers(request).await;
        assert_eq!(fields(one), [format!("transfer.{field}")]);
        assert_eq!(fields(linked), [format!("transfers[1].{field}")]);
    }
    let dollar = Money { currency_code: "USD".to_owned(), ..rupiah(1) };
    let foreign = NewTransfer { amount: Some(dollar), ..right };
    let foreign = purse.post_linked(vec![foreign]).await;
    assert_eq!(reason(foreign, "currency_code"), (ErrorReason::CurrencyMismatch, "IDR".to_owned()));
    assert_eq!(purse.standing().await?, [100, 0, 0, 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn linked_transfers_all_take_place_or_none(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::filled(&house, 100).await?;
    let there = transfer(&purse.shop, &purse.purse, 60);
    let back = transfer(&purse.purse, &purse.shop, 60);

    let refused = purse.post_linked(vec![there.clone(), there.clone(), back.clone()]).await;
    assert_eq!(reason(refused, "index"), (ErrorReason::FloorPassed, "1".to_owned()));
    assert_eq!(purse.standing().await?, [100, 0, 0, 0]);

    // The second is possible only because of the first.
    let done = purse.post_linked(vec![there.clone(), back, there]).await?;
    assert_eq!(done.len(), 3);
    assert_eq!(purse.standing().await?, [40, 60, 0, 0]);
    let account: Account = purse.account(&purse.shop).await?;
    assert_eq!(account.entry_count, 3);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_as_many_get_money_as_there_is(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::filled(&house, 100).await?;
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let mut transfers = purse.desk.transfers.clone();
        let new = Some(transfer(&purse.shop, &purse.purse, 10));
        let request = PostTransferRequest { request_id: fresh(), transfer: new };
        asking.spawn(async move { transfers.post_transfer(request).await });
    }
    let outcomes = asking.join_all().await;

    let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(done, 10);
    let refusals = outcomes.into_iter().filter(Result::is_err);
    assert!(refusals.map(refused).all(|reason| reason == ErrorReason::FloorPassed));
    assert_eq!(purse.standing().await?, [0, 100, 0, 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_agencys_transfers_do_not_exist(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::filled(&house, 100).await?;
    let posted = purse.post(&purse.shop, &purse.purse, 30).await?;
    let other = Purse::open(&house, "imigrasi").await?;

    for transfer_id in [posted.transfer_id, fresh()] {
        let get = GetTransferRequest { transfer_id };
        let get = other.desk.transfers.clone().get_transfer(get).await;
        assert_eq!(refused(get), ErrorReason::TransferNotFound);
    }
    let list = ListTransfersRequest { account_id: purse.shop, ..Default::default() };
    let list = other.desk.transfers.clone().list_transfers(list).await;
    assert_eq!(refused(list), ErrorReason::AccountNotFound);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_request_moves_money_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::filled(&house, 100).await?;
    let new = transfer(&purse.shop, &purse.purse, 10);

    let request = PostTransferRequest { request_id: fresh(), transfer: Some(new.clone()) };
    let other = PostTransferRequest {
        transfer: Some(transfer(&purse.shop, &purse.purse, 11)),
        ..request.clone()
    };
    let send = |request| {
        let mut transfers = purse.desk.transfers.clone();
        async move { transfers.post_transfer(request).await }
    };
    once(&request.request_id.clone(), [request, other], send).await?;

    let request = PostTransfersRequest { request_id: fresh(), transfers: vec![new; 2] };
    let other =
        PostTransfersRequest { transfers: Vec::from(&request.transfers[..1]), ..request.clone() };
    let send = |request| {
        let mut transfers = purse.desk.transfers.clone();
        async move { transfers.post_transfers(request).await }
    };
    once(&request.request_id.clone(), [request, other], send).await?;

    assert_eq!(purse.standing().await?, [70, 30, 0, 0]);
    Ok(())
}

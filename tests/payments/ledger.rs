//! The double-entry ledger under bills and refunds.

use rangkai_proto::payments::v1::{
    Account, Direction, Entry, ErrorReason, ListAccountsRequest, ListEntriesRequest,
    ProveLedgerRequest, ProveLedgerResponse,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    books::Books,
    purse::Purse,
    support::{Desk, House, refused, rupiah},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn each_step_moves_money_between_two_accounts(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let mut bank = house.bank("bank-bri")?;
    let bill = desk.bill().await?;
    desk.bill().await?;
    bank.remittances.record_remittance(house.payment(&bill, "002")).await?;
    let refund = desk.refund(&bill, Some(25_000)).await?;

    let accounts = accounts(&mut desk).await?;
    let balances: Vec<_> =
        accounts.iter().map(|it| (it.code.as_str(), it.balance.clone(), it.entry_count)).collect();
    let revenue = entries(&mut desk, &accounts[3]).await?;

    let expected = [
        ("bank", Some(rupiah(75_000)), 1),
        ("receivable", Some(rupiah(75_000)), 3),
        ("refunds_payable", Some(rupiah(25_000)), 1),
        ("revenue", Some(rupiah(125_000)), 3),
    ];
    assert_eq!(balances, expected);
    let newest = &revenue[0];
    assert_eq!(newest.description, "refund.issued");
    assert_eq!((newest.direction(), &newest.source_id), (Direction::Debit, &refund.refund_id));
    let after: Vec<_> = revenue.iter().map(|entry| entry.balance_after.clone().unwrap()).collect();
    assert_eq!(after, [rupiah(125_000), rupiah(150_000), rupiah(75_000)]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_agency_cannot_tell_that_an_account_exists(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    desk.bill().await?;
    let account_id = accounts(&mut desk).await?[0].account_id.clone();
    let mut other = house.agency("imigrasi")?;

    for account_id in [account_id, fresh()] {
        let list = ListEntriesRequest { account_id, ..ListEntriesRequest::default() };
        let list = other.ledger.list_entries(list).await;
        assert_eq!(refused(list), ErrorReason::AccountNotFound);
    }
    assert!(accounts(&mut other).await?.is_empty());
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_was_posted_cannot_be_changed_even_by_hand(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let bill = desk.bill().await?;
    house.bank("bank-bri")?.remittances.record_remittance(house.payment(&bill, "002")).await?;
    let purse = Purse::open(&house, "korlantas").await?;
    purse.post(&purse.purse, &purse.source, 10).await?;
    let ended = purse.reserve(1, None).await?;
    purse.release(&ended).await?;
    let books = Books::open(&house).await?;

    let columns = [
        ("entry", "amount_minor"),
        ("transfer", "amount_minor"),
        ("reservation", "amount_minor"),
        ("reservation", "captured_minor"),
        ("account", "floor_minor"),
        ("remittance", "amount_minor"),
        ("tariff", "amount_minor"),
        ("audit", "audit_id"),
    ];
    for (table, column) in columns {
        let mut forbidden = vec![
            format!("UPDATE {table} SET {column} = {column} + 1"),
            format!("DELETE FROM {table}"),
        ];
        match kind {
            Kind::Postgres => forbidden.push(format!("TRUNCATE {table} CASCADE")),
            Kind::Sqlite if ["entry", "transfer"].contains(&table) => {
                forbidden.push(format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}"));
            }
            Kind::Sqlite => {}
        }
        for sql in forbidden {
            assert!(books.change(sql.clone()).await.is_err(), "{sql}");
        }
    }
    let again = "UPDATE reservation SET state = 'open'".to_owned();
    assert!(books.change(again).await.is_err());
    let floor = "UPDATE account SET balance_minor = floor_minor - 1".to_owned();
    assert!(books.change(floor).await.is_err());

    // What can be changed by hand, the proof sees.
    assert!(prove(&mut desk).await?.sound);
    books.change("UPDATE account SET balance_minor = 1 WHERE code = 'bank'".to_owned()).await?;
    let proof = prove(&mut desk).await?;
    assert!(!proof.sound);
    assert_eq!((proof.proofs[0].wrong_balance_count, proof.proofs[0].imbalance_minor), (1, 0));
    books.change("UPDATE account SET reserved_in_minor = 1 WHERE code = 'shop'".to_owned()).await?;
    assert_eq!(prove(&mut desk).await?.proofs[0].wrong_reserved_count, 1);
    Ok(())
}

async fn accounts(desk: &mut Desk) -> anyhow::Result<Vec<Account>> {
    Ok(desk.ledger.list_accounts(ListAccountsRequest::default()).await?.into_inner().accounts)
}

/// The entries of an account, newest first, read a page of two at a time.
async fn entries(desk: &mut Desk, account: &Account) -> anyhow::Result<Vec<Entry>> {
    let mut request = ListEntriesRequest {
        account_id: account.account_id.clone(),
        page_size: 2,
        page_token: String::new(),
    };
    let mut entries = Vec::new();
    loop {
        let page = desk.ledger.list_entries(request.clone()).await?.into_inner();
        entries.extend(page.entries);
        if page.next_page_token.is_empty() {
            return Ok(entries);
        }
        request.page_token = page.next_page_token;
    }
}

async fn prove(desk: &mut Desk) -> anyhow::Result<ProveLedgerResponse> {
    Ok(desk.ledger.prove_ledger(ProveLedgerRequest {}).await?.into_inner())
}

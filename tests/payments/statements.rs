//! Statements of accounts: what they held, what came and went, what they hold.

use rangkai_primitives::Timestamp;
use rangkai_proto::payments::v1::{Entry, ErrorReason, GetStatementRequest, GetStatementResponse};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    purse::{Purse, asset, open, transfer},
    support::{DAY, House, fields, refused, rupiah},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_statement_leads_from_the_opening_to_the_closing_balance(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::filled(&house, 1_000).await?;
    let mut mornings = vec![house.clock.now()];
    for day in 1..=3 {
        for _ in 0..day {
            purse.post(&purse.shop, &purse.purse, 10 * day).await?;
        }
        purse.post(&purse.purse, &purse.shop, 5).await?;
        house.clock.advance(DAY);
        mornings.push(house.clock.now());
    }

    let of_day = state(&purse, &purse.purse, mornings[1], mornings[2]).await?;
    let of_all = state(&purse, &purse.purse, Timestamp::UNIX_EPOCH, mornings[3]).await?;
    let of_none = state(&purse, &purse.purse, mornings[3], mornings[3] + DAY).await?;
    let before = state(&purse, &purse.purse, Timestamp::UNIX_EPOCH, mornings[0] - DAY).await?;

    assert_eq!(summary(&of_day), [995, 5, 40, 960, 3]);
    let positions: Vec<_> = of_day.1.iter().map(|entry| entry.position).collect();
    assert_eq!(positions, [4, 5, 6]);
    assert_eq!(of_day.1[2].balance_after, Some(rupiah(960)));
    assert_eq!(summary(&of_all), [0, 1_015, 140, 875, 10]);
    assert_eq!(of_all.1.len(), 10);
    assert_eq!(summary(&of_none), [875, 0, 0, 875, 0]);
    assert_eq!(summary(&before), [0, 0, 0, 0, 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn totals_are_counted_beyond_what_an_account_can_hold(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::open(&house, "korlantas").await?;
    let floor = Some(rupiah(-90_000_000_000_000_000));
    let deep = rangkai_proto::payments::v1::OpenAccountRequest { floor, ..asset("deep") };
    let deep = open(&purse.desk, deep).await?;
    let there = transfer(&purse.purse, &deep, 10_000_000_000_000_000);
    let back = transfer(&deep, &purse.purse, 10_000_000_000_000_000);
    let both: Vec<_> = [there, back].into_iter().cycle().take(500).collect();
    let until = house.clock.now() + DAY;

    purse.post_linked(both.clone()).await?;
    let statement = state(&purse, &deep, Timestamp::UNIX_EPOCH, until).await?;
    let total = 250 * 10_000_000_000_000_000;
    assert_eq!(summary(&statement), [0, total, total, 0, 500]);

    for _ in 0..3 {
        purse.post_linked(both.clone()).await?;
    }
    let request = request(&deep, Timestamp::UNIX_EPOCH, until);
    let answer = purse.desk.ledger.clone().get_statement(request).await;
    assert_eq!(refused(answer), ErrorReason::TotalsTooLarge);
    Ok(())
}

#[tokio::test]
async fn a_period_ends_after_it_begins() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let purse = Purse::filled(&house, 1).await?;
    let now = house.clock.now();

    for until in [now, now - DAY] {
        let request = request(&purse.purse, now, until);
        let answer = purse.desk.ledger.clone().get_statement(request).await;
        assert_eq!(fields(answer), ["until_time"]);
    }
    let unknown = purse.desk.ledger.clone().get_statement(request(&fresh(), now, now + DAY)).await;
    assert_eq!(refused(unknown), ErrorReason::AccountNotFound);
    Ok(())
}

fn request(account_id: &str, from: Timestamp, until: Timestamp) -> GetStatementRequest {
    GetStatementRequest {
        account_id: account_id.to_owned(),
        from_time: Some(rangkai_proto::time(from)),
        until_time: Some(rangkai_proto::time(until)),
        page_size: 2,
        page_token: String::new(),
    }
}

/// A statement and all of its entries, read page by page.
async fn state(
    purse: &Purse,
    account_id: &str,
    from: Timestamp,
    until: Timestamp,
) -> anyhow::Result<(GetStatementResponse, Vec<Entry>)> {
    let mut request = request(account_id, from, until);
    request.page_size = if account_id == purse.purse { 2 } else { 500 };
    let mut entries = Vec::new();
    loop {
        let page = purse.desk.ledger.clone().get_statement(request.clone()).await?.into_inner();
        entries.extend(page.entries.clone());
        if page.next_page_token.is_empty() {
            return Ok((page, entries));
        }
        request.page_token.clone_from(&page.next_page_token);
    }
}

/// The opening balance, debits, credits and closing balance in rupiah, and how many entries.
fn summary((answer, _): &(GetStatementResponse, Vec<Entry>)) -> [i64; 5] {
    let statement = answer.statement.clone().unwrap();
    let amounts = [
        statement.opening_balance,
        statement.total_debits,
        statement.total_credits,
        statement.closing_balance,
    ];
    let [opening, debits, credits, closing] = amounts.map(|amount| amount.unwrap().units);
    [opening, debits, credits, closing, statement.entry_count]
}

//! Opening, showing and closing accounts.

use rangkai_proto::payments::v1::{
    AccountKind, CloseAccountRequest, ErrorReason, GetAccountRequest, ListAccountsRequest,
    OpenAccountRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    contract::once,
    purse::{Purse, asset, open, transfer},
    support::{House, fields, refused, rupiah},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_agency_opens_accounts_beside_those_of_the_chart(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    desk.bill().await?;
    for code in ["armoury", "salaries", "suspense.local"] {
        open(&desk, OpenAccountRequest { kind: AccountKind::Expense.into(), ..asset(code) })
            .await?;
    }
    let dollars = OpenAccountRequest { currency_code: "USD".to_owned(), ..asset("armoury") };
    open(&desk, dollars).await?;

    let taken = open(&desk, asset("armoury")).await;
    let reserved = open(&desk, asset("suspense")).await;

    assert_eq!(refused(taken), ErrorReason::AccountTaken);
    assert_eq!(refused(reserved), ErrorReason::AccountReserved);
    let (mut found, mut request) = (Vec::new(), ListAccountsRequest::default());
    request.page_size = 2;
    loop {
        let page = desk.ledger.list_accounts(request.clone()).await?.into_inner();
        let names =
            page.accounts.into_iter().map(|it| (it.code, it.balance.unwrap().currency_code));
        found.extend(names);
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    let found: Vec<_> = found.iter().map(|(code, currency)| format!("{code} {currency}")).collect();
    let expected = [
        "armoury IDR",
        "armoury USD",
        "receivable IDR",
        "revenue IDR",
        "salaries IDR",
        "suspense.local IDR",
    ];
    assert_eq!(found, expected);
    Ok(())
}

#[tokio::test]
async fn an_account_that_cannot_be_is_refused() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let desk = house.agency("korlantas")?;
    let dollar = rangkai_proto::r#type::v1::Money { currency_code: "USD".to_owned(), ..rupiah(-1) };

    let wrong = [
        ("floor", OpenAccountRequest { floor: Some(rupiah(1)), ..asset("a") }),
        (
            "floor",
            OpenAccountRequest { floor: Some(rupiah(-90_000_000_000_000_001)), ..asset("a") },
        ),
        ("floor", OpenAccountRequest { floor: Some(dollar), ..asset("a") }),
        ("ceiling", OpenAccountRequest { ceiling: Some(rupiah(-1)), ..asset("a") }),
        ("currency_code", OpenAccountRequest { currency_code: "IDX".to_owned(), ..asset("a") }),
        ("kind", OpenAccountRequest { kind: 0, ..asset("a") }),
        ("code", OpenAccountRequest { code: "Kas Kecil".to_owned(), ..asset("a") }),
    ];

    for (field, request) in wrong {
        let answer = desk.ledger.clone().open_account(request).await;
        assert_eq!(fields(answer), [field]);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn only_an_empty_account_is_closed_and_then_takes_nothing(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::filled(&house, 100).await?;
    let close = async |account_id: &str| {
        let request =
            CloseAccountRequest { request_id: fresh(), account_id: account_id.to_owned() };
        purse.desk.ledger.clone().close_account(request).await
    };

    assert_eq!(refused(close(&purse.purse).await), ErrorReason::AccountNotEmpty);
    let reservation = purse.reserve(40, None).await?;
    assert_eq!(refused(close(&purse.shop).await), ErrorReason::AccountNotEmpty);
    purse.release(&reservation).await?;
    let closed = close(&purse.shop).await?.into_inner().account.unwrap();

    assert!(closed.close_time.is_some());
    assert_eq!(refused(close(&purse.shop).await), ErrorReason::AccountClosed);
    let late = purse.post(&purse.shop, &purse.purse, 1).await;
    assert_eq!(refused(late), ErrorReason::AccountClosed);
    assert_eq!(refused(purse.reserve(1, None).await), ErrorReason::AccountClosed);
    assert_eq!(refused(open(&purse.desk, asset("shop")).await), ErrorReason::AccountTaken);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn the_accounts_of_the_chart_are_the_blocks_own(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    house.korlantas().await?.bill().await?;
    let mut purse = Purse::filled(&house, 100).await?;
    let accounts = purse.desk.ledger.list_accounts(ListAccountsRequest::default()).await?;
    let revenue = accounts.into_inner().accounts.into_iter().find(|it| it.code == "revenue");
    let revenue = revenue.unwrap().account_id;

    let post = purse.post(&revenue, &purse.purse, 1).await;
    let linked = purse.post_linked(vec![transfer(&purse.purse, &revenue, 1)]).await;
    let close = CloseAccountRequest { request_id: fresh(), account_id: revenue };
    let close = purse.desk.ledger.close_account(close).await;

    assert_eq!(refused(post), ErrorReason::AccountReserved);
    assert_eq!(refused(linked), ErrorReason::AccountReserved);
    assert_eq!(refused(close), ErrorReason::AccountReserved);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_agencys_accounts_do_not_exist(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let purse = Purse::filled(&house, 100).await?;
    let other = Purse::open(&house, "imigrasi").await?;

    for account_id in [purse.purse.clone(), fresh()] {
        let get = GetAccountRequest { account_id: account_id.clone() };
        let get = other.desk.ledger.clone().get_account(get).await;
        let close = CloseAccountRequest { request_id: fresh(), account_id: account_id.clone() };
        let close = other.desk.ledger.clone().close_account(close).await;
        let post = other.post(&other.shop, &account_id, 1).await;
        assert_eq!(refused(get), ErrorReason::AccountNotFound);
        assert_eq!(refused(close), ErrorReason::AccountNotFound);
        assert_eq!(refused(post), ErrorReason::AccountNotFound);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_account_is_opened_and_closed_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.agency("korlantas")?;

    let request = asset("till");
    let other = OpenAccountRequest { code: "tills".to_owned(), ..request.clone() };
    let send = |request| {
        let mut ledger = desk.ledger.clone();
        async move { ledger.open_account(request).await }
    };
    let opened = once(&request.request_id.clone(), [request, other], send).await?;

    let account_id = opened.account.unwrap().account_id;
    let request = CloseAccountRequest { request_id: fresh(), account_id };
    let other = CloseAccountRequest { account_id: fresh(), ..request.clone() };
    let send = |request| {
        let mut ledger = desk.ledger.clone();
        async move { ledger.close_account(request).await }
    };
    once(&request.request_id.clone(), [request, other], send).await.map(drop)
}

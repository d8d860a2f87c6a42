//! The `account` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Currency, Id, Page};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::word;
use crate::domain::{Account, AccountCode, Balances};

const COLUMNS: &str = "account_id, code, kind, currency, balance_minor, reserved_out_minor, \
                       reserved_in_minor, floor_minor, ceiling_minor, entry_count, entry_time, \
                       create_time, close_time";

/// Adds accounts, and passes over those whose code is taken; answers how many were not.
pub async fn insert(tx: &Tx, accounts: &[Account]) -> Result<u64, DbErr> {
    let columns = [
        "account_id",
        "agency",
        "code",
        "currency",
        "kind",
        "balance_minor",
        "reserved_out_minor",
        "reserved_in_minor",
        "floor_minor",
        "ceiling_minor",
        "entry_count",
        "entry_time",
        "create_time",
    ];
    let row = |account: &Account| {
        let Balances { posted_minor, reserved_out_minor, reserved_in_minor, .. } = account.balances;
        vec![
            account.id.uuid().into(),
            tx.agency().as_str().into(),
            account.code.as_str().into(),
            account.currency.as_str().into(),
            account.kind.as_str().into(),
            posted_minor.into(),
            reserved_out_minor.into(),
            reserved_in_minor.into(),
            account.floor_minor.into(),
            account.ceiling_minor.into(),
            account.balances.entry_count.into(),
            account.balances.entry_time.into(),
            account.create_time.into(),
        ]
    };
    sql::insert_absent(tx, "account", &columns, accounts.iter().map(row).collect()).await
}

/// Finds an account.
pub async fn find(tx: &Tx, id: Id<Account>) -> Result<Option<Account>, DbErr> {
    let find = format!("SELECT {COLUMNS} FROM account WHERE agency = $1 AND account_id = $2");
    let values = [tx.agency().as_str().into(), id.uuid().into()];
    sql::query(tx, &find, values).await?.first().map(account).transpose()
}

/// Finds the accounts of `ids` and holds them until the transaction ends. Whoever holds several
/// takes them in the order of their ids, so that nobody waits in a circle.
pub async fn lock(
    tx: &Tx,
    ids: impl IntoIterator<Item = Id<Account>>,
) -> Result<Vec<Account>, DbErr> {
    let row = |id: Id<Account>| vec![id.uuid().into(), tx.agency().as_str().into()];
    let lock = format!(
        "SELECT {COLUMNS} FROM account JOIN many \
         ON account.account_id = many.id AND account.agency = many.owner {}",
        in_order(tx)
    );
    let rows = ids.into_iter().map(row).collect();
    sql::query_many(tx, &["id", "owner"], rows, &lock).await?.iter().map(account).collect()
}

/// The same for accounts of the chart; those that nobody used yet are not found.
pub async fn lock_chart(
    tx: &Tx,
    chart: impl IntoIterator<Item = &(AccountCode, Currency)>,
) -> Result<Vec<Account>, DbErr> {
    let row = |(code, currency): &(AccountCode, Currency)| -> Vec<Value> {
        let owner = tx.agency().as_str();
        vec![owner.into(), code.as_str().into(), currency.as_str().into()]
    };
    let lock = format!(
        "SELECT {COLUMNS} FROM account JOIN many ON account.agency = many.owner \
         AND account.code = many.name AND account.currency = many.money {}",
        in_order(tx)
    );
    let rows = chart.into_iter().map(row).collect();
    let found = sql::query_many(tx, &["owner", "name", "money"], rows, &lock).await?;
    found.iter().map(account).collect()
}

/// Lists the accounts by code and currency: one more than the page, if there is one.
pub async fn list(tx: &Tx, page: &Page<Account>) -> Result<Vec<Account>, DbErr> {
    let after = "AND (code, currency) > (SELECT code, currency FROM account \
                 WHERE agency = $1 AND account_id = $3)";
    let list = format!(
        "SELECT {COLUMNS} FROM account WHERE agency = $1 {} ORDER BY code, currency LIMIT $2",
        if page.after.is_some() { after } else { "" }
    );
    let limit = i64::try_from(page.limit()).unwrap_or(i64::MAX);
    let mut values: Vec<Value> = vec![tx.agency().as_str().into(), limit.into()];
    values.extend(page.after.map(|after| after.uuid().into()));
    sql::query(tx, &list, values).await?.iter().map(account).collect()
}

/// Writes back what accounts hold.
pub async fn update_balances(tx: &Tx, accounts: &[Account]) -> Result<(), DbErr> {
    let row = |account: &Account| {
        let balances = &account.balances;
        vec![
            account.id.uuid().into(),
            tx.agency().as_str().into(),
            balances.posted_minor.into(),
            balances.reserved_out_minor.into(),
            balances.reserved_in_minor.into(),
            balances.entry_count.into(),
            balances.entry_time.into(),
        ]
    };
    let columns = ["id", "owner", "posted", "reserved_out", "reserved_in", "entries", "newest"];
    let update = "UPDATE account SET balance_minor = many.posted, \
                  reserved_out_minor = many.reserved_out, reserved_in_minor = many.reserved_in, \
                  entry_count = many.entries, entry_time = many.newest \
                  FROM many WHERE account.account_id = many.id AND account.agency = many.owner";
    let rows = accounts.iter().map(row).collect();
    let touched = sql::execute_many(tx, &columns, rows, update).await?;
    if touched == accounts.len() as u64 { Ok(()) } else { Err(DbErr::RecordNotUpdated) }
}

/// Writes back that an account is closed.
pub async fn update_closed(tx: &Tx, account: &Account) -> Result<(), DbErr> {
    let update = "UPDATE account SET close_time = $3 WHERE agency = $1 AND account_id = $2";
    let values = [tx.agency().as_str().into(), account.id.uuid().into(), account.close_time.into()];
    sql::execute(tx, update, values).await?;
    Ok(())
}

/// Who holds several accounts takes them in this order; `SQLite` has one writer at a time anyway.
fn in_order(tx: &Tx) -> &'static str {
    if tx.is_postgres() { "ORDER BY account.account_id FOR UPDATE OF account" } else { "" }
}

fn account(row: &QueryResult) -> Result<Account, DbErr> {
    let text = |column| row.try_get::<String>("", column);
    let number = |column| row.try_get::<i64>("", column);
    Ok(Account {
        id: row.try_get::<Uuid>("", "account_id")?.into(),
        code: text("code")?,
        kind: word("kind", &text("kind")?)?,
        currency: word("currency", &text("currency")?)?,
        balances: Balances {
            posted_minor: number("balance_minor")?,
            reserved_out_minor: number("reserved_out_minor")?,
            reserved_in_minor: number("reserved_in_minor")?,
            entry_count: number("entry_count")?,
            entry_time: row.try_get("", "entry_time")?,
        },
        floor_minor: number("floor_minor")?,
        ceiling_minor: row.try_get("", "ceiling_minor")?,
        create_time: row.try_get("", "create_time")?,
        close_time: row.try_get("", "close_time")?,
    })
}

//! The `entry` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Page;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{money, word};
use crate::domain::{Account, Direction, Entry, Transfer};

/// Adds the entry of `transfer` on one side to `account`, as the account is after it.
pub async fn insert(
    tx: &Tx,
    transfer: &Transfer,
    direction: Direction,
    account: &Account,
) -> Result<(), DbErr> {
    let insert = "INSERT INTO entry (entry_id, agency, transfer_id, account_id, position, direction, \
                  amount_minor, description, source_id, balance_after_minor, create_time) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let values = [
        Uuid::now_v7().into(),
        tx.agency().as_str().into(),
        transfer.id.uuid().into(),
        account.id.uuid().into(),
        account.entry_count.into(),
        direction.as_str().into(),
        transfer.amount.minor().into(),
        transfer.occasion.as_str().into(),
        transfer.source.into(),
        account.balance.minor().into(),
        tx.now().into(),
    ];
    sql::execute(tx, insert, values).await?;
    Ok(())
}

/// Lists the entries of an account, newest first: one more than the page, if there is one.
pub async fn list(tx: &Tx, account: &Account, page: &Page<Entry>) -> Result<Vec<Entry>, DbErr> {
    let after = "AND position < (SELECT position FROM entry \
                 WHERE agency = $1 AND account_id = $2 AND entry_id = $4)";
    let list = format!(
        "SELECT entry_id, transfer_id, direction, amount_minor, description, source_id, \
                balance_after_minor, create_time \
         FROM entry WHERE agency = $1 AND account_id = $2 {} ORDER BY position DESC LIMIT $3",
        if page.after.is_some() { after } else { "" }
    );
    let limit = i64::try_from(page.limit()).unwrap_or(i64::MAX);
    let mut values: Vec<Value> =
        vec![tx.agency().as_str().into(), account.id.uuid().into(), limit.into()];
    values.extend(page.after.map(|after| after.uuid().into()));
    sql::query(tx, &list, values).await?.iter().map(|row| entry(account, row)).collect()
}

fn entry(account: &Account, row: &QueryResult) -> Result<Entry, DbErr> {
    let currency = account.balance.currency();
    let amount = |column| money(currency.as_str(), row.try_get("", column)?);
    let text = |column| row.try_get::<String>("", column);
    Ok(Entry {
        id: row.try_get::<Uuid>("", "entry_id")?.into(),
        transfer: row.try_get::<Uuid>("", "transfer_id")?.into(),
        account: account.code,
        direction: word("direction", &text("direction")?)?,
        amount: amount("amount_minor")?,
        description: text("description")?,
        source: row.try_get("", "source_id")?,
        balance_after: amount("balance_after_minor")?,
        create_time: row.try_get("", "create_time")?,
    })
}

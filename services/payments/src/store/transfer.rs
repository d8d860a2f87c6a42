//! The `transfer` table.

use std::borrow::Cow;

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Page};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{money, word};
use crate::domain::{Account, Entry, Transfer};

const COLUMNS: [&str; 12] = [
    "transfer_id",
    "agency",
    "kind",
    "debit_account_id",
    "credit_account_id",
    "currency",
    "amount_minor",
    "description",
    "reference",
    "source_id",
    "reservation_id",
    "create_time",
];

/// Adds transfers.
pub async fn insert(tx: &Tx, transfers: &[Transfer]) -> Result<(), DbErr> {
    let row = |transfer: &Transfer| {
        vec![
            transfer.id.uuid().into(),
            tx.agency().as_str().into(),
            transfer.kind.as_str().into(),
            transfer.debit.uuid().into(),
            transfer.credit.uuid().into(),
            transfer.amount.currency().as_str().into(),
            transfer.amount.minor().into(),
            transfer.description.as_ref().into(),
            transfer.reference.clone().into(),
            transfer.source.into(),
            transfer.reservation.map(Id::uuid).into(),
            transfer.create_time.into(),
        ]
    };
    sql::insert_many(tx, "transfer", &COLUMNS, transfers.iter().map(row).collect()).await?;
    Ok(())
}

/// Finds a transfer.
pub async fn find(tx: &Tx, id: Id<Transfer>) -> Result<Option<Transfer>, DbErr> {
    let find = format!(
        "SELECT {} FROM transfer WHERE agency = $1 AND transfer_id = $2",
        COLUMNS.join(", ")
    );
    let values = [tx.agency().as_str().into(), id.uuid().into()];
    sql::query(tx, &find, values).await?.first().map(transfer).transpose()
}

/// Lists the transfers that moved money of an account, newest first, each with its position there:
/// one more than the page, if there is one.
pub async fn list(
    tx: &Tx,
    account: Id<Account>,
    page: &Page<Entry>,
) -> Result<Vec<(i64, Transfer)>, DbErr> {
    let columns = COLUMNS.map(|column| format!("transfer.{column}")).join(", ");
    let list = format!(
        "SELECT position, {columns} FROM entry JOIN transfer \
         ON transfer.transfer_id = entry.transfer_id AND transfer.agency = entry.agency \
         WHERE entry.agency = $1 AND account_id = $2 AND position < $3 \
         ORDER BY position DESC LIMIT $4"
    );
    let before = page.after.map_or(i64::MAX, Entry::position_at);
    let values: [Value; 4] = [
        tx.agency().as_str().into(),
        account.uuid().into(),
        before.into(),
        i64::try_from(page.limit()).unwrap_or(i64::MAX).into(),
    ];
    let rows = sql::query(tx, &list, values).await?;
    rows.iter().map(|row| Ok((row.try_get("", "position")?, transfer(row)?))).collect()
}

fn transfer(row: &QueryResult) -> Result<Transfer, DbErr> {
    let text = |column| row.try_get::<String>("", column);
    let id = |column| row.try_get::<Uuid>("", column);
    Ok(Transfer {
        id: id("transfer_id")?.into(),
        kind: word("kind", &text("kind")?)?,
        debit: id("debit_account_id")?.into(),
        credit: id("credit_account_id")?.into(),
        amount: money(&text("currency")?, row.try_get("", "amount_minor")?)?,
        description: Cow::Owned(text("description")?),
        reference: row.try_get("", "reference")?,
        source: row.try_get("", "source_id")?,
        reservation: row.try_get::<Option<Uuid>>("", "reservation_id")?.map(Id::from),
        create_time: row.try_get("", "create_time")?,
    })
}

//! The `bank_movement` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{money, word};
use crate::domain::{BankAccount, BankMovement, BankReference, BankStatement, Purpose, Recorded};

const COLUMNS: &str = "movement_id, account, purpose, source_id, flow, currency, amount_minor, \
                       bank_code, bank_reference, moved";

/// Adds what moved; false if its bank used the number before. Waits for whoever is about to use it.
pub async fn insert(tx: &Tx, it: &BankMovement) -> Result<bool, DbErr> {
    let insert = format!(
        "INSERT INTO bank_movement (agency, {COLUMNS}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING"
    );
    let values: [Value; 11] = [
        tx.agency().as_str().into(),
        it.id.uuid().into(),
        it.account.as_str().into(),
        it.purpose.as_str().into(),
        it.source.into(),
        it.flow.as_str().into(),
        it.amount.currency().as_str().into(),
        it.amount.minor().into(),
        it.bank_code.clone().into(),
        it.number.clone().into(),
        it.moved.into(),
    ];
    Ok(sql::execute(tx, &insert, values).await? == 1)
}

/// What a bank used a number for, whichever agency's it is.
pub async fn used_for(
    tx: &Tx,
    reference: &BankReference,
) -> Result<Option<(Purpose, Uuid)>, DbErr> {
    let find = "SELECT purpose, source_id FROM bank_movement \
                WHERE bank_code = $1 AND bank_reference = $2";
    let values = [reference.bank_code.as_str().into(), reference.number.as_str().into()];
    let rows = sql::query(tx, find, values).await?;
    let used = |row: &QueryResult| {
        let purpose = word("purpose", &row.try_get::<String>("", "purpose")?)?;
        Ok((purpose, row.try_get("", "source_id")?))
    };
    rows.first().map(used).transpose()
}

/// What is recorded under numbers of a bank, each with its number.
pub async fn recorded(
    tx: &Tx,
    bank_code: &str,
    numbers: &[&str],
) -> Result<Vec<(String, Recorded)>, DbErr> {
    let row = |number: &&str| -> Vec<Value> {
        vec![tx.agency().as_str().into(), bank_code.into(), (*number).into()]
    };
    let find = format!(
        "SELECT {COLUMNS} FROM many JOIN bank_movement ON bank_movement.agency = many.owner \
         AND bank_movement.bank_code = many.bank AND bank_movement.bank_reference = many.number"
    );
    let rows = numbers.iter().map(row).collect();
    let rows = sql::query_many(tx, &["owner", "bank", "number"], rows, &find).await?;
    rows.iter()
        .map(|row| {
            let it = movement(row)?;
            Ok((it.number.clone().unwrap_or_default(), it.recorded()))
        })
        .collect()
}

/// Notes that a statement had these movements, or showed what is the matter with them.
pub async fn see(
    tx: &Tx,
    statement: Id<BankStatement>,
    seen: &[Id<BankMovement>],
) -> Result<(), DbErr> {
    let row = |id: &Id<BankMovement>| -> Vec<Value> {
        vec![tx.agency().as_str().into(), id.uuid().into(), statement.uuid().into()]
    };
    let update = "UPDATE bank_movement SET statement_id = many.seen_with FROM many \
                  WHERE bank_movement.agency = many.owner AND bank_movement.movement_id = many.id \
                  AND bank_movement.statement_id IS NULL";
    let rows = seen.iter().map(row).collect();
    sql::execute_many(tx, &["owner", "id", "seen_with"], rows, update).await.map(drop)
}

/// Notes of what was recorded after its line had come that the statement of that line had it.
pub async fn see_booked(tx: &Tx, bank_code: &str) -> Result<(), DbErr> {
    let line = "FROM bank_statement_line AS line WHERE line.agency = $1 AND line.bank_code = $2 \
                AND line.reference = bank_movement.bank_reference";
    let update = format!(
        "UPDATE bank_movement SET statement_id = (SELECT statement_id {line} LIMIT 1) \
         WHERE agency = $1 AND bank_code = $2 AND statement_id IS NULL \
         AND bank_reference IS NOT NULL AND EXISTS (SELECT 1 {line})"
    );
    sql::execute(tx, &update, [tx.agency().as_str().into(), bank_code.into()]).await.map(drop)
}

/// Some of what moved at a bank between two moments, with a number that no statement had, oldest first.
/// Only of `account`, if there is one.
pub async fn unseen(
    tx: &Tx,
    (bank_code, account): (&str, Option<BankAccount>),
    (from, until): (Timestamp, Timestamp),
    limit: usize,
) -> Result<Vec<BankMovement>, DbErr> {
    let find = format!(
        "SELECT {COLUMNS} FROM bank_movement WHERE agency = $1 AND statement_id IS NULL \
         AND moved >= $2 AND moved < $3 AND bank_code = $4 AND bank_reference IS NOT NULL \
         AND ($5 = '' OR account = $5) ORDER BY moved, bank_reference LIMIT {limit}"
    );
    let values: [Value; 5] = [
        tx.agency().as_str().into(),
        from.into(),
        until.into(),
        bank_code.into(),
        account.map_or("", BankAccount::as_str).into(),
    ];
    sql::query(tx, &find, values).await?.iter().map(movement).collect()
}

/// Some of what moved before `until` without a number of the bank, at `bank_code` or nobody knows
/// where, and that no statement showed as a break; oldest first. Only of `account`, if there is one.
pub async fn unnumbered(
    tx: &Tx,
    (bank_code, account): (&str, Option<BankAccount>),
    until: Timestamp,
    limit: usize,
) -> Result<Vec<BankMovement>, DbErr> {
    let find = format!(
        "SELECT {COLUMNS} FROM bank_movement WHERE agency = $1 AND statement_id IS NULL \
         AND moved < $2 AND bank_reference IS NULL AND (bank_code IS NULL OR bank_code = $3) \
         AND ($4 = '' OR account = $4) ORDER BY moved, movement_id LIMIT {limit}"
    );
    let values: [Value; 4] = [
        tx.agency().as_str().into(),
        until.into(),
        bank_code.into(),
        account.map_or("", BankAccount::as_str).into(),
    ];
    sql::query(tx, &find, values).await?.iter().map(movement).collect()
}

/// Gives an unnumbered movement its number; false if it has one, or the bank used the number for
/// something else.
pub async fn number(
    tx: &Tx,
    id: Id<BankMovement>,
    reference: &BankReference,
) -> Result<bool, DbErr> {
    let update = "UPDATE bank_movement SET bank_code = $3, bank_reference = $4 \
                  WHERE agency = $1 AND movement_id = $2 AND bank_reference IS NULL \
                  AND NOT EXISTS (SELECT 1 FROM bank_movement AS other \
                  WHERE other.bank_code = $3 AND other.bank_reference = $4)";
    let values = [
        tx.agency().as_str().into(),
        id.uuid().into(),
        reference.bank_code.as_str().into(),
        reference.number.as_str().into(),
    ];
    Ok(sql::execute(tx, update, values).await? == 1)
}

/// A bank at which something moved between two moments, and which has no statement for `day` of the
/// account. Empty where nobody knows the bank, and no statement showed that yet.
pub async fn bank_without_statement(
    tx: &Tx,
    day: &str,
    (from, until): (Timestamp, Timestamp),
) -> Result<Option<String>, DbErr> {
    let find = "SELECT bank_code FROM bank_movement WHERE agency = $1 AND moved >= $2 \
                AND moved < $3 AND bank_code IS NOT NULL AND NOT EXISTS (\
                    SELECT 1 FROM bank_statement AS known WHERE known.agency = $1 \
                    AND known.bank_code = bank_movement.bank_code AND known.day = $4 \
                    AND known.account IN ('all', bank_movement.account)) \
                ORDER BY bank_code LIMIT 1";
    let span = [tx.agency().as_str().into(), from.into(), until.into(), day.into()];
    if let Some(row) = sql::query(tx, find, span).await?.first() {
        return row.try_get("", "bank_code");
    }
    let find = "SELECT COALESCE(bank_code, '') AS bank_code FROM bank_movement \
                WHERE agency = $1 AND statement_id IS NULL AND moved < $2 \
                AND bank_reference IS NULL ORDER BY moved LIMIT 1";
    let rows = sql::query(tx, find, [tx.agency().as_str().into(), until.into()]).await?;
    rows.first().map(|row| row.try_get("", "bank_code")).transpose()
}

fn movement(row: &QueryResult) -> Result<BankMovement, DbErr> {
    let text = |column| row.try_get::<String>("", column);
    Ok(BankMovement {
        id: row.try_get::<Uuid>("", "movement_id")?.into(),
        account: word("account", &text("account")?)?,
        purpose: word("purpose", &text("purpose")?)?,
        source: row.try_get("", "source_id")?,
        flow: word("flow", &text("flow")?)?,
        amount: money(&text("currency")?, row.try_get("", "amount_minor")?)?,
        bank_code: row.try_get("", "bank_code")?,
        number: row.try_get("", "bank_reference")?,
        moved: row.try_get("", "moved")?,
    })
}

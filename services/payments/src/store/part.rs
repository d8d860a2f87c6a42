//! The `part` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Agency, Id, Timestamp};
use sea_orm::{QueryResult, Value, prelude::ChronoDateTimeUtc};
use uuid::Uuid;

use super::{money, word};
use crate::domain::{Bill, BillingCode, LatePart, Part};

/// Adds the parts of a bill.
pub async fn insert(tx: &Tx, bill: &Bill) -> Result<(), DbErr> {
    let insert = "INSERT INTO part (part_id, agency, bill_id, number, billing_code, currency, \
                  amount_minor, due_time, state, update_time) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    for part in &bill.parts {
        let values = [
            part.id.uuid().into(),
            tx.agency().as_str().into(),
            bill.id.uuid().into(),
            i64::from(part.number).into(),
            part.code.as_str().into(),
            part.amount.currency().as_str().into(),
            part.amount.minor().into(),
            part.due_time.into(),
            part.state.as_str().into(),
            part.update_time.into(),
        ];
        sql::execute(tx, insert, values).await?;
    }
    Ok(())
}

/// The parts of a bill by their numbers, whichever agency's it is. Whoever holds the bill holds
/// them.
pub async fn list(tx: &Tx, agency: &Agency, bill: Id<Bill>) -> Result<Vec<Part>, DbErr> {
    let list = "SELECT part_id, number, billing_code, currency, amount_minor, due_time, state, \
                update_time FROM part WHERE agency = $1 AND bill_id = $2 ORDER BY number";
    let values = [agency.as_str().into(), bill.uuid().into()];
    sql::query(tx, list, values).await?.iter().map(part).collect()
}

/// Finds the bills that codes pay parts of, each with that code and its agency.
pub async fn find_bills(
    tx: &Tx,
    codes: &[BillingCode],
) -> Result<Vec<(Uuid, String, String)>, DbErr> {
    let places: Vec<_> = (1..=codes.len()).map(|place| format!("${place}")).collect();
    let find = "SELECT bill_id, billing_code, agency FROM part WHERE billing_code IN";
    let find = format!("{find} ({})", places.join(", "));
    let values: Vec<Value> = codes.iter().map(|code| code.as_str().into()).collect();
    let rows = sql::query(tx, &find, values).await?;
    let found = rows.iter().map(|row| {
        Ok((
            row.try_get("", "bill_id")?,
            row.try_get("", "billing_code")?,
            row.try_get("", "agency")?,
        ))
    });
    found.collect()
}

/// Finds the bill that a code pays a part of, whichever agency's it is.
pub async fn find_bill(tx: &Tx, code: &BillingCode) -> Result<Option<Id<Bill>>, DbErr> {
    let find = "SELECT bill_id FROM part WHERE billing_code = $1";
    let rows = sql::query(tx, find, [code.as_str().into()]).await?;
    rows.first().map(|row| Ok(row.try_get::<Uuid>("", "bill_id")?.into())).transpose()
}

/// Open parts of every agency that are not paid in time, from `after` on, with their bills.
pub async fn due(
    tx: &Tx,
    after: Option<(Timestamp, Id<Part>)>,
    limit: u64,
) -> Result<Vec<LatePart>, DbErr> {
    let due = "SELECT agency, bill_id, due_time, part_id FROM part \
               WHERE state = 'open' AND due_time <= $1 AND (due_time > $2 \
               OR due_time = $2 AND part_id > $3) ORDER BY due_time, part_id LIMIT $4";
    let (time, id) =
        after.map_or((Timestamp::UNIX_EPOCH, Uuid::nil()), |(time, id)| (time, id.uuid()));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = [tx.now().into(), time.into(), id.into(), limit.into()];
    let read = |row: &QueryResult| {
        let agency = word("agency", &row.try_get::<String>("", "agency")?)?;
        let bill = row.try_get::<Uuid>("", "bill_id")?.into();
        let id = row.try_get::<Uuid>("", "part_id")?.into();
        Ok(LatePart { agency, bill, due_time: row.try_get("", "due_time")?, id })
    };
    sql::query(tx, due, values).await?.iter().map(read).collect()
}

/// Writes the parts of a bill back.
pub async fn update(tx: &Tx, bill: &Bill) -> Result<(), DbErr> {
    let update = "UPDATE part SET state = $3, update_time = $4 \
                  WHERE agency = $1 AND part_id = $2 AND state <> $3";
    for part in &bill.parts {
        let values = [
            tx.agency().as_str().into(),
            part.id.uuid().into(),
            part.state.as_str().into(),
            part.update_time.into(),
        ];
        sql::execute(tx, update, values).await?;
    }
    Ok(())
}

fn part(row: &QueryResult) -> Result<Part, DbErr> {
    let currency: String = row.try_get("", "currency")?;
    let number: i64 = row.try_get("", "number")?;
    Ok(Part {
        id: row.try_get::<Uuid>("", "part_id")?.into(),
        number: i32::try_from(number).map_err(|_| DbErr::Type("number".to_owned()))?,
        code: word("billing_code", &row.try_get::<String>("", "billing_code")?)?,
        amount: money(&currency, row.try_get("", "amount_minor")?)?,
        due_time: row.try_get::<ChronoDateTimeUtc>("", "due_time")?,
        state: word("state", &row.try_get::<String>("", "state")?)?,
        update_time: row.try_get::<ChronoDateTimeUtc>("", "update_time")?,
    })
}

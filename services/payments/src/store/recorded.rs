//! What is recorded here as having moved at a bank: remittances and paid refunds.

use chrono::{Days, NaiveDate};
use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Timestamp, Zone};
use sea_orm::{QueryResult, Value};

use super::{money, word};
use crate::domain::Recorded;

/// Everything that moved at banks: what came in by remittances, and what went out by refunds and
/// out of suspense.
const MOVED: &str = "(\
    SELECT agency, bank_code, bank_reference, 'in' AS flow, currency, amount_minor, \
           pay_time AS moved FROM remittance \
    UNION ALL \
    SELECT agency, bank_code, bank_reference, 'out' AS flow, currency, amount_minor, \
           update_time AS moved FROM refund WHERE bank_code IS NOT NULL \
    UNION ALL \
    SELECT agency, bank_code, bank_reference, 'out' AS flow, currency, amount_minor, \
           update_time AS moved FROM suspense WHERE bank_code IS NOT NULL) AS recorded";

/// What is recorded under any of `references` of a bank.
pub async fn find(
    tx: &Tx,
    bank_code: &str,
    references: impl Iterator<Item = &str>,
) -> Result<Vec<Recorded>, DbErr> {
    let rows: Vec<Vec<Value>> = references
        .map(|reference| vec![tx.agency().as_str().into(), bank_code.into(), reference.into()])
        .collect();
    let find = format!(
        "SELECT DISTINCT recorded.bank_reference, flow, currency, amount_minor \
         FROM many JOIN {MOVED} ON recorded.agency = many.owner \
         AND recorded.bank_code = many.bank AND recorded.bank_reference = many.reference"
    );
    let found = sql::query_many(tx, &["owner", "bank", "reference"], rows, &find).await?;
    found.iter().map(recorded).collect()
}

/// What is recorded for a day at a bank.
pub async fn of_day(tx: &Tx, bank_code: &str, day: NaiveDate) -> Result<Vec<Recorded>, DbErr> {
    let Some((from, until)) = span(day) else { return Ok(Vec::new()) };
    let find = format!(
        "SELECT bank_reference, flow, currency, amount_minor FROM {MOVED} \
         WHERE agency = $1 AND bank_code = $2 AND moved >= $3 AND moved < $4 \
         ORDER BY moved, bank_reference"
    );
    let values = [tx.agency().as_str().into(), bank_code.into(), from.into(), until.into()];
    sql::query(tx, &find, values).await?.iter().map(recorded).collect()
}

/// A bank at which money moved on a day for which there is no statement of it.
pub async fn bank_without_statement(tx: &Tx, day: NaiveDate) -> Result<Option<String>, DbErr> {
    let Some((from, until)) = span(day) else { return Ok(None) };
    let find = format!(
        "SELECT bank_code FROM {MOVED} WHERE agency = $1 AND moved >= $2 AND moved < $3 \
         AND NOT EXISTS (SELECT 1 FROM bank_statement AS known WHERE known.agency = $1 \
         AND known.bank_code = recorded.bank_code AND known.day = $4) ORDER BY bank_code LIMIT 1"
    );
    let values = [tx.agency().as_str().into(), from.into(), until.into(), day.to_string().into()];
    let rows = sql::query(tx, &find, values).await?;
    rows.first().map(|row| row.try_get("", "bank_code")).transpose()
}

/// The first moment of a day in Asia/Jakarta, and that of the next.
pub fn span(day: NaiveDate) -> Option<(Timestamp, Timestamp)> {
    let next = day.checked_add_days(Days::new(1))?;
    Some((Zone::Wib.start_of(day)?, Zone::Wib.start_of(next)?))
}

fn recorded(row: &QueryResult) -> Result<Recorded, DbErr> {
    Ok(Recorded {
        reference: row.try_get("", "bank_reference")?,
        flow: word("flow", &row.try_get::<String>("", "flow")?)?,
        amount: money(&row.try_get::<String>("", "currency")?, row.try_get("", "amount_minor")?)?,
    })
}

//! The `reconciliation_break` table where something is still to come: a line of a bank, or a record.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::QueryResult;
use uuid::Uuid;

use super::reconciliation_break::found;
use crate::domain::{About, BankReference, BankStatement, Break, Envelope};

/// The breaks that waited for a line of `statement`, and have not been settled; held until the
/// transaction ends. Those about payments of envelopes are not among them.
pub async fn lock_arrived(tx: &Tx, statement: Id<BankStatement>) -> Result<Vec<Break>, DbErr> {
    let held = if tx.is_postgres() { " FOR UPDATE" } else { "" };
    let find = format!(
        "SELECT * FROM reconciliation_break AS waiting WHERE waiting.agency = $1 \
         AND waiting.kind = 'missing_there' AND waiting.settle_time IS NULL \
         AND waiting.envelope_id IS NULL AND EXISTS (\
             SELECT 1 FROM bank_statement_line AS line WHERE line.statement_id = $2 \
             AND line.agency = $1 AND line.bank_code = waiting.bank_code \
             AND line.reference = waiting.reference AND line.flow = waiting.flow) \
         ORDER BY break_id{held}"
    );
    let values = [tx.agency().as_str().into(), statement.uuid().into()];
    sql::query(tx, &find, values).await?.iter().map(found).collect()
}

/// The breaks about payments of an envelope that its bank did not book yet, held until the
/// transaction ends.
pub async fn lock_payouts(tx: &Tx, envelope: Id<Envelope>) -> Result<Vec<Break>, DbErr> {
    let held = if tx.is_postgres() { " FOR UPDATE" } else { "" };
    let find = format!(
        "SELECT * FROM reconciliation_break WHERE agency = $1 AND envelope_id = $2 \
         AND kind = 'missing_there' AND settle_time IS NULL ORDER BY break_id{held}"
    );
    let values = [tx.agency().as_str().into(), envelope.uuid().into()];
    sql::query(tx, &find, values).await?.iter().map(found).collect()
}

/// Some breaks about lines that nobody had recorded, after one of them: those that are not resolved, or
/// with a claim or an excess that the bank did not mend; each with what its line is about, and held until
/// the transaction ends.
pub async fn lock_missing_here(
    tx: &Tx,
    bank_code: &str,
    after: Option<Id<Break>>,
    limit: usize,
) -> Result<Vec<(Break, About)>, DbErr> {
    let held = if tx.is_postgres() { " FOR UPDATE OF shown" } else { "" };
    let find = format!(
        "SELECT shown.*, line.order_id AS order_id, line.rail_file_id AS rail_file_id \
         FROM reconciliation_break AS shown LEFT JOIN bank_statement_line AS line \
         ON line.statement_id = shown.statement_id AND line.number = shown.line_number \
         WHERE shown.agency = $1 AND shown.bank_code = $2 AND shown.kind = 'missing_here' \
         AND shown.settle_time IS NULL AND shown.break_id > $3 \
         ORDER BY shown.break_id LIMIT {limit}{held}"
    );
    let after = after.map_or(Uuid::nil(), Id::uuid);
    let values = [tx.agency().as_str().into(), bank_code.into(), after.into()];
    sql::query(tx, &find, values).await?.iter().map(with_line).collect()
}

/// A break about a line, with what the line is about.
pub async fn about(tx: &Tx, it: &Break) -> Result<About, DbErr> {
    let find = "SELECT order_id, rail_file_id FROM bank_statement_line \
                WHERE agency = $1 AND statement_id = $2 AND number = $3";
    let values =
        [tx.agency().as_str().into(), it.statement.uuid().into(), it.what.line.unwrap_or(0).into()];
    let rows = sql::query(tx, find, values).await?;
    rows.first().map_or_else(|| Ok(About::Number(it.what.reference.clone())), |row| line(row, it))
}

/// The unresolved break about a line of a bank that nobody had recorded, by its number; held until
/// the transaction ends.
pub async fn lock_of_line(tx: &Tx, reference: &BankReference) -> Result<Option<Break>, DbErr> {
    let held = if tx.is_postgres() { " FOR UPDATE" } else { "" };
    let find = format!(
        "SELECT * FROM reconciliation_break WHERE agency = $1 AND bank_code = $2 \
         AND kind = 'missing_here' AND reference = $3 AND settle_time IS NULL \
         AND state <> 'resolved' ORDER BY break_id LIMIT 1{held}"
    );
    let values = [
        tx.agency().as_str().into(),
        reference.bank_code.as_str().into(),
        reference.number.as_str().into(),
    ];
    sql::query(tx, &find, values).await?.first().map(found).transpose()
}

fn with_line(row: &QueryResult) -> Result<(Break, About), DbErr> {
    let it = found(row)?;
    let about = line(row, &it)?;
    Ok((it, about))
}

fn line(row: &QueryResult, it: &Break) -> Result<About, DbErr> {
    let order: Option<Uuid> = row.try_get("", "order_id")?;
    let file: Option<Uuid> = row.try_get("", "rail_file_id")?;
    Ok(match (order, file) {
        (Some(id), _) => About::Order(id),
        (None, Some(id)) => About::File(id),
        (None, None) => About::Number(it.what.reference.clone()),
    })
}

//! The `dispute` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Page};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{money, word};
use crate::domain::{Dispute, DisputeState};

const COLUMNS: &str = "dispute_id, bill_id, case_id, currency, amount_minor, reason, bank_code, \
                       bank_case, evidence, state, opened_by, ended_by, create_time, update_time, \
                       bank_reference";

/// Adds a dispute; false if its bank used the number before.
pub async fn insert(tx: &Tx, dispute: &Dispute) -> Result<bool, DbErr> {
    let insert = format!(
        "INSERT INTO dispute (agency, {COLUMNS}) VALUES \
         ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
         ON CONFLICT DO NOTHING"
    );
    let values: [Value; 16] = [
        tx.agency().as_str().into(),
        dispute.id.uuid().into(),
        dispute.bill.uuid().into(),
        dispute.case.into(),
        dispute.amount.currency().as_str().into(),
        dispute.amount.minor().into(),
        dispute.reason.as_str().into(),
        dispute.bank_code.as_str().into(),
        dispute.bank_case.as_str().into(),
        dispute.evidence.join("\n").into(),
        dispute.state.as_str().into(),
        dispute.opened_by.as_str().into(),
        dispute.ended_by.as_str().into(),
        dispute.create_time.into(),
        dispute.update_time.into(),
        number(dispute),
    ];
    Ok(sql::execute(tx, &insert, values).await? == 1)
}

/// The dispute with a bank's number.
pub async fn known(
    tx: &Tx,
    bank_code: &str,
    bank_case: &str,
) -> Result<Option<Id<Dispute>>, DbErr> {
    let find = "SELECT dispute_id FROM dispute \
                WHERE agency = $1 AND bank_code = $2 AND bank_case = $3";
    let values = [tx.agency().as_str().into(), bank_code.into(), bank_case.into()];
    let rows = sql::query(tx, find, values).await?;
    rows.first().map(|row| Ok(row.try_get::<Uuid>("", "dispute_id")?.into())).transpose()
}

/// Finds a dispute.
pub async fn find(tx: &Tx, id: Id<Dispute>) -> Result<Option<Dispute>, DbErr> {
    one(tx, id, "").await
}

/// Finds a dispute and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Dispute>) -> Result<Option<Dispute>, DbErr> {
    one(tx, id, if tx.is_postgres() { " FOR UPDATE" } else { "" }).await
}

/// Lists disputes, newest first: one more than the page, if there is one.
pub async fn list(
    tx: &Tx,
    state: Option<DisputeState>,
    page: &Page<Dispute>,
) -> Result<Vec<Dispute>, DbErr> {
    let list = format!(
        "SELECT {COLUMNS} FROM dispute WHERE agency = $1 AND ($2 = '' OR state = $2) {} \
         ORDER BY dispute_id DESC LIMIT {}",
        if page.after.is_some() { "AND dispute_id < $3" } else { "" },
        page.limit()
    );
    let state = state.map_or("", DisputeState::as_str);
    let mut values: Vec<Value> = vec![tx.agency().as_str().into(), state.into()];
    values.extend(page.after.map(|after| after.uuid().into()));
    sql::query(tx, &list, values).await?.iter().map(dispute).collect()
}

/// Writes a dispute back: its evidence, where it stands, and who said so.
pub async fn update(tx: &Tx, dispute: &Dispute) -> Result<(), DbErr> {
    let update = "UPDATE dispute SET evidence = $3, state = $4, ended_by = $5, update_time = $6, \
                  bank_reference = $7 WHERE agency = $1 AND dispute_id = $2";
    let values = [
        tx.agency().as_str().into(),
        dispute.id.uuid().into(),
        dispute.evidence.join("\n").into(),
        dispute.state.as_str().into(),
        dispute.ended_by.as_str().into(),
        dispute.update_time.into(),
        number(dispute),
    ];
    sql::execute(tx, update, values).await?;
    Ok(())
}

fn number(dispute: &Dispute) -> Value {
    let number = Some(dispute.bank_reference.clone()).filter(|number| !number.is_empty());
    number.into()
}

async fn one(tx: &Tx, id: Id<Dispute>, held: &str) -> Result<Option<Dispute>, DbErr> {
    let find = format!("SELECT {COLUMNS} FROM dispute WHERE agency = $1 AND dispute_id = $2{held}");
    let values = [tx.agency().as_str().into(), id.uuid().into()];
    sql::query(tx, &find, values).await?.first().map(dispute).transpose()
}

fn dispute(row: &QueryResult) -> Result<Dispute, DbErr> {
    let text = |column| row.try_get::<String>("", column);
    Ok(Dispute {
        id: row.try_get::<Uuid>("", "dispute_id")?.into(),
        bill: row.try_get::<Uuid>("", "bill_id")?.into(),
        case: row.try_get("", "case_id")?,
        amount: money(&text("currency")?, row.try_get("", "amount_minor")?)?,
        reason: word("reason", &text("reason")?)?,
        bank_code: text("bank_code")?,
        bank_case: text("bank_case")?,
        bank_reference: row.try_get::<Option<String>>("", "bank_reference")?.unwrap_or_default(),
        evidence: text("evidence")?.lines().map(str::to_owned).collect(),
        state: word("state", &text("state")?)?,
        opened_by: text("opened_by")?,
        ended_by: text("ended_by")?,
        create_time: row.try_get("", "create_time")?,
        update_time: row.try_get("", "update_time")?,
    })
}

//! Recording a fact in the transaction that made it true.

use prost::{Message, Name};
use rangkai_db::{DbErr, Tx, sql};
use uuid::Uuid;

/// Records `fact` about `subject`; others can read it once `tx` commits, and never otherwise.
///
/// It belongs to the agency of `tx` and happened at its time. Writers do not wait for each other
/// here: the row gets its position when somebody reads the log.
///
/// # Errors
///
/// When the database fails.
pub async fn record<F: Message + Name>(tx: &Tx, subject: Uuid, fact: &F) -> Result<(), DbErr> {
    let insert = "INSERT INTO event (event_id, agency, subject, type, data, time, traceparent) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        Uuid::now_v7().into(),
        tx.agency().as_str().into(),
        subject.into(),
        F::full_name().into(),
        fact.encode_to_vec().into(),
        tx.now().into(),
        tx.traceparent().map(str::to_owned).into(),
    ];
    sql::execute(tx, insert, values).await?;
    tx.told();
    Ok(())
}

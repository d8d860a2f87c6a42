//! Recording a fact in the transaction that made it true.

use prost::{Message, Name};
use rangkai_db::{DbErr, Tx, sql};
use sea_orm::Value;
use uuid::Uuid;

const COLUMNS: [&str; 7] = ["event_id", "agency", "subject", "type", "data", "time", "traceparent"];

/// A fact on its way into the log.
#[derive(Debug)]
pub struct Fact(Vec<Value>);

impl Fact {
    /// `fact` about `subject`. It belongs to the agency of `tx` and happened at its time.
    #[must_use]
    pub fn of<F: Message + Name>(tx: &Tx, subject: Uuid, fact: &F) -> Self {
        Self(vec![
            Uuid::now_v7().into(),
            tx.agency().as_str().into(),
            subject.into(),
            F::full_name().into(),
            fact.encode_to_vec().into(),
            tx.now().into(),
            tx.traceparent().map(str::to_owned).into(),
        ])
    }
}

/// Records `fact` about `subject`; others can read it once `tx` commits, and never otherwise.
///
/// It belongs to the agency of `tx` and happened at its time. Writers do not wait for each other
/// here: the row gets its position when somebody reads the log.
///
/// # Errors
///
/// When the database fails.
pub async fn record<F: Message + Name>(tx: &Tx, subject: Uuid, fact: &F) -> Result<(), DbErr> {
    record_many(tx, vec![Fact::of(tx, subject, fact)]).await
}

/// Records many facts in one statement, in their order.
///
/// # Errors
///
/// When the database fails.
pub async fn record_many(tx: &Tx, facts: Vec<Fact>) -> Result<(), DbErr> {
    if facts.is_empty() {
        return Ok(());
    }
    let rows = facts.into_iter().map(|Fact(row)| row).collect();
    sql::insert_many(tx, "event", &COLUMNS, rows).await?;
    tx.told();
    Ok(())
}

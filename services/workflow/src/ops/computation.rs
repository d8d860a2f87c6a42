//! Counting days by a calendar, and keeping how it was done.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Timestamp};

use super::calendar;
use crate::{
    domain::{
        clock_refusal::ClockRefusal,
        term::{self, Basis, Computation, Kind, Rule},
    },
    error::Error,
    store,
};

/// Computes when a term ends that begins at `from`; now, if nothing is said.
pub async fn deadline(
    tx: &Tx,
    code: &str,
    rule: Rule,
    from: Option<Timestamp>,
) -> Result<Computation, Error> {
    let (almanac, from) = (calendar::almanac_of(tx, code).await?, from.unwrap_or(tx.now()));
    let term = term::deadline(&almanac, &rule, from, &[])?;
    let basis = Basis::new(Kind::Deadline, &almanac, rule, (from, &[]));
    keep(tx, Computation::keep(basis, term, tx.now())).await
}

/// Computes when at the latest something must begin before `event`.
pub async fn lead_time(
    tx: &Tx,
    code: &str,
    rule: Rule,
    event: Timestamp,
) -> Result<Computation, Error> {
    let almanac = calendar::almanac_of(tx, code).await?;
    let term = term::lead_time(&almanac, &rule, event)?;
    let basis = Basis::new(Kind::LeadTime, &almanac, rule, (event, &[]));
    keep(tx, Computation::keep(basis, term, tx.now())).await
}

/// Finds a computation.
pub async fn find(tx: &Tx, id: Id<Computation>) -> Result<Computation, Error> {
    let found = store::computation::find(tx, id).await?;
    found.ok_or_else(|| ClockRefusal::ComputationNotFound(id).into())
}

/// Keeps a computation.
pub async fn keep(tx: &Tx, computation: Computation) -> Result<Computation, Error> {
    store::computation::insert(tx, &computation).await?;
    tx.changed("computation", computation.id.uuid());
    Ok(computation)
}

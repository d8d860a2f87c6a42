//! What happens to records.

use aws_lc_rs::rand;
use chrono::NaiveDate;
use rangkai_db::Tx;
use rangkai_primitives::{Id, Zone};
use tracing::instrument;

use super::application;
use crate::{
    definitions::{Definitions, compute},
    domain::{Application, Number, Record, Refusal},
    error::Error,
    events::tell,
    store,
};

/// So many numbers are tried before the prefix counts as used up.
const TRIES: usize = 16;

/// Issues the record of an approved application; issued again, it is the same record.
#[instrument(skip_all, fields(application.id = %id))]
pub async fn issue(
    tx: &Tx,
    id: Id<Application>,
    definitions: &Definitions,
) -> Result<Record, Error> {
    let application = application::lock(tx, id).await?;
    if let Some(record) = store::record::find_of(tx, id).await? {
        return Ok(record);
    }
    let granted = application.clone().grant(tx.now())?;
    let definition = definitions.get(tx, application.service).await?.definition;
    let kind = definition.record.clone();
    let case = application.case(&application.facts, tx.now());
    let determined = application.determinations.reveal().clone();
    let attributes = compute(move || definition.attributes(&case, &determined)).await?;
    for _ in 0..TRIES {
        let number = Number::compose(&kind.prefix, kind.digits, random()?);
        let record = Record::issue(&application, &kind, number, attributes.clone(), days(tx));
        if store::record::insert(tx, &record).await? {
            store::application::update(tx, &granted).await?;
            tx.changed("record", record.id.uuid());
            tell::record_issued(tx, &record).await?;
            return Ok(record);
        }
    }
    Err(Error::Numbers)
}

/// Gets a record; that somebody read it is recorded.
pub async fn get(tx: &Tx, id: Id<Record>) -> Result<Record, Error> {
    let record = store::record::find(tx, id).await?.ok_or(Refusal::RecordNotFound)?;
    tx.changed("record", id.uuid());
    Ok(record)
}

/// Finds the record of a number, whichever agency issued it.
pub async fn verify(tx: &Tx, number: &Number) -> Result<Record, Error> {
    Ok(store::record::find_anywhere(tx, number).await?.ok_or(Refusal::RecordNotFound)?)
}

/// Today in Asia/Jakarta, and now.
fn days(tx: &Tx) -> (NaiveDate, rangkai_primitives::Timestamp) {
    (Zone::Wib.date(tx.now()), tx.now())
}

fn random() -> Result<u64, Error> {
    let mut bytes = [0; 8];
    rand::fill(&mut bytes).map_err(|_| Error::Randomness)?;
    Ok(u64::from_le_bytes(bytes))
}

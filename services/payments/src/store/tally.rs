//! The `tally` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;

use super::word;
use crate::domain::{Envelope, InstructionState, Tallies, Tally};

/// Adds an empty tally for each state.
pub async fn insert(tx: &Tx, envelope: Id<Envelope>) -> Result<(), DbErr> {
    let columns = ["agency", "envelope_id", "state", "item_count", "amount_minor"];
    let row = |state: InstructionState| {
        vec![
            tx.agency().as_str().into(),
            envelope.uuid().into(),
            state.as_str().into(),
            0_i64.into(),
            0_i64.into(),
        ]
    };
    let rows = InstructionState::ALL.map(row).into();
    sql::insert_many(tx, "tally", &columns, rows).await.map(drop)
}

/// The tallies of an envelope.
pub async fn find(tx: &Tx, envelope: Id<Envelope>) -> Result<Tallies, DbErr> {
    let find = "SELECT state, item_count, amount_minor FROM tally \
                WHERE agency = $1 AND envelope_id = $2";
    let values = [tx.agency().as_str().into(), envelope.uuid().into()];
    let mut tallies = Tallies::default();
    for row in sql::query(tx, find, values).await? {
        let (count, minor) = (row.try_get("", "item_count")?, row.try_get("", "amount_minor")?);
        tallies.add(word("state", &row.try_get::<String>("", "state")?)?, Tally { count, minor });
    }
    Ok(tallies)
}

/// Adds `change` to the tallies of an envelope that is held.
pub async fn update(tx: &Tx, envelope: Id<Envelope>, change: &Tallies) -> Result<(), DbErr> {
    let update = "UPDATE tally SET item_count = item_count + $4, amount_minor = amount_minor + $5 \
                  WHERE agency = $1 AND envelope_id = $2 AND state = $3";
    for (state, tally) in change.each() {
        let values = [
            tx.agency().as_str().into(),
            envelope.uuid().into(),
            state.as_str().into(),
            tally.count.into(),
            tally.minor.into(),
        ];
        sql::execute(tx, update, values).await?;
    }
    Ok(())
}

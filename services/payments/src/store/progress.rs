//! How far an envelope was worked through, and what that makes of its instructions.
//!
//! What follows from it is not written into the rows: to find a million instructions valid, to take
//! them to be sent, and to withdraw them, would each be a million rows to write. A row says `received` until something
//! else than its turn happens to it.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use uuid::Uuid;

use crate::domain::Envelope;

/// Whether an instruction was taken to be sent and nobody spoke of it since, in a query whose first
/// values are the agency and the envelope.
pub const SENT: &str = "(instruction.state = 'sent' \
    OR instruction.state IN ('received', 'valid') AND instruction.instruction_id <= \
    (SELECT taken_after FROM envelope WHERE agency = $1 AND envelope_id = $2))";

/// The state of an instruction, in a query whose first values are the agency and the envelope. One
/// that is given again is `valid` from its first moment; one that was not sent when two people stopped
/// its envelope failed.
pub const STATE: &str = "CASE WHEN instruction.state NOT IN ('received', 'valid') \
    THEN instruction.state WHEN instruction.instruction_id <= \
    (SELECT taken_after FROM envelope WHERE agency = $1 AND envelope_id = $2) THEN 'sent' \
    WHEN (SELECT stop_time FROM envelope WHERE agency = $1 AND envelope_id = $2) IS NOT NULL \
    THEN 'failed' WHEN instruction.state = 'valid' OR instruction.instruction_id <= \
    (SELECT checked_after FROM envelope WHERE agency = $1 AND envelope_id = $2) THEN 'valid' \
    ELSE 'received' END";

/// How far an envelope was worked through.
#[derive(Clone, Copy, Debug)]
pub enum Cursor {
    /// The last instruction that was validated.
    Checked,
    /// The last one that was taken to be sent. It only moves on: what it passed is never taken again.
    Taken,
}

impl Cursor {
    const fn column(self) -> &'static str {
        match self {
            Self::Checked => "checked_after",
            Self::Taken => "taken_after",
        }
    }
}

/// How far an envelope was worked through; nil at the beginning.
pub async fn find(tx: &Tx, id: Id<Envelope>, cursor: Cursor) -> Result<Uuid, DbErr> {
    let find = format!(
        "SELECT {} AS place FROM envelope WHERE agency = $1 AND envelope_id = $2",
        cursor.column()
    );
    let rows = sql::query(tx, &find, [tx.agency().as_str().into(), id.uuid().into()]).await?;
    let place = rows.first().map(|row| row.try_get::<Option<Uuid>>("", "place")).transpose()?;
    Ok(place.flatten().unwrap_or_default())
}

/// Notes how far an envelope was worked through.
pub async fn update(tx: &Tx, id: Id<Envelope>, cursor: Cursor, place: Uuid) -> Result<(), DbErr> {
    let update = format!(
        "UPDATE envelope SET {} = $3 WHERE agency = $1 AND envelope_id = $2",
        cursor.column()
    );
    let values = [tx.agency().as_str().into(), id.uuid().into(), place.into()];
    sql::execute(tx, &update, values).await.map(drop)
}

/// Has PostgreSQL read instructions in the order of their key for the rest of the transaction. Of what
/// came in a moment ago it knows nothing yet, and would rather sort all that is left of a million than
/// read the next thousands.
pub async fn read_in_order(tx: &Tx) -> Result<(), DbErr> {
    if tx.is_postgres() {
        let set = "SELECT set_config('enable_sort', 'off', true), \
                   set_config('enable_bitmapscan', 'off', true), set_config('jit', 'off', true)";
        sql::query(tx, set, []).await?;
    }
    Ok(())
}

/// Has PostgreSQL find each of many given instructions by one pass over those between the first and the
/// last, or again as it likes. Of what came in a moment ago it knows nothing yet: it takes thousands for
/// one, and would look through all that is given for each of them.
pub async fn join_by_hash(tx: &Tx, only: bool) -> Result<(), DbErr> {
    if tx.is_postgres() {
        let set = "SELECT set_config('enable_nestloop', $1, true)";
        sql::query(tx, set, [if only { "off" } else { "on" }.into()]).await?;
    }
    Ok(())
}

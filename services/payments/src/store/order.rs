//! The `instruction` table as orders to a rail.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Money;
use uuid::Uuid;

use super::{envelope, payee, sealing};
use crate::domain::{Envelope, FinancialAddress, Order};

/// What is next to be sent: orders, and what must not be sent.
#[derive(Debug, Default)]
pub struct Next {
    pub orders: Vec<Order>,
    /// Those whose address is not what was validated, each with its amount.
    pub changed: Vec<(Uuid, i64)>,
    /// Those of which the rail contradicts an earlier attempt, each with its amount.
    pub doubtful: Vec<(Uuid, i64)>,
    /// Those of which an earlier attempt turned out to have been paid, each with its amount.
    pub paid_before: Vec<(Uuid, i64)>,
    /// The last of all.
    pub last: Option<Uuid>,
}

/// Reads the next valid instructions of an envelope that is held, and opens where each one goes.
///
/// A payee who was linked anew or unlinked since the validation is not paid, at a further attempt
/// neither: nobody approved that address.
pub async fn next(tx: &Tx, envelope: &Envelope, after: Uuid, limit: u64) -> Result<Next, DbErr> {
    let find = "SELECT instruction.instruction_id, amount_minor, narration, \
                CASE WHEN payee.update_time <= $6 THEN institution END \
                AS institution, details, retry_of IS NOT NULL AND EXISTS (SELECT 1 \
                FROM instruction AS earlier \
                WHERE earlier.agency = $1 AND earlier.envelope_id = $2 \
                AND earlier.reference = instruction.reference \
                AND earlier.attempt < instruction.attempt AND contradicted) AS doubtful, \
                retry_of IS NOT NULL AND EXISTS (SELECT 1 FROM instruction AS earlier \
                WHERE earlier.agency = $1 AND earlier.envelope_id = $2 \
                AND earlier.reference = instruction.reference \
                AND earlier.attempt < instruction.attempt \
                AND earlier.state = 'paid') AS paid_before \
                FROM instruction LEFT JOIN payee ON payee.agency = $1 AND payee.source = $5 \
                AND payee.person_key = instruction.person_key \
                WHERE instruction.agency = $1 AND envelope_id = $2 AND instruction_id > $3 \
                AND instruction.state = 'valid' ORDER BY instruction_id LIMIT $4";
    let values = [
        tx.agency().as_str().into(),
        envelope.id.uuid().into(),
        after.into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
        envelope.announced.source.as_str().into(),
        envelope.validate_time.into(),
    ];
    let key = envelope::narration_key(tx, envelope.id).await?.into();
    let mut next = Next::default();
    for row in sql::query(tx, find, values).await? {
        let id: Uuid = row.try_get("", "instruction_id")?;
        let minor: i64 = row.try_get("", "amount_minor")?;
        next.last = Some(id);
        if row.try_get("", "paid_before")? {
            next.paid_before.push((id, minor));
            continue;
        }
        if row.try_get("", "doubtful")? {
            next.doubtful.push((id, minor));
            continue;
        }
        let Some(institution) = row.try_get("", "institution")? else {
            next.changed.push((id, minor));
            continue;
        };
        let (account, name) = payee::open(tx, &row.try_get::<Vec<u8>>("", "details")?)?;
        let sealed: Vec<u8> = row.try_get("", "narration")?;
        let narration = tx.vault().open_with(&key, &sealed).map_err(sealing)?;
        let narration = String::from_utf8(narration);
        let narration = narration.map_err(|_| DbErr::Type("narration".to_owned()))?;
        next.orders.push(Order {
            id,
            end_to_end: id.simple().to_string(),
            address: FinancialAddress { institution, account },
            name,
            amount: Money::new(envelope.announced.total.currency(), minor),
            narration: narration.into(),
        });
    }
    Ok(next)
}

/// Puts the valid instructions after one and up to another on their way; answers how many.
pub async fn send(tx: &Tx, envelope: &Envelope, after: Uuid, last: Uuid) -> Result<u64, DbErr> {
    let update = "UPDATE instruction SET state = 'sent' \
                  WHERE agency = $1 AND envelope_id = $2 \
                  AND instruction_id > $3 AND instruction_id <= $4 AND state = 'valid'";
    let values =
        [tx.agency().as_str().into(), envelope.id.uuid().into(), after.into(), last.into()];
    sql::execute(tx, update, values).await
}

//! The `charge` table.

use std::collections::BTreeSet;

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use uuid::Uuid;

use crate::domain::Bill;

/// Charges the case of a bill with its lines; false if another bill did so with one of them.
/// Waits for whoever is about to.
pub async fn insert(tx: &Tx, bill: &Bill) -> Result<bool, DbErr> {
    let insert = "INSERT INTO charge (agency, case_id, tariff_code, sequence, bill_id) \
                  VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    // In one order, so that nobody waits for one who waits for them.
    let codes: BTreeSet<_> = bill.lines.iter().map(|line| line.code.as_str()).collect();
    for code in codes {
        let values = [
            tx.agency().as_str().into(),
            bill.case.into(),
            code.into(),
            i64::from(bill.sequence).into(),
            bill.id.uuid().into(),
        ];
        if sql::execute(tx, insert, values).await? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The bill by which a case is charged for a tariff.
pub async fn find(
    tx: &Tx,
    case: Uuid,
    code: &str,
    sequence: i32,
) -> Result<Option<Id<Bill>>, DbErr> {
    let find = "SELECT bill_id FROM charge \
                WHERE agency = $1 AND case_id = $2 AND tariff_code = $3 AND sequence = $4";
    let values =
        [tx.agency().as_str().into(), case.into(), code.into(), i64::from(sequence).into()];
    let rows = sql::query(tx, find, values).await?;
    rows.first().map(|row| Ok(row.try_get::<Uuid>("", "bill_id")?.into())).transpose()
}

/// Frees the case of a bill that ended unpaid.
pub async fn free(tx: &Tx, bill: Id<Bill>) -> Result<(), DbErr> {
    let free = "DELETE FROM charge WHERE agency = $1 AND bill_id = $2";
    sql::execute(tx, free, [tx.agency().as_str().into(), bill.uuid().into()]).await?;
    Ok(())
}

/// Frees the case of a bill of which all went back, unless a claim or a dispute is open by which some
/// of it could still stay.
pub async fn free_returned(tx: &Tx, bill: Id<Bill>) -> Result<(), DbErr> {
    let free = "DELETE FROM charge WHERE agency = $1 AND bill_id = $2 \
                AND NOT EXISTS (SELECT 1 FROM refund WHERE refund.agency = $1 \
                AND refund.bill_id = $2 AND mode = 'treasury_claim' \
                AND state NOT IN ('paid', 'rejected')) \
                AND NOT EXISTS (SELECT 1 FROM dispute WHERE dispute.agency = $1 \
                AND dispute.bill_id = $2 AND state IN ('open', 'answered'))";
    sql::execute(tx, free, [tx.agency().as_str().into(), bill.uuid().into()]).await?;
    Ok(())
}

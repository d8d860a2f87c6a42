//! What the tables know about the money of one case.

use rangkai_db::{DbErr, Tx, sql};
use uuid::Uuid;

use super::{money, word};
use crate::domain::OpenItem;

/// The most items told; whoever resolved these asks again.
const MOST: u64 = 100;

/// What of a case's money is not resolved, oldest first.
pub async fn open_items(tx: &Tx, case: Uuid) -> Result<Vec<OpenItem>, DbErr> {
    // A credit is of the case when the money came in for a bill of it; what comes of the agency's
    // own bills is the agency's. There is an arm for each column, and the whole is put in order at
    // the end: with an OR, or an order of each arm, the indexes would not be used.
    let find = format!(
        "WITH own AS (SELECT bill_id, state FROM bill WHERE agency = $1 AND case_id = $2), \
         misfit AS (SELECT * FROM suspense \
                    WHERE agency = $1 AND bill_id IN (SELECT bill_id FROM own)), \
         owed AS (SELECT * FROM credit WHERE source = 'bill' \
                  AND source_id IN (SELECT bill_id FROM own) \
                  UNION ALL SELECT * FROM credit WHERE source = 'suspense' \
                  AND source_id IN (SELECT suspense_id FROM misfit)), \
         item AS MATERIALIZED (\
         SELECT 'bill' AS kind, bill_id AS item_id, currency, amount_minor FROM bill \
         WHERE agency = $1 AND case_id = $2 AND state = 'open' \
         UNION ALL SELECT 'refund', refund_id, currency, amount_minor FROM refund \
         WHERE agency = $1 AND case_id = $2 AND state NOT IN ('paid', 'credited', 'rejected') \
         UNION ALL SELECT 'refund', refund_id, currency, amount_minor FROM refund \
         WHERE agency = $1 AND credit_id IN (SELECT credit_id FROM owed) \
         AND state NOT IN ('paid', 'credited', 'rejected') \
         UNION ALL SELECT CASE state WHEN 'returning' THEN 'return' ELSE 'suspense' END, \
                          suspense_id, currency, amount_minor FROM misfit \
         WHERE state NOT IN ('applied', 'credited', 'returned') \
         UNION ALL SELECT 'credit', credit_id, currency, left_minor FROM owed WHERE left_minor > 0 \
         UNION ALL SELECT 'dispute', dispute_id, currency, amount_minor FROM dispute \
         WHERE agency = $1 AND case_id = $2 AND state IN ('open', 'answered') \
         UNION ALL SELECT 'collection', collection_id, currency, collection.amount_minor \
         FROM collection JOIN own ON own.bill_id = collection.bill_id WHERE agency = $1 \
         AND (collection.state IN ('unknown', 'stuck') OR collection.state = 'waiting' \
              AND (own.state <> 'open' OR expire_time <= $3))) \
         SELECT * FROM item ORDER BY item_id LIMIT {MOST}"
    );
    let rows =
        sql::query(tx, &find, [tx.agency().as_str().into(), case.into(), tx.now().into()]).await?;
    let item = |row: &sea_orm::QueryResult| {
        Ok(OpenItem {
            kind: word("kind", &row.try_get::<String>("", "kind")?)?,
            id: row.try_get("", "item_id")?,
            amount: money(
                &row.try_get::<String>("", "currency")?,
                row.try_get("", "amount_minor")?,
            )?,
        })
    };
    rows.iter().map(item).collect()
}

//! What was posted in a span of time: a look across `entry` and `transfer`, in little memory however
//! much it was.
//!
//! The times of an account's entries follow their positions. So the index of times is asked only which
//! positions each account reached, and the entries themselves are read by their key.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{Context, SHA256};
use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Timestamp;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use crate::domain::{DayTotal, Posted, finish};

/// How many accounts are looked at together.
const ACCOUNTS: usize = 10_000;
/// How many entries are read at once.
const ENTRIES: i64 = 5_000;

/// Positions of an account: the first, and the last.
type Run = (Uuid, i64, i64);

/// What was posted from one moment until just before another, over the entries in the order of account
/// and position.
pub async fn between(tx: &Tx, from: Timestamp, until: Timestamp) -> Result<Posted, DbErr> {
    let mut totals = BTreeMap::new();
    let mut hash = Context::new(&SHA256);
    let mut after = Uuid::nil();
    loop {
        let runs = runs(tx, (from, until), after).await?;
        for batch in batches(&runs) {
            for row in read(tx, batch).await? {
                add(&row, &mut totals, &mut hash)?;
            }
        }
        match runs.last() {
            Some((last, ..)) if runs.len() == ACCOUNTS => after = *last,
            Some(_) | None => {
                let totals = totals.into_values().collect();
                return Ok(Posted { totals, entries_sha256: finish(hash) });
            }
        }
    }
}

/// Which positions the next accounts after one reached.
async fn runs(
    tx: &Tx,
    (from, until): (Timestamp, Timestamp),
    after: Uuid,
) -> Result<Vec<Run>, DbErr> {
    let find = format!(
        "SELECT account_id, MIN(position) AS first, MAX(position) AS last FROM entry \
         WHERE agency = $1 AND create_time >= $2 AND create_time < $3 AND account_id > $4 \
         GROUP BY account_id ORDER BY account_id LIMIT {ACCOUNTS}"
    );
    let values = [tx.agency().as_str().into(), from.into(), until.into(), after.into()];
    let run = |row: &QueryResult| {
        Ok((row.try_get("", "account_id")?, row.try_get("", "first")?, row.try_get("", "last")?))
    };
    sql::query(tx, &find, values).await?.iter().map(run).collect()
}

/// The same runs in their order, cut so that no batch has more entries than are read at once.
fn batches(runs: &[Run]) -> Vec<Vec<Run>> {
    let (mut all, mut batch, mut room) = (Vec::new(), Vec::new(), ENTRIES);
    for (account, first, last) in runs {
        let mut next = *first;
        while next <= *last {
            let end = (*last).min(next + room - 1);
            batch.push((*account, next, end));
            room -= end - next + 1;
            next = end + 1;
            if room == 0 {
                all.push(std::mem::take(&mut batch));
                room = ENTRIES;
            }
        }
    }
    all.extend((!batch.is_empty()).then_some(batch));
    all
}

async fn read(tx: &Tx, batch: Vec<Run>) -> Result<Vec<QueryResult>, DbErr> {
    let find = "SELECT entry.account_id, position, entry.transfer_id, direction, \
                entry.amount_minor, description, source_id, entry.create_time, currency \
                FROM many JOIN entry ON entry.account_id = many.account \
                AND entry.position >= many.first AND entry.position <= many.last \
                AND entry.agency = many.owner \
                JOIN transfer ON transfer.transfer_id = entry.transfer_id";
    let row = |(account, first, last): Run| -> Vec<Value> {
        vec![tx.agency().as_str().into(), account.into(), first.into(), last.into()]
    };
    let columns = ["owner", "account", "first", "last"];
    let rows = batch.into_iter().map(row).collect();
    let mut found = Vec::new();
    for row in sql::query_many(tx, &columns, rows, find).await? {
        let account: Uuid = row.try_get("", "account_id")?;
        let position: i64 = row.try_get("", "position")?;
        found.push((account, position, row));
    }
    found.sort_unstable_by_key(|(account, position, _)| (*account, *position));
    Ok(found.into_iter().map(|(.., row)| row).collect())
}

/// Counts an entry, and goes on with the hash over it.
fn add(
    row: &QueryResult,
    totals: &mut BTreeMap<String, DayTotal>,
    hash: &mut Context,
) -> Result<(), DbErr> {
    let account: Uuid = row.try_get("", "account_id")?;
    let position: i64 = row.try_get("", "position")?;
    let amount: i64 = row.try_get("", "amount_minor")?;
    let text = |column| row.try_get::<String>("", column);
    let (currency, direction) = (text("currency")?, text("direction")?);
    let total = totals.entry(currency.clone());
    let total = total.or_insert_with(|| DayTotal { currency, ..DayTotal::default() });
    total.entry_count += 1;
    let side =
        if direction == "debit" { &mut total.debits_minor } else { &mut total.credits_minor };
    *side += i128::from(amount);

    hash.update(account.as_bytes());
    hash.update(&position.to_be_bytes());
    hash.update(row.try_get::<Uuid>("", "transfer_id")?.as_bytes());
    hash.update(direction.as_bytes());
    hash.update(&amount.to_be_bytes());
    // What was written down may have any length; its end is marked.
    hash.update(text("description")?.as_bytes());
    hash.update(&[0]);
    let source: Option<Uuid> = row.try_get("", "source_id")?;
    hash.update(source.unwrap_or_default().as_bytes());
    let time: Timestamp = row.try_get("", "create_time")?;
    hash.update(&time.timestamp_micros().to_be_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_cut_into_batches_and_none_is_lost() {
        let [one, two, three] = [1, 2, 3].map(Uuid::from_u128);
        let runs = [(one, 1, 1), (two, 3, 10_002), (three, 7, 8)];

        let cut = batches(&runs);

        let (first, second) = (vec![(one, 1, 1), (two, 3, 5_001)], vec![(two, 5_002, 10_001)]);
        assert_eq!(cut, [first, second, vec![(two, 10_002, 10_002), (three, 7, 8)]]);
        assert_eq!(batches(&[]), Vec::<Vec<Run>>::new());
        assert_eq!(batches(&[(one, 1, ENTRIES)]).len(), 1);
    }
}

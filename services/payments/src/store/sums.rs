//! What the proof of the ledger reads: every account beside what its rows add up to.

use rangkai_db::{DbErr, Tx, sql};
use sea_orm::QueryResult;

use super::{HALF, word};
use crate::domain::AccountSums;

/// Every account beside the sums of its entries and open reservations, as they are at one moment.
pub async fn of_accounts(tx: &Tx) -> Result<Vec<AccountSums>, DbErr> {
    let whole = |name: &str, condition: &str, amount: &str| {
        ["/", "%"].into_iter().zip(["high", "low"]).fold(String::new(), |sums, (half, part)| {
            format!(
                "{sums}, CAST(SUM(CASE WHEN {condition} THEN ({amount}) {half} {HALF} ELSE 0 END) \
                 AS bigint) AS {name}_{part}"
            )
        })
    };
    let sides = "SELECT debit_account_id AS account_id, 'debit' AS direction, \
                        amount_minor - captured_minor AS left_minor \
                 FROM reservation WHERE agency = $1 AND state = 'open' UNION ALL \
                 SELECT credit_account_id, 'credit', amount_minor - captured_minor \
                 FROM reservation WHERE agency = $1 AND state = 'open'";
    let sums = format!(
        "SELECT account.*, entries.*, reservations.* FROM account \
         LEFT JOIN (SELECT account_id AS entries_of, COUNT(*) AS found {} {} \
             FROM entry WHERE agency = $1 GROUP BY account_id) AS entries \
             ON entries_of = account_id \
         LEFT JOIN (SELECT account_id AS reservations_of {} {} \
             FROM ({sides}) AS sides GROUP BY account_id) AS reservations \
             ON reservations_of = account_id \
         WHERE agency = $1 ORDER BY currency, code",
        whole("debit", "direction = 'debit'", "amount_minor"),
        whole("credit", "direction = 'credit'", "amount_minor"),
        whole("open_debit", "direction = 'debit'", "left_minor"),
        whole("open_credit", "direction = 'credit'", "left_minor"),
    );
    let rows = sql::query(tx, &sums, [tx.agency().as_str().into()]).await?;
    rows.iter().map(account_sums).collect()
}

fn account_sums(row: &QueryResult) -> Result<AccountSums, DbErr> {
    let number =
        |column: &str| Ok::<i64, DbErr>(row.try_get::<Option<i64>>("", column)?.unwrap_or(0));
    let whole = |name: &str| {
        let [high, low] = ["high", "low"].map(|half| number(&format!("{name}_{half}")));
        Ok::<i128, DbErr>(i128::from(high?) * HALF + i128::from(low?))
    };
    Ok(AccountSums {
        kind: word("kind", &row.try_get::<String>("", "kind")?)?,
        currency: word("currency", &row.try_get::<String>("", "currency")?)?,
        balance_minor: number("balance_minor")?,
        floor_minor: number("floor_minor")?,
        entry_count: number("entry_count")?,
        found_count: number("found")?,
        debits_minor: whole("debit")?,
        credits_minor: whole("credit")?,
        reserved_minor: [number("reserved_out_minor")?, number("reserved_in_minor")?],
        open_minor: [whole("open_debit")?, whole("open_credit")?],
    })
}

//! The `account` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Currency, Id};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::{money, word};
use crate::domain::{Account, AccountCode, AccountSums};

/// No account goes below nothing.
const FLOOR: i64 = 0;
/// No account goes above this: far beyond all money there is, and no sum overflows below it.
const CEILING: i64 = 9_000_000_000_000_000_000;
/// What an amount is split by, so that sums of either half fit a number of the database.
const HALF: i128 = 1_000_000_000;

/// Moves the balance of an account by `change` minor units and counts one entry more; none if the
/// account would pass its floor. The account comes into being on first use, and is held until the
/// transaction ends.
pub async fn change(
    tx: &Tx,
    code: AccountCode,
    currency: Currency,
    change: i64,
) -> Result<Option<Account>, DbErr> {
    if let Some(account) = try_change(tx, code, currency, change).await? {
        return Ok(Some(account));
    }
    // Either it is not there yet, or it is at its floor.
    insert(tx, code, currency).await?;
    try_change(tx, code, currency, change).await
}

/// Lists the accounts by code and currency.
pub async fn list(tx: &Tx) -> Result<Vec<Account>, DbErr> {
    let list = "SELECT account_id, code, currency, balance_minor, entry_count FROM account \
                WHERE agency = $1 ORDER BY code, currency";
    sql::query(tx, list, [tx.agency().as_str().into()]).await?.iter().map(account).collect()
}

/// Finds an account.
pub async fn find(tx: &Tx, id: Id<Account>) -> Result<Option<Account>, DbErr> {
    let find = "SELECT account_id, code, currency, balance_minor, entry_count FROM account \
                WHERE agency = $1 AND account_id = $2";
    let rows = sql::query(tx, find, [tx.agency().as_str().into(), id.uuid().into()]).await?;
    rows.first().map(account).transpose()
}

/// Every account beside the sums of its entries, as they are at one moment.
pub async fn sums(tx: &Tx) -> Result<Vec<AccountSums>, DbErr> {
    let half = |direction: &str, half: &str| {
        format!(
            "CAST(SUM(CASE direction WHEN '{direction}' THEN amount_minor {half} {HALF} ELSE 0 END) \
             AS bigint)"
        )
    };
    let sums = format!(
        "SELECT code, currency, balance_minor, floor_minor, entry_count, found, \
                debit_high, debit_low, credit_high, credit_low \
         FROM account LEFT JOIN (\
             SELECT account_id, COUNT(*) AS found, {} AS debit_high, {} AS debit_low, \
                    {} AS credit_high, {} AS credit_low \
             FROM entry WHERE agency = $1 GROUP BY account_id) AS sums USING (account_id) \
         WHERE agency = $1 ORDER BY currency, code",
        half("debit", "/"),
        half("debit", "%"),
        half("credit", "/"),
        half("credit", "%"),
    );
    let rows = sql::query(tx, &sums, [tx.agency().as_str().into()]).await?;
    rows.iter().map(account_sums).collect()
}

async fn try_change(
    tx: &Tx,
    code: AccountCode,
    currency: Currency,
    change: i64,
) -> Result<Option<Account>, DbErr> {
    let update = "UPDATE account \
                  SET balance_minor = balance_minor + $4, entry_count = entry_count + 1 \
                  WHERE agency = $1 AND code = $2 AND currency = $3 \
                  AND balance_minor + $4 >= floor_minor AND balance_minor + $4 <= $5 \
                  RETURNING account_id, code, currency, balance_minor, entry_count";
    let values = [
        tx.agency().as_str().into(),
        code.as_str().into(),
        currency.as_str().into(),
        change.into(),
        CEILING.into(),
    ];
    sql::query(tx, update, values).await?.first().map(account).transpose()
}

async fn insert(tx: &Tx, code: AccountCode, currency: Currency) -> Result<(), DbErr> {
    let insert = "INSERT INTO account \
                  (account_id, agency, code, currency, kind, balance_minor, floor_minor, entry_count) \
                  VALUES ($1, $2, $3, $4, $5, 0, $6, 0) ON CONFLICT DO NOTHING";
    let values = [
        Uuid::now_v7().into(),
        tx.agency().as_str().into(),
        code.as_str().into(),
        currency.as_str().into(),
        code.kind().as_str().into(),
        FLOOR.into(),
    ];
    sql::execute(tx, insert, values).await?;
    Ok(())
}

fn account(row: &QueryResult) -> Result<Account, DbErr> {
    let currency: String = row.try_get("", "currency")?;
    Ok(Account {
        id: row.try_get::<Uuid>("", "account_id")?.into(),
        code: word("code", &row.try_get::<String>("", "code")?)?,
        balance: money(&currency, row.try_get("", "balance_minor")?)?,
        entry_count: row.try_get("", "entry_count")?,
    })
}

fn account_sums(row: &QueryResult) -> Result<AccountSums, DbErr> {
    let number = |column| Ok::<i64, DbErr>(row.try_get::<Option<i64>>("", column)?.unwrap_or(0));
    let whole =
        |high, low| Ok::<i128, DbErr>(i128::from(number(high)?) * HALF + i128::from(number(low)?));
    Ok(AccountSums {
        code: word("code", &row.try_get::<String>("", "code")?)?,
        currency: word("currency", &row.try_get::<String>("", "currency")?)?,
        balance_minor: number("balance_minor")?,
        floor_minor: number("floor_minor")?,
        entry_count: number("entry_count")?,
        found_count: number("found")?,
        debits_minor: whole("debit_high", "debit_low")?,
        credits_minor: whole("credit_high", "credit_low")?,
    })
}
